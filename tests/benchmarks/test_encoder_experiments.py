import json

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("accelerate")

import encoder_experiments as experiments  # noqa: E402

from metier.encoders.folder import CARD, ModelCard  # noqa: E402


@pytest.mark.parametrize("name", experiments.VARIANTS)
def test_every_variant_is_a_recipe_of_the_same_length(name):
    recipe = experiments.recipe_of(name, 7)
    assert (recipe.run.steps, recipe.run.evaluate_every, recipe.run.max_seconds) == (7, 7, None)
    assert all(task.tune_rows == experiments.TUNE_ROWS for task in recipe.tasks)


def test_a_group_alone_learns_its_own_sets_only():
    for name, sets in experiments.GROUPS.items():
        recipe = experiments.recipe_of(f"{name}-alone", 5)
        assert {task.set for task in recipe.tasks} == set(sets)


def test_the_groups_hold_every_set_that_is_learned_from():
    grouped = {each for sets in experiments.GROUPS.values() for each in sets}
    assert grouped == {task.set for task in experiments.recipe_of("joint", 5).tasks} - {"vacancies"}


def test_what_a_variant_begins_with_is_made_first():
    assert experiments.with_starts(["six-joint", "soup"]) == ["six", "six-joint", "joint", "joint-2", "soup"]
    begun = {name for name, variant in experiments.VARIANTS.items() if variant.start and name != "six"}
    assert set(experiments.STARTS) == begun


def test_heads_alone_leave_the_backbone_all_but_as_it_is():
    assert experiments.recipe_of("base", 5).run.backbone_rate == experiments.FROZEN


def test_the_table_has_a_row_for_each_variant_that_is_finished(tmp_path):
    place = tmp_path / "joint" / "model"
    place.mkdir(parents=True)
    metrics = {"tune": {"titles": {"score": 0.51234}}, "training": {"seconds": 90.0}}
    card = ModelCard(
        name="joint", task="encoder", base="", license="MIT", languages=("en",), dim=4, max_tokens=8,
        prefixes={}, command="", training_data={}, parameters={}, metrics=metrics, files={},
    )  # fmt: skip
    (place / CARD).write_bytes(card.dump())
    lines = experiments.table(tmp_path).splitlines()
    assert len(lines) == 3
    assert "| joint, upper four layers |" in lines[2]
    assert "0.512" in lines[2]
    assert lines[2].endswith("| 1.5 |")
    assert json.loads((tmp_path / "experiments.json").read_text())["joint"] == metrics
