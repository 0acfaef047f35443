import re
from string import Formatter

import pytest

from metier.cli.interview_phrases import PHRASES, one_line, phrase, plain
from metier.report.interview_words import InterviewWords


@pytest.mark.parametrize("key", PHRASES)
def test_a_phrase_has_the_same_facts_in_each_language(key):
    named = [{name for _, name, _, _ in Formatter().parse(said) if name} for said in PHRASES[key]]
    assert named[0] == named[1] == named[2]
    assert re.search("[а-яё]", PHRASES[key].ru.lower())
    assert re.search("[가-힣]", PHRASES[key].ko)


def test_facts_are_text_whatever_they_hold():
    assert phrase(InterviewWords("en"), "paused", {"command": "x {0}\x1b[1m"}) == "Saved. Go on: x {0}␛[1m"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\r\nb\rc\td", "a\nb␍c\td"),
        ("\x1b]0;title\x07", "␛]0;title␇"),
        ("\x9b31m\x00\u202e", "\N{REPLACEMENT CHARACTER}31m␀\N{REPLACEMENT CHARACTER}"),
        ("Обычный 텍스트", "Обычный 텍스트"),
    ],
)
def test_no_text_can_steer_a_terminal(text, shown):
    assert plain(text) == shown


def test_a_cell_of_a_table_is_one_line():
    assert one_line("a \n\n b\tc\x00") == "a b c␀"
