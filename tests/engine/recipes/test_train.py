import json
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("accelerate")
pytest.importorskip("matplotlib")

from metier.encoders.load import Runtime, load_encoder  # noqa: E402
from metier.engine.recipes.recipe import Recipe  # noqa: E402
from metier.engine.recipes.train import Bases, base_words, train_recipe  # noqa: E402
from metier.errors import InvalidInput, NotFound  # noqa: E402
from metier.training.output import MODEL, Origin, Watch  # noqa: E402
from metier.training.sets import read_sets  # noqa: E402
from tests.engine.recipes.tiny_sets import save_backbone, write_folder  # noqa: E402

TASKS = (
    {"set": "pairs", "batch_size": 8},
    {"set": "spans"},
    {"set": "spans", "learn": "context", "names": "skills", "batch_size": 6},
    {"set": "skills", "batch_size": 6},
    {"set": "levels"},
    {"set": "choices"},
    {"set": "scores", "batch_size": 8},
    {"set": "texts", "learn": "keep", "max_tokens": 32, "batch_size": 8},
)
RUN = {"steps": 16, "evaluate_every": 8, "backbone_rate": 1e-3, "checkpoint_every": 8}


def recipe(**changes):
    return Recipe.model_validate(
        {"format": 1, "name": "tiny", "run": RUN, "tasks": TASKS, "train_layers": 1, "license": "MIT"}
        | changes
    )


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def backbone(tmp_path_factory):
    return save_backbone(tmp_path_factory.mktemp("backbone"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_folder(tmp_path_factory.mktemp("sets"))


@pytest.fixture(scope="module")
def trained(backbone, folder, tmp_path_factory):
    output = tmp_path_factory.mktemp("trained") / "out"
    card = train_recipe(recipe(), read_sets(folder), Bases(backbone), output, origin=Origin("tiny"))
    return output, card


def log(output):
    return [json.loads(line) for line in (output / "run/log.jsonl").read_text().splitlines()]


def test_every_task_takes_steps_on_one_backbone(trained):
    steps = [record["task"] for record in log(trained[0]) if record["event"] == "step"]
    assert set(steps) == {
        "pairs", "spans", "spans/context", "skills", "levels", "choices", "scores", "texts/keep",
    }  # fmt: skip


def test_the_card_holds_every_tasks_figures_between_chance_and_perfection(trained):
    tune = trained[1].metrics["tune"]
    assert set(tune) >= {"pairs", "spans", "skills", "levels", "choices", "scores", "texts/keep"}
    assert tune["levels"]["score"] == pytest.approx((tune["levels"]["raw"] - 0.5) / 0.5, abs=1e-4)
    judged = [figures["score"] for name, figures in tune.items() if name != "spans/context"]
    assert trained[1].metrics["training"]["best_score"] == pytest.approx(sum(judged) / len(judged), abs=1e-4)


def test_the_model_loads_as_an_encoder_and_is_whole(trained):
    encoder = load_encoder(trained[0] / MODEL, Runtime(threads=1))
    assert encoder.read("ab cd").states.shape == (2, encoder.dim)


def test_the_card_names_the_data_that_was_learned_from(trained):
    assert "pairs/pairs/train.jsonl" in trained[1].training_data
    assert not any("report" in name for name in trained[1].training_data)


def test_the_card_says_what_it_was_made_from(trained, backbone):
    assert trained[1].base == Path(backbone).name  # which has no card of its own
    assert base_words(str(trained[0] / MODEL)).startswith("tiny (sha256 ")
    assert base_words(str(trained[0] / MODEL)).endswith(f"made from {Path(backbone).name}")


def test_a_finished_run_is_not_repeated(trained, backbone, folder):
    card = train_recipe(recipe(), read_sets(folder), Bases(backbone), trained[0], origin=Origin("tiny"))
    assert card == trained[1]


def test_a_run_with_another_recipe_is_refused_by_the_field(trained, backbone, folder):
    whole = recipe().model_dump()
    whole["tasks"][0]["batch_size"] = 3
    other = Recipe.model_validate(whole)
    field = r"^options\.inputs\.recipe\.pairs\.batch_size of the run .* Got '3'"
    with pytest.raises(InvalidInput, match=field):
        train_recipe(other, read_sets(folder), Bases(backbone), trained[0], origin=Origin("tiny"))


def test_layers_below_stay_as_they_are(trained, backbone):
    from safetensors.numpy import load_file

    before, after = (
        load_file(f"{backbone}/model.safetensors"),
        load_file(trained[0] / MODEL / "model.safetensors"),
    )
    same = {name for name in after if name in before and (before[name] == after[name]).all()}
    assert any("layer.0." in name for name in same)
    assert "embeddings.word_embeddings.weight" in {name.removeprefix("bert.") for name in same}
    assert not any("layer.1.output.dense" in name for name in same)


def test_words_can_be_hidden_and_all_layers_learn(backbone, folder, tmp_path):
    tasks = [{"set": "pairs"}, {"set": "texts", "learn": "keep"}]
    run = RUN | {"steps": 4, "evaluate_every": None}
    made = recipe(tasks=tasks, train_layers=None, run=run)
    said = []
    card = train_recipe(
        made, read_sets(folder), Bases(backbone, teacher=backbone), tmp_path / "out",
        origin=Origin("tiny"), watch=Watch(say=said.append),
    )  # fmt: skip
    assert card.metrics["training"]["best_score"] is None
    assert any("Task pairs" in words for words in said)


def test_a_set_that_may_not_ship_feeds_no_weights_that_do(backbone, tmp_path):
    sets = read_sets(write_folder(tmp_path / "sets", ships=False))
    with pytest.raises(InvalidInput, match="does not allow it"):
        train_recipe(recipe(ships=True), sets, Bases(backbone), tmp_path / "out", origin=Origin("tiny"))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("task", "error", "words"),
    [
        ({"set": "none"}, NotFound, "names set none"),
        ({"set": "pairs", "learn": "levels"}, InvalidInput, "can teach pairs"),
        ({"set": "spans", "learn": "context"}, InvalidInput, "names must be a set"),
        ({"set": "spans", "learn": "context", "names": "lost"}, NotFound, "lost"),
    ],
)
def test_a_task_that_does_not_fit_its_set_is_told_first(backbone, folder, tmp_path, task, error, words):
    with pytest.raises(error, match=words):
        train_recipe(
            recipe(tasks=[task]), read_sets(folder), Bases(backbone), tmp_path / "out", origin=Origin("tiny")
        )
