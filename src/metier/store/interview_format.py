"""An interview as the JSON that stores keep, with the version of its format."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Final

from metier.dialogue import Interview
from metier.errors import StoreDamaged, StoreUnavailable
from metier.records import from_mapping, to_mapping

KIND: Final = "metier-interview"
FORMAT: Final = 1


def to_text(interview: Interview) -> str:
    """Return an interview as JSON in ASCII, which holds any text, halves of surrogate pairs too."""
    content = {"kind": KIND, "format": FORMAT, "interview": to_mapping(interview)}
    return json.dumps(content, ensure_ascii=True, indent=1) + "\n"


def from_text(text: str | bytes, *, interview_id: str, source: str) -> Interview:
    """Return the interview that `to_text` wrote.

    Args:
        text: what a store holds.
        interview_id: under which it was kept.
        source: what messages call it.

    Raises:
        StoreDamaged: it is something else, or was changed.
        StoreUnavailable: a later version of metier wrote it.
    """
    broken = f"{source} is damaged or is no interview of metier. Put back a copy of it, or delete it."
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise StoreDamaged(broken) from exc
    if not isinstance(content, dict) or content.get("kind") != KIND:
        raise StoreDamaged(broken)
    version = content.get("format")
    if isinstance(version, int) and version > FORMAT:
        raise StoreUnavailable(
            f"{source} has format {version}; this version of metier reads {FORMAT}. Update metier."
        )
    try:
        interview = from_mapping(Interview, content.get("interview"))
        _check_times(interview)
    except (ValueError, RecursionError) as exc:
        raise StoreDamaged(broken) from exc
    if version != FORMAT or interview.id != interview_id:
        raise StoreDamaged(broken)
    return interview


def _check_times(interview: Interview) -> None:
    """Raise `ValueError` where a time is none, or has no zone."""
    times = [interview.started_at, interview.ended_at]
    for turn in interview.turns:
        times += [turn.asked_at, turn.answered_at]
    for time in times:
        if time is not None and datetime.fromisoformat(time).tzinfo is None:
            raise ValueError(time)
