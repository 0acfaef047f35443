import numpy as np
import pytest

from metier.workbench.finetuning.entities import TAG, Entity, entities, split_tag, to_iob2


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ("", []),
        ("O O", []),
        ("B-A", [("A", 0, 1)]),
        ("B-A I-A I-A O", [("A", 0, 3)]),
        ("B-A B-A", [("A", 0, 1), ("A", 1, 2)]),
        ("B-A I-B", [("A", 0, 1)]),  # an I- of another type ends the entity and begins none
        ("B-A I-B I-A", [("A", 0, 1)]),
        ("I-A I-A B-A", [("A", 2, 3)]),
        ("O I-A B-B I-B", [("B", 2, 4)]),
        ("B-A O I-A", [("A", 0, 1)]),
        ("S-A B-B E-B", [("A", 0, 1), ("B", 1, 3)]),
        ("U-A B-B I-B L-B", [("A", 0, 1), ("B", 1, 4)]),
        ("B-A-B I-A-B", [("A-B", 0, 2)]),
        ("what B-A", [("A", 1, 2)]),
    ],
)
def test_entities_are_those_of_strict_iob2(tags, found):
    assert entities(tags.split()) == [Entity(*entity) for entity in found]


def test_entities_come_back_from_the_tags_that_they_make():
    random = np.random.default_rng(0)
    for _ in range(200):
        tags, wanted = [], []
        while len(tags) < 12:
            length, kind = int(random.integers(1, 4)), str(random.choice(["A", "B"]))
            if random.random() < 0.5:
                tags += ["O"] * length
            else:
                wanted.append(Entity(kind, len(tags), len(tags) + length))
                tags += [f"B-{kind}", *[f"I-{kind}"] * (length - 1)]
        assert entities(tags) == wanted


@pytest.mark.parametrize("tag", ["O", "B-PER", "I-a b".replace(" ", "_"), "S-X", "L-1"])
def test_tags_are_known_by_their_form(tag):
    assert TAG.fullmatch(tag)


@pytest.mark.parametrize("tag", ["", "B", "B-", "X-PER", "NOUN", "o", "B PER", "B-A B"])
def test_what_is_no_tag_is_told(tag):
    assert not TAG.fullmatch(tag)
    assert split_tag(tag)[0] in {"O", "B"}


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("B-A I-A O B-B", "B-A I-A O B-B"),
        ("I-A I-A O I-B", "B-A I-A O B-B"),  # IO
        ("I-A B-A I-A I-B", "B-A B-A I-A B-B"),  # IOB1
        ("S-A O B-B I-B E-B", "B-A O B-B I-B I-B"),  # BIOES
        ("U-A B-B L-B", "B-A B-B I-B"),  # BILOU
        ("O O", "O O"),
        ("B-X- I-X-", "B-X- I-X-"),
    ],
)
def test_schemes_are_translated(given, wanted):
    assert to_iob2([given.split()]) == ([tuple(wanted.split())], None)


def test_an_entity_that_begins_with_i_among_those_that_begin_with_b_is_told():
    _, place = to_iob2([["B-A", "I-A"], ["O", "I-A"]])
    assert place == (1, 1)
