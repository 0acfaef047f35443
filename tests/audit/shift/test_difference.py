import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.audit.shift import difference
from metier.audit.shift.difference import DifferenceKind, find_difference, find_words
from metier.errors import InvalidInput

TEXT = "Built services in Python. Led a team of five."
WORDS = st.lists(st.sampled_from(["a", "b", "fine", "film", ".", "Ж"]), max_size=12).map(" ".join)


def came(original, modified):
    return [modified[span.start : span.end] for span in find_difference(original, modified).inserted]


def went(original, modified):
    return [original[span.start : span.end] for span in find_difference(original, modified).deleted]


@pytest.mark.parametrize(
    ("modified", "kind"),
    [
        (TEXT, DifferenceKind.SAME),
        (TEXT.replace(" ", "  "), DifferenceKind.BLANKS),
        (TEXT.replace(" ", "\n"), DifferenceKind.BLANKS),
        (TEXT.upper(), DifferenceKind.CAPITALS),
        (TEXT.replace("Led", "Sadly led"), DifferenceKind.WORDS_INSERTED),
        (TEXT.replace("Led", "\u200bLed"), DifferenceKind.WORDS_INSERTED),
        (TEXT.replace("Led", "She was paid well and led"), DifferenceKind.PASSAGE_INSERTED),
        (TEXT.replace(" of five", ""), DifferenceKind.WORDS_DELETED),
        ("Built services in Python.", DifferenceKind.PASSAGE_DELETED),
        ("Led a team of five. Built services in Python.", DifferenceKind.REORDERED),
        (TEXT.replace("services", "servcies").replace("team", "tam"), DifferenceKind.RESPELLED),
        (TEXT.replace("Led", "Obstructed"), DifferenceKind.REWORDED),
        (TEXT.replace("services", "servcies").replace("Led", "Sadly led"), DifferenceKind.REWORDED),
        ("", DifferenceKind.PASSAGE_DELETED),
    ],
)
def test_the_kind_says_how_texts_differ(modified, kind):
    assert find_difference(TEXT, modified).kind is kind


def test_runs_that_came_and_went_are_found_where_they_stand():
    modified = "Built large services in Go. Led a team of five, sadly."
    assert came(TEXT, modified) == ["large", "Go", ", sadly"]
    assert went(TEXT, modified) == ["Python"]


def test_the_share_counts_characters_of_words():
    assert find_difference("aaaa bbbb", "aaaa bbbb cc").share == pytest.approx(2 / 10)
    assert find_difference("aaaa bbbb", "AAAA bbbb").share == pytest.approx(4 / 8)
    assert find_difference("", "word").share == 1.0
    assert find_difference("", " ").kind is DifferenceKind.BLANKS
    assert find_difference("a b", "a  b").share == pytest.approx(1 / 4)


@given(WORDS, WORDS)
def test_taking_out_what_came_and_went_leaves_the_same_words(original, modified):
    found = find_difference(original, modified)
    kept = []
    for text, runs in ((original, found.deleted), (modified, found.inserted)):
        words = find_words(text)
        kept.append(
            [text[w.start : w.end] for w in words if not any(r.start <= w.start < r.end for r in runs)]
        )
    assert kept[0] == kept[1]
    assert 0 <= found.share <= 1
    assert (found.share == 0) == (original == modified)


def test_long_texts_are_compared_too():
    text = " ".join(f"word{i} and the film" for i in range(1000))
    modified = text[: len(text) // 2] + "unfortunately " + text[len(text) // 2 :]
    assert came(text, modified) == ["unfortunately"]
    found = find_difference("alpha " + text, "omega " + text + " end")
    assert (found.kind, len(found.inserted)) == (DifferenceKind.REWORDED, 2)


def test_a_text_of_few_words_that_come_again_and_again_is_compared_roughly():
    text = "fine film " * 1500
    assert find_difference("alpha " + text, "omega " + text + "end").kind is DifferenceKind.REWORDED


def test_a_text_that_is_too_long_is_refused(monkeypatch):
    monkeypatch.setattr(difference, "MOST_WORDS", 3)
    with pytest.raises(InvalidInput, match="may have 3 words"):
        find_difference("a b", "a b c d")
