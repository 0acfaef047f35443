import pytest

from metier.errors import InvalidInput
from metier.skills.data import MAX_TEXT_CHARS, LabelCounts, LabelledText, count_labels, json_kind, quoted


def test_shown_skills_are_explicit_and_implicit_ones():
    row = LabelledText("A text", {"sql": 1.0, "http": 0.0, "go": 0.5}, complete=False)
    assert row.shown == ("go", "sql")


@pytest.mark.parametrize("label", [0, 1, 0.0, 0.5, 1.0])
def test_labels_are_zero_a_half_and_one(label):
    assert LabelledText("A text", {"sql": label}, complete=True).labels["sql"] == label


@pytest.mark.parametrize(
    ("label", "shown"),
    [(0.7, "0.7"), (-1, "-1"), (2, "2"), (float("nan"), "nan"), (True, "a boolean"), ("1", "a string")],
)
def test_other_labels_are_refused(label, shown):
    with pytest.raises(InvalidInput, match=rf"label of 'sql' must be 1\.0 .* Got {shown}\. Correct"):
        LabelledText("A text", {"sql": label}, complete=True)


def test_the_longest_text_is_of_100_000_characters():
    assert len(LabelledText("я" * MAX_TEXT_CHARS, {}, complete=True).text) == 100_000
    with pytest.raises(InvalidInput, match=r"may have 100,000 characters\. It has 100,001\. Split"):
        LabelledText("я" * (MAX_TEXT_CHARS + 1), {}, complete=True)


@pytest.mark.parametrize("text", ["", " \n\t"])
def test_a_blank_text_is_refused(text):
    with pytest.raises(InvalidInput, match=f"must not be empty. Got {len(text)} blanks"):
        LabelledText(text, {}, complete=True)


def test_half_a_character_is_refused():
    with pytest.raises(InvalidInput, match="Character 3 is half of a pair"):
        LabelledText("abc\ud83d", {}, complete=True)


def test_counts_of_nothing_are_zero():
    assert count_labels([]) == LabelCounts(0, 0, 0, 0, 0, 0, 0)


def test_counts_tell_the_kinds_of_labels_apart():
    rows = [
        LabelledText("A", {"sql": 1.0, "go": 0.5, "http": 0.0}, complete=True),
        LabelledText("B", {"sql": 1}, complete=False),
        LabelledText("C", {"http": 0}, complete=True),
    ]
    assert count_labels(rows) == LabelCounts(
        texts=3, complete=2, without_skill=1, explicit=2, implicit=1, none=2, skills=2
    )


def test_a_name_as_long_as_a_sentence_is_not_quoted():
    assert quoted("SQL") == "'SQL'"
    assert quoted("x" * 101) == "a name of 101 characters"


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (1, "a number"),
        ("", "a string"),
        (None, "null"),
        ([], "a list"),
        ({}, "an object"),
        (False, "a boolean"),
    ],
)
def test_kinds_have_words(value, kind):
    assert json_kind(value) == kind
