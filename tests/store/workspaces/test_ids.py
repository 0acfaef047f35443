from datetime import UTC, datetime, timedelta

import pytest

from metier.store.workspaces.ids import ALPHABET, LENGTH, is_id, missing, new_id

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_ids_are_26_letters_and_sort_by_time():
    ids = [new_id(NOON + timedelta(milliseconds=n)) for n in range(200)]
    assert {len(one) for one in ids} == {LENGTH}
    assert set("".join(ids)) <= set(ALPHABET)
    assert sorted(ids) == ids


def test_ids_of_one_moment_differ():
    assert len({new_id(NOON) for _ in range(10_000)}) == 10_000


def test_the_time_stands_in_the_id():
    head = new_id(NOON)[:10]
    number = 0
    for letter in head:
        number = number * 32 + ALPHABET.index(letter)
    assert number == NOON.timestamp() * 1000


def test_what_was_made_is_an_id():
    for year in (1, 1970, 2026, 9999):
        assert is_id(new_id(datetime(year, 6, 1, tzinfo=UTC)))


@pytest.mark.parametrize(
    "text", ["", "0" * 25, "0" * 27, "0" * 25 + "i", "0" * 25 + "A", "0" * 26 + "\n", "8" * 26]
)
def test_what_is_none_is_told(text):
    assert not is_id(text)


def test_the_error_quotes_little_and_nothing_that_a_log_cannot_take():
    message = str(missing("person", "\ud800" + "x" * 1000))
    assert message.startswith("There is no person '\\ud800xxx")
    assert len(message) < 100
