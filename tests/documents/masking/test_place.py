from __future__ import annotations

import re

from metier.documents.masking.place import (
    TAKEN,
    Region,
    find_region,
    line_before,
    mentions,
    stands_alone,
    tight,
    without,
)
from metier.documents.sections import find_sections
from metier.types import Mask, MaskKind, Role, Span


def region_of(text: str) -> Region:
    return find_region(text, find_sections(text, Role.RESUME))


def test_the_header_ends_at_the_first_heading():
    text = "Anna\nMalmö\n\nExperience\nAcme\n"
    assert region_of(text).header_end == text.index("Experience")


def test_a_line_with_a_label_does_not_end_the_header():
    text = "Anna\nLanguages: English\nPhone: 1\n\nExperience\nAcme\n"
    assert region_of(text).header_end == text.index("Experience")


def test_a_title_on_the_first_line_does_not_end_the_header():
    text = "Profile\nAnna Lind\n\nExperience\nAcme\n"
    assert region_of(text).header_end == text.index("Experience")


def test_a_header_has_an_end_without_headings_too():
    assert region_of("line\n" * 100).header_end == 25 * len("line\n")
    assert region_of("x" * 9_000).header_end == 2_500


def test_sections_of_personal_details_belong_to_the_person():
    text = "Experience\nAcme\n\nPersonal details\nAge: 34\n"
    region = region_of(text)
    assert region.holds(text.index("Age"))
    assert not region.holds(text.index("Acme"))
    assert [match.group() for match in region.matches(re.compile(r"\w+"), text)] == [
        "Personal",
        "details",
        "Age",
        "34",
    ]


def test_a_fact_stands_alone_between_marks():
    assert stands_alone("Berlin | Male, 34", 9, 13)
    assert not stands_alone("Male nurse", 0, 4)


def test_a_text_mentions_a_word_in_any_case():
    assert mentions("Date of Birth", "born birth")
    assert not mentions("Date of issue", "born birth")


def test_a_line_is_cut_where_it_starts():
    assert line_before("abc\ndef", 6) == "de"
    assert line_before("abcdef", 6, most=2) == "ef"


def test_what_was_found_is_taken_out_and_lines_stay():
    masks = [Mask(Span(0, 3), MaskKind.NAME)]
    assert without("a\nb c", masks) == f"{TAKEN}\n{TAKEN} c"
    assert without("abc", []) == "abc"


def test_blanks_at_the_ends_are_cut():
    assert tight(" ab ", 0, 4) == Span(1, 3)
