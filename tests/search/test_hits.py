from metier.records import from_mapping, to_mapping
from metier.search.hits import Hit, HitPassage, SearchResult
from metier.types import Role, Span


def test_a_result_survives_a_round_trip_as_json():
    passage = HitPassage(Span(0, 4), "Go, ", (Span(0, 2),), 0.5)
    hit = Hit(
        "a",
        1,
        0.1,
        0.5,
        None,
        None,
        ("Go",),
        (),
        (passage,),
        Role.VACANCY,
        "a",
        "",
        "en",
        1.0,
        None,
        None,
        None,
    )
    result = SearchResult((hit,), 3, "fake", "0" * 64)
    assert from_mapping(SearchResult, to_mapping(result)) == result
