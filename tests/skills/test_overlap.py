import numpy as np

from metier.skills.overlap import MOST_SHARED, WordOverlap, roots
from metier.types import Skill

SKILLS = (
    Skill(
        "talks",
        "Negotiation",
        ("ведение переговоров",),
        "Reaching agreements with partners on price and terms.",
    ),
    Skill("budget", "Budgeting and cost control", (), "Planning and watching what is spent."),
)
OVERLAP = WordOverlap(SKILLS)


def test_inflected_words_share_a_root():
    assert roots("negotiated") == roots("Negotiation")
    assert roots("переговоры") == roots("переговоров")


def test_short_and_empty_words_and_numbers_have_no_root():
    assert roots("of the and 2019 c# и") == frozenset()


def test_the_name_that_shares_most_counts_as_a_share_of_its_words():
    shares = OVERLAP.compare(["Negotiated leases", "Вёл переговоры", "Controlled costs", "Slept"])
    assert shares[:, 0, 0].tolist() == [1, 0.5, 0, 0]
    assert shares[:, 1, 0].round(3).tolist() == [0, 0, 0.667, 0]


def test_words_of_the_description_are_counted_up_to_a_bound():
    found = OVERLAP.compare(["agreed price and terms, reached agreements"])
    assert found[0, 0, 1] == MOST_SHARED


def test_no_sentences_and_no_skills():
    assert OVERLAP.compare([]).shape == (0, 2, 2)
    assert WordOverlap(()).compare(["Anything at all"]).shape == (1, 0, 2)


def test_the_same_sentence_gives_the_same_in_any_company():
    alone = OVERLAP.compare(["Negotiated the price"])
    among = OVERLAP.compare(["Slept", "Negotiated the price", "Controlled costs"])
    assert np.array_equal(alone[0], among[1])
