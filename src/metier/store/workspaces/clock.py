"""Where the time comes from, and how it is written: UTC, ISO 8601, to the microsecond."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

from metier.errors import InvalidInput


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the moment, with its zone."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """Return the moment; `Clock.now` is the contract."""
        return datetime.now(UTC)


class SetClock:
    """A clock that stands still until it is moved, for tests.

    Args:
        at: what it shows, with a zone.
    """

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        """Return the moment; `Clock.now` is the contract."""
        return self._at

    def move(self, seconds: float) -> None:
        """Move it forwards, or back where `seconds` is below 0."""
        self._at += timedelta(seconds=seconds)


def to_time(at: datetime) -> str:
    """Return a moment as text, such as 2026-11-22T13:45:00.000000Z; such texts sort as the moments do.

    Raises:
        InvalidInput: it has no zone.
    """
    if at.tzinfo is None:
        raise InvalidInput(f"A time must have a zone. Got {at.isoformat()}.")
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def later(at: datetime, seconds: float) -> str:
    """Return the moment some seconds after another, or before it where `seconds` is below 0, as text."""
    return to_time(at + timedelta(seconds=seconds))
