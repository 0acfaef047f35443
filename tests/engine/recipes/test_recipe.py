from pathlib import Path

import pytest

from metier.engine.recipes.recipe import LESSONS, Lesson, Recipe, changed, load_recipe
from metier.errors import InvalidInput, NotFound
from metier.training.sets import SetKind

RECIPES = [
    path
    for path in sorted((Path(__file__).parents[3] / "recipes").glob("*.yaml"))
    if "\ntasks:" in path.read_text(encoding="utf-8")  # the others train heads
]
SMALLEST = {"format": 1, "name": "mine", "run": {"steps": 5}, "tasks": [{"set": "a"}]}
TEXT = "format: 1\nname: mine\nrun: {steps: 5}\ntasks:\n  - {set: a}\n"


def written(tmp_path, text):
    path = tmp_path / "recipe.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_the_recipes_of_the_project_can_be_read(path):
    assert load_recipe(path).tasks


def test_there_is_a_recipe_for_the_model_that_ships():
    assert load_recipe(next(path for path in RECIPES if path.stem == "small")).ships


def test_a_recipe_is_read_with_its_defaults(tmp_path):
    recipe = load_recipe(written(tmp_path, TEXT))
    assert (recipe.name, recipe.ships, recipe.train_layers) == ("mine", False, None)
    assert recipe.options().steps == 5
    assert recipe.tasks[0].name == "a"


def test_every_lesson_can_be_learned_from_some_kind():
    assert {lesson for lessons in LESSONS.values() for lesson in lessons} == set(Lesson)
    assert set(LESSONS) == set(SetKind) - {SetKind.LINKING}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (TEXT.replace("format: 1", "format: 2"), "format"),
        (TEXT.replace("name: mine", "name: ../up"), "name"),
        (TEXT + "other: 3\n", "other"),
        (TEXT.replace("steps: 5", "steps: 0"), "run.steps"),
        (TEXT.replace("steps: 5", "head_rate: .inf, steps: 5"), "run.head_rate"),
        (TEXT.replace("{set: a}", "{set: a, weight: 0}"), "tasks.0.weight"),
        (TEXT.replace("{set: a}", "{set: a, learn: magic}"), "tasks.0.learn"),
        (TEXT.replace("  - {set: a}", "  []"), "tasks"),
        (TEXT + "  - {set: a}\n", "no two tasks may be the same"),
        (TEXT + "train_layers: 0\n", "train_layers"),
    ],
)
def test_a_broken_field_is_named(tmp_path, text, place):
    with pytest.raises(InvalidInput, match=place):
        load_recipe(written(tmp_path, text))


@pytest.mark.parametrize("text", ["a: [", "- 1", "", "\x00", "name: \ud800".encode("utf-8", "surrogatepass")])
def test_what_is_no_recipe_is_refused(tmp_path, text):
    path = tmp_path / "recipe.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InvalidInput):
        load_recipe(path)


def test_neither_steps_nor_epochs_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match="either steps or epochs"):
        load_recipe(written(tmp_path, TEXT.replace("steps: 5", "head_rate: 0.1")))


def test_a_missing_file_and_a_folder_are_told(tmp_path):
    with pytest.raises(NotFound, match="Check the path"):
        load_recipe(tmp_path / "none.yaml")
    with pytest.raises(InvalidInput, match="cannot be opened"):
        load_recipe(tmp_path)


def test_seed_length_and_time_can_be_changed():
    recipe = changed(Recipe.model_validate(SMALLEST), seed=7, steps=9, max_minutes=2)
    assert (recipe.seed, recipe.run.steps, recipe.run.max_seconds) == (7, 9, 120)


def test_steps_take_the_place_of_epochs():
    recipe = Recipe.model_validate(SMALLEST | {"run": {"epochs": 2}})
    assert changed(recipe, steps=3).options().steps == 3
    assert changed(recipe).run.epochs == 2


def test_a_change_out_of_range_is_refused():
    with pytest.raises(InvalidInput, match="cannot be changed so"):
        changed(Recipe.model_validate(SMALLEST), max_minutes=-1)
