import pytest

from metier.errors import NotFound, TaxonomyError
from metier.skills.taxonomy import Taxonomy
from tests.skills.taxonomies import entry, small_taxonomy


def test_what_follows_is_followed_to_the_end_by_the_shortest_chain():
    chains = small_taxonomy().implied_by("django")
    assert {skill: len(chain) for skill, chain in chains.items()} == {"python": 1, "web": 1, "http": 2}


def test_equal_content_has_an_equal_hash_and_other_content_another():
    assert small_taxonomy().sha256 == small_taxonomy().sha256
    assert Taxonomy("t", [entry("a", "A1")]).sha256 != Taxonomy("t", [entry("a", "A1", "B")]).sha256


def test_an_unknown_skill_is_not_found():
    assert "python" in small_taxonomy()
    with pytest.raises(NotFound, match="has no skill 'cobol'"):
        small_taxonomy().entry("cobol")


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([], "at least one skill. Got none"),
        ([entry("a", "A1"), entry("a", "A2")], "'a' occurs twice"),
        ([entry("a", "—")], "no name with a letter"),
        ([entry("a", "Alpha", exact=("Beta",))], "`exact` must be among .* Got 'Beta'"),
        ([entry("a", "Alpha", ambiguous=("Alpha",))], "`ambiguous` must be among its `exact` names"),
        ([entry("a", "Alpha", implies=("b",))], "implies 'b', which is not in the taxonomy"),
        ([entry("a", "Alpha", implies=("a",))], "in a circle. Got a -> a"),
        (
            [
                entry("a", "A1", implies=("b",)),
                entry("b", "B1", implies=("c",)),
                entry("c", "C1", implies=("a",)),
            ],
            "in a circle. Got a -> b -> c -> a",
        ),
    ],
)
def test_a_broken_rule_is_named(entries, message):
    with pytest.raises(TaxonomyError, match=message):
        Taxonomy("t", entries)
