from datetime import UTC, datetime, timedelta, timezone

import pytest

from metier.errors import InvalidInput
from metier.store.workspaces.clock import SetClock, SystemClock, later, to_time

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_times_are_in_utc_to_the_microsecond():
    assert to_time(NOON) == "2026-03-01T12:00:00.000000Z"
    assert to_time(NOON.astimezone(timezone(timedelta(hours=9)))) == "2026-03-01T12:00:00.000000Z"


def test_texts_of_times_sort_as_the_times_do():
    times = [NOON + timedelta(microseconds=n**7) for n in range(-30, 30)]
    assert sorted(map(to_time, times)) == list(map(to_time, times))


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(InvalidInput, match="must have a zone"):
        to_time(datetime(2026, 3, 1))


def test_later_and_before():
    assert later(NOON, 0.5) == "2026-03-01T12:00:00.500000Z"
    assert later(NOON, -3600) == "2026-03-01T11:00:00.000000Z"


def test_a_set_clock_stands_still_until_it_is_moved():
    clock = SetClock(NOON)
    assert clock.now() == clock.now() == NOON
    clock.move(1.5)
    assert clock.now() == NOON + timedelta(seconds=1.5)


def test_the_clock_of_the_machine_has_a_zone_and_goes_on():
    first = SystemClock().now()
    assert first.tzinfo is UTC
    assert SystemClock().now() >= first
