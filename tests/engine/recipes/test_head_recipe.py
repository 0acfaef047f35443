from pathlib import Path

import pytest

from metier.engine.recipes.head_recipe import (
    SET_KINDS,
    HeadKind,
    HeadRecipe,
    changed_heads,
    load_any_recipe,
)
from metier.engine.recipes.recipe import Recipe
from metier.errors import InvalidInput, NotFound
from metier.training.sets import SetKind

RECIPES = Path(__file__).parents[3] / "recipes"
TEXT = "format: 1\nname: mine\nheads:\n  - {head: search, sets: [a, b]}\n"
ALL = {
    "format": 1,
    "name": "mine",
    "heads": [{"head": kind, "sets": ["a"]} for kind in HeadKind],
}


def written(tmp_path, text):
    path = tmp_path / "recipe.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_recipe_of_the_project_is_one_of_heads_that_ship():
    recipe = load_any_recipe(RECIPES / "heads.yaml")
    assert isinstance(recipe, HeadRecipe)
    assert recipe.ships


def test_the_kind_is_told_by_the_file(tmp_path):
    assert isinstance(load_any_recipe(written(tmp_path, TEXT)), HeadRecipe)
    joint = "format: 1\nname: mine\nrun: {steps: 5}\ntasks:\n  - {set: a}\n"
    assert isinstance(load_any_recipe(written(tmp_path, joint)), Recipe)


def test_a_head_is_called_as_what_it_is_for(tmp_path):
    text = TEXT + "  - {head: search, name: other, sets: [a], steps: 7, head_rate: 0.01}\n"
    first, second = load_any_recipe(written(tmp_path, text)).heads
    assert (first.name, first.sets, first.steps) == ("search", ("a", "b"), None)
    assert (second.name, second.steps, second.head_rate) == ("other", 7, 0.01)


def test_every_head_learns_from_a_kind_of_set():
    assert set(SET_KINDS) == set(HeadKind)
    assert set(SetKind) - set(SET_KINDS.values()) == {SetKind.LINKING, SetKind.TEXTS}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (TEXT.replace("format: 1", "format: 2"), "format"),
        (TEXT.replace("name: mine", "name: ../up"), "name"),
        (TEXT + "other: 3\n", "other"),
        (TEXT + "run: {steps: 5}\n", "run"),
        (TEXT + "seed: -1\n", "seed"),
        (TEXT.replace("head: search", "head: magic"), r"heads\.0\.head"),
        (TEXT.replace("head: search, ", ""), r"heads\.0\.head: Field required"),
        (TEXT.replace("head: search", "head: search, name: a.b"), r"heads\.0\.name"),
        (TEXT.replace("head: search", "head: search, name: null"), r"heads\.0\.name"),
        (TEXT.replace("head: search", "head: search, depth: 1"), r"heads\.0\.depth"),
        (TEXT.replace("[a, b]", "[]"), r"heads\.0\.sets"),
        (TEXT.replace("[a, b]", "a"), r"heads\.0\.sets"),
        (TEXT.replace("[a, b]", "[a, a]"), r"heads\.0: each set may be named once"),
        (TEXT.replace("[a, b]", "[a], steps: 0"), r"heads\.0\.steps"),
        (TEXT.replace("[a, b]", "[a], steps: true"), r"heads\.0\.steps"),
        (TEXT.replace("[a, b]", "[a], epochs: .nan"), r"heads\.0\.epochs"),
        (TEXT.replace("[a, b]", "[a], head_rate: 0"), r"heads\.0\.head_rate"),
        (TEXT.replace("[a, b]", "[a], batch_size: 0"), r"heads\.0\.batch_size"),
        (TEXT.replace("[a, b]", "[a], steps: 4, epochs: 2"), "either steps or epochs may be given"),
        (TEXT.replace("search", "skills"), "a head of kind skills learns from one set. Got a, b"),
        (
            TEXT.replace("{head: search, sets: [a, b]}", "{head: linking, sets: [a], batch_size: 4}"),
            "a head of kind linking takes steps, epochs, head_rate. Got batch_size",
        ),
        (
            TEXT.replace("{head: search, sets: [a, b]}", "{head: levels, sets: [a, b], steps: 4}"),
            "a head of kind levels takes no options. Got steps",
        ),
        (TEXT.replace("{head: search, sets: [a, b]}", "search"), r"heads\.0"),
        (TEXT + "  - {head: search, sets: [c]}\n", "two are called search: give one of them another"),
        ("format: 1\nname: mine\nheads: []\n", "heads"),
        (TEXT + "tasks:\n  - {set: a}\n", "It has both: make two recipes of it"),
    ],
)
def test_a_broken_field_is_named(tmp_path, text, message):
    with pytest.raises(InvalidInput, match=message):
        load_any_recipe(written(tmp_path, text))


def test_what_is_no_recipe_is_told(tmp_path):
    with pytest.raises(NotFound, match="There is no recipe"):
        load_any_recipe(tmp_path / "none.yaml")
    with pytest.raises(InvalidInput, match="either steps or epochs"):
        load_any_recipe(written(tmp_path, "format: 1\nname: mine\nrun: {}\ntasks:\n  - {set: a}\n"))


def test_a_length_changes_what_learns_in_steps_alone():
    recipe = changed_heads(HeadRecipe.model_validate(ALL), seed=7, steps=9)
    assert recipe.seed == 7
    assert {task.head: task.steps for task in recipe.heads} == {
        kind: None if kind in (HeadKind.SCORES, HeadKind.LEVELS) else 9 for kind in HeadKind
    }


def test_steps_take_the_place_of_epochs():
    recipe = HeadRecipe.model_validate(ALL | {"heads": [{"head": "search", "sets": ["a"], "epochs": 3}]})
    assert changed_heads(recipe) == recipe
    (task,) = changed_heads(recipe, steps=5).heads
    assert (task.steps, task.epochs) == (5, None)


@pytest.mark.parametrize("change", [{"steps": 0}, {"seed": -1}])
def test_a_change_out_of_range_is_refused(change):
    with pytest.raises(InvalidInput, match="cannot be changed so"):
        changed_heads(HeadRecipe.model_validate(ALL), **change)
