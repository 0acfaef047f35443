"""The format of the marked header sets."""

from __future__ import annotations

import pytest

from metier.types import Mask, MaskKind, Span
from tests.documents.headers import FOLDER, LANGUAGES, is_covered, parse_header, read_headers


def test_marks_become_facts_and_plain_text():
    header = parse_header("{{name|Anna Lind}}\nAge: {{age|34}}, Malmö")
    assert header.text == "Anna Lind\nAge: 34, Malmö"
    assert header.facts == (Mask(Span(0, 9), MaskKind.NAME), Mask(Span(15, 17), MaskKind.AGE))


def test_entries_are_parted_by_a_line(tmp_path):
    path = tmp_path / "en.txt"
    path.write_text("{{name|Anna}}\n====\nBob\n\nSkills\n====\n", encoding="utf-8")
    assert [header.text for header in read_headers(path)] == ["Anna", "Bob\n\nSkills"]


def test_a_fact_is_covered_when_all_its_letters_are():
    masks = (Mask(Span(1, 3), MaskKind.NAME), Mask(Span(4, 6), MaskKind.NAME))
    assert is_covered("(ab-cd)", Span(0, 7), masks)
    assert not is_covered("(ab-cde)", Span(0, 8), masks)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mark_of_the_sets_is_well_formed(language):
    path = FOLDER / f"{language}.txt"
    if not path.is_file():
        pytest.skip("There are no headers in this language.")
    headers = read_headers(path)
    assert not [header for header in headers if "{{" in header.text or "}}" in header.text]
    assert all(
        header.text[fact.span.start : fact.span.end].strip() for header in headers for fact in header.facts
    )
