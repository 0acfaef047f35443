from metier.cli.search_tables import render_hits
from metier.search.hits import Hit, HitPassage, SearchResult
from metier.types import Role, Span

PASSAGE = HitPassage(Span(0, 20), "Wrote Go services\nand more.", (Span(6, 8),), 0.5)
HIT = Hit(
    "v-1", 1, 0.0328, 0.91, 1.5, 0.5, ("Go",), tuple(f"Skill {i}" for i in range(12)), (PASSAGE,),
    Role.VACANCY, "v-1", "Go developer", "en", 3.0, "senior", "Leeds", "2026-05-01",
)  # fmt: skip
RESULT = SearchResult((HIT,), 40, "fake", "0" * 64)


def test_a_table_says_what_was_found_where_and_why():
    shown = render_hits(RESULT, "table")
    for words in (
        "1 of 40 documents",
        "Go developer",
        "v-1",
        "senior",
        "3 years",
        "coverage 50%",
        "and 4 more",
    ):
        assert words in shown
    assert "Wrote Go services and more." in shown


def test_no_hit_says_so_on_a_terminal_and_nothing_to_programs():
    nothing = SearchResult((), 40, "fake", "0" * 64)
    assert render_hits(nothing, "table") == "Nothing was found among 40 documents.\n"
    assert render_hits(nothing, "json") == render_hits(nothing, "csv") == ""
