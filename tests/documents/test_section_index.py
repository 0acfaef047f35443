from metier.documents.section_index import SectionIndex
from metier.types import Section, SectionKind, Span

INDEX = SectionIndex([Section(SectionKind.HEADER, Span(0, 5)), Section(SectionKind.SKILLS, Span(5, 9))])


def test_an_offset_lies_in_one_section():
    assert [INDEX.kind_at(offset) for offset in (0, 4, 5, 8)] == ["header", "header", "skills", "skills"]


def test_beyond_the_sections_there_is_none():
    assert INDEX.at(9) is None
    assert SectionIndex([]).kind_at(0) is None
