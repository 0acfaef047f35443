import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.errors import InvalidInput, NotFound
from metier.skills.data import LabelledText
from metier.skills.negatives import LabelledPair, NegativeOptions, NegativeSampler, labelled_pairs
from metier.skills.skill_names import NameSpotter
from metier.skills.taxonomy import Taxonomy, TaxonomyEntry
from metier.types import Skill
from tests.skills.taxonomies import small_taxonomy

TAXONOMY = small_taxonomy()
IDS = [entry.skill.id for entry in TAXONOMY.entries]


def grid(n_categories=10, n_each=20):
    return Taxonomy(
        "grid",
        [
            TaxonomyEntry(Skill(f"s{c}-{i}", f"Skill {c} number {i}", broader=f"c{c}"))
            for c in range(n_categories)
            for i in range(n_each)
        ],
    )


def sampler(taxonomy=TAXONOMY, vectors=None, **options):
    return NegativeSampler(taxonomy, NegativeOptions(**options), vectors=vectors)


def row(text, *shown, complete=True):
    return LabelledText(text, dict.fromkeys(shown, 1.0), complete)


def test_each_shown_skill_has_its_negatives():
    found = sampler(grid(), ratio=4).sample(row("Nothing", "s0-0", "s3-1"))
    assert len(found) == len(set(found)) == 8


def test_half_of_them_are_of_the_same_category():
    found = sampler(grid(), ratio=4).sample(row("Nothing", "s0-0"))
    assert all(skill.startswith("s0-") for skill in found[:2])
    others = [sampler(grid(), ratio=4, seed=seed).sample(row("Nothing", "s0-0"))[2:] for seed in range(20)]
    assert sum(skill.startswith("s0-") for pair in others for skill in pair) < 10


def test_with_vectors_half_of_them_are_nearest():
    vectors = np.tile(np.eye(10), (60, 1))  # alike are the skills of one number, whatever their category
    found = sampler(grid(60, 10), vectors, ratio=40).sample(row("Nothing", "s0-7"))
    assert {skill.partition("-")[2] for skill in found[:20]} == {"7"}
    assert len({skill.partition("-")[2] for skill in found[20:]}) > 5


@given(
    st.lists(st.sampled_from([*TAXONOMY.entries, "and", "with"]), max_size=4),
    st.dictionaries(st.sampled_from(IDS), st.sampled_from([0.0, 0.5, 1.0]), max_size=3),
    st.booleans(),
    st.integers(0, 5),
)
def test_no_negative_is_shown_named_or_related(words, labels, complete, seed):
    text = " ".join(["Text"] + [word if isinstance(word, str) else word.skill.label for word in words])
    found = sampler(seed=seed, ratio=6).sample(LabelledText(text, labels, complete))
    shown = {skill for skill, label in labels.items() if label > 0}
    named = NameSpotter(TAXONOMY).names_in(text)
    assert len(set(found)) == len(found) <= max(1, len(shown)) * 6
    for skill in found:
        assert skill not in shown
        assert not named.has(skill)
        assert not shown & TAXONOMY.implied_by(skill).keys()
        assert not any(skill in TAXONOMY.implied_by(other) for other in shown)


def test_a_chain_of_implications_is_followed_both_ways():
    found = sampler(ratio=100).sample(row("Nothing", "web"))
    assert {"django", "http", "web"}.isdisjoint(found)
    assert set(found) == set(IDS) - {"django", "http", "web"}


def test_negatives_depend_on_text_and_seed_and_not_on_order():
    rows = [row(f"Text {i}", "s0-0", "s1-0") for i in range(5)]
    first = sampler(grid(), seed=3)
    forward = {each.text: first.sample(each) for each in rows}
    second = sampler(grid(), seed=3)
    backward = {each.text: second.sample(each) for each in reversed(rows)}
    turned = sampler(grid(), seed=3).sample(row("Text 0", "s1-0", "s0-0"))
    assert forward == backward
    assert turned == forward["Text 0"]
    assert len(set(forward.values())) == 5
    assert sampler(grid(), seed=4).sample(rows[0]) != forward["Text 0"]


def test_a_complete_text_without_skills_has_negatives_and_another_has_none():
    assert len(sampler(grid()).sample(row("Nothing"))) == 4
    assert sampler(grid()).sample(row("Nothing", complete=False)) == ()


def test_there_are_fewer_where_the_taxonomy_has_no_more():
    taxonomy = Taxonomy("two", TAXONOMY.entries[:2])
    assert sampler(taxonomy, ratio=50).sample(row("Nothing", "python")) == ("java",)


def test_no_negatives_can_be_wanted():
    assert sampler(ratio=0).sample(row("Nothing", "sql")) == ()


def test_skills_without_category_have_no_neighbours_but_negatives_all_the_same():
    taxonomy = Taxonomy("flat", [TaxonomyEntry(Skill(f"s{i}", f"Skill number {i}")) for i in range(30)])
    assert len(sampler(taxonomy).sample(row("Nothing", "s0"))) == 4


def test_pairs_are_the_labels_and_then_the_negatives():
    text = LabelledText("Nothing", {"sql": 0.5, "http": 0.0}, complete=True)
    negatives = sampler(ratio=2).sample(text)
    assert list(labelled_pairs([text], sampler(ratio=2))) == [
        LabelledPair("Nothing", "http", 0.0),
        LabelledPair("Nothing", "sql", 0.5),
        *(LabelledPair("Nothing", skill, 0.0) for skill in negatives if skill != "http"),
    ]
    assert list(labelled_pairs([], sampler())) == []


@pytest.mark.parametrize("ratio", [-1, 101])
def test_the_ratio_has_bounds(ratio):
    with pytest.raises(InvalidInput, match=f"ratio must be from 0 to 100. Got {ratio}"):
        NegativeOptions(ratio=ratio)


@pytest.mark.parametrize("shape", [(18, 4), (19,), (4, 19)])
def test_vectors_must_be_one_row_per_skill(shape):
    with pytest.raises(InvalidInput, match=r"vectors must have the shape \(19, dim\)"):
        sampler(vectors=np.ones(shape))


def test_vectors_must_be_finite():
    with pytest.raises(InvalidInput, match="vectors must be finite"):
        sampler(vectors=np.full((19, 2), np.nan))


def test_vectors_of_zeros_are_near_nothing_in_particular():
    assert len(sampler(vectors=np.zeros((19, 2))).sample(row("Nothing", "sql"))) == 4


def test_a_skill_that_is_not_there_is_not_found():
    with pytest.raises(NotFound, match="no skill 'cobol'"):
        sampler().sample(row("Nothing", "cobol"))
