import pytest

from metier.skills.near_copies import NearCopies

TEXT = "You will design tables, write queries and watch how long they take; you teach juniors to do the same."


@pytest.fixture
def copies():
    found = NearCopies()
    found.add("Short one")
    found.add(TEXT)
    return found


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        TEXT.upper().replace(",", ""),
        TEXT.replace("juniors", "interns"),
        f"Hello. {TEXT}",
        "short  ONE!",
    ],
)
def test_a_text_with_a_few_other_words_is_a_near_copy(copies, text):
    assert copies.has_like(text)


@pytest.mark.parametrize(
    "text",
    ["Short two", "You will design tables for guests, and watch how long they stay at each.", "", TEXT[:45]],
)
def test_a_text_that_shares_a_phrase_is_none(copies, text):
    assert not copies.has_like(text)


def test_nothing_is_like_nothing():
    assert not NearCopies().has_like(TEXT)
