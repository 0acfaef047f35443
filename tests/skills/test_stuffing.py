from __future__ import annotations

import pytest

from metier.skills.stuffing import find_stuffing
from metier.types import EvidenceLabel, Quote, SkillEvidence, Span

PROSE = (
    "In this place we kept the ledgers of many small shops and answered their letters every single day "
    "while the owners were travelling far away to buy cloth and tea for the winter months ahead. "
)
NAMES = [f"skill{i}" for i in range(90)]


def evidence(text, names=NAMES, label=EvidenceLabel.EXPLICIT):
    """Return evidence for every place of each name in a text."""
    found = []
    for name in names:
        quotes, start = [], text.find(f" {name} ")
        while start >= 0:
            quotes.append(Quote(Span(start + 1, start + 1 + len(name)), name))
            start = text.find(f" {name} ", start + 1)
        if quotes:
            found.append(SkillEvidence(name, name, label, 0.9, tuple(quotes), ""))
    return found


def test_prose_with_some_skills_is_no_stuffing():
    text = f" {PROSE * 5} skill1 {PROSE * 5} skill2 skill3 "
    assert find_stuffing(text, evidence(text)) is None


def test_an_ordinary_list_of_skills_is_no_stuffing():
    text = f" {PROSE * 10} {' '.join(NAMES[:25])} "
    assert find_stuffing(text, evidence(text)) is None


def test_a_list_of_everything_is_found_with_its_place():
    text = f" {PROSE * 10} {' '.join(NAMES)} "
    found = find_stuffing(text, evidence(text))
    assert "90 skills stand in lists alone" in found.message
    (span,) = found.spans
    assert text[span.start : span.end] == " ".join(NAMES)


def test_a_text_of_names_is_found():
    text = f" {PROSE * 2} " + f" {' '.join(NAMES[:30])} " * 2
    assert "of all words name skills" in find_stuffing(text, evidence(text)).message


def test_one_word_over_and_over_is_found():
    text = f" {PROSE * 4} " + " skill1 and more " * 20
    found = find_stuffing(text, evidence(text))
    assert "One skill is named 20 times" in found.message
    assert {text[span.start : span.end] for span in found.spans} == {"skill1"}


def test_skills_that_work_shows_too_make_the_list_honest():
    text = f" {PROSE * 10} {' '.join(NAMES[:70])} " + "".join(f"{PROSE} used {name} " for name in NAMES[:60])
    assert find_stuffing(text, evidence(text)) is None


@pytest.mark.parametrize("text", ["", " skill1 " * 50, f" {PROSE * 10} "])
def test_too_little_text_or_no_skill_is_nothing(text):
    assert find_stuffing(text, evidence(text)) is None


def test_names_without_a_claim_do_not_count():
    text = f" {PROSE * 10} {' '.join(NAMES)} "
    assert find_stuffing(text, evidence(text, label=EvidenceLabel.NONE)) is None
