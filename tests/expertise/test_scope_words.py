import re

import pytest

from metier.expertise.scope import Scope
from metier.expertise.scope_words import PATTERNS, STANDS_FOR
from metier.expertise.word_table import WordTable


def test_every_kind_has_patterns():
    assert list(PATTERNS) == [str(kind) for kind in Scope]


@pytest.mark.parametrize("kind", PATTERNS)
def test_every_pattern_begins_with_a_letter_and_can_be_compiled(kind):
    lines = [line for line in PATTERNS[kind].split("\n") if line]
    assert lines
    assert [line for line in lines if not line[0].isalpha()] == []
    # The first three letters are looked up as they stand.
    assert [line for line in lines if re.match(r"\w{0,2}(?:\w[?*]|\\\.[?*]|[(\[])", line)] == []
    WordTable({kind: PATTERNS[kind]}, STANDS_FOR)


def test_no_name_is_left_that_stands_for_nothing():
    names = set(re.findall(r"[A-Z]{3,}", "".join(PATTERNS.values()).replace("FEWPEOPLE", "FEW PEOPLE")))
    assert {name.removeprefix("NEAR") for name in names} - {""} <= set(STANDS_FOR)
