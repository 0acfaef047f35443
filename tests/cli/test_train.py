import json

import pytest

from metier.encoders.fake import FakeEncoder

TASKS = (
    "format: 1\nname: tiny\nlicense: MIT\ntrain_layers: 1\n"
    "run: {steps: 6, evaluate_every: 3}\n"
    "tasks:\n  - {set: pairs, batch_size: 8}\n  - {set: levels}\n"
)
HEADS = (
    "format: 1\nname: tiny\n"
    "heads:\n  - {head: scores, sets: [scores]}\n  - {head: search, sets: [pairs], steps: 2}\n"
)


@pytest.fixture
def file(tmp_path):
    """Write a recipe and return its path."""

    def write(text):
        path = tmp_path / "recipe.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def sets(tmp_path):
    torch = pytest.importorskip("torch")
    for module in ("transformers", "accelerate", "matplotlib"):
        pytest.importorskip(module)
    from tests.engine.recipes.tiny_sets import write_folder

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield write_folder(tmp_path / "sets")
    torch.set_num_threads(threads)


@pytest.fixture
def backbone(tmp_path):
    from tests.engine.recipes.tiny_sets import save_backbone

    return save_backbone(tmp_path / "backbone")


@pytest.fixture
def shipped(monkeypatch):
    """Let another encoder stand for the shipped one."""
    encoder = FakeEncoder(16)
    monkeypatch.setattr("metier.cli.train.shipped_encoder", lambda settings: encoder)
    return encoder


def config(output):
    return json.loads((output / "run/config.json").read_text())["options"]


def test_an_encoder_is_trained_on_all_tasks_and_its_place_said(metier, file, sets, backbone, tmp_path):
    output = tmp_path / "my run"
    command = ("train", "recipe", file(TASKS), "--data", sets, "--output", output, "--backbone", backbone)
    result = metier(*command, "--seed", 5, "--steps", 4, "--max-minutes", 9, "--teacher", backbone)
    assert (result.code, result.out) == (0, "")
    last = result.err.strip().splitlines()[-1]
    assert f"Wrote {output / 'model'}: 4 steps" in last
    assert "Mean score on the tune parts" in last
    assert last.endswith(f"--data {sets} --model '{output / 'model'}'")
    assert (config(output)["seed"], config(output)["steps"], config(output)["max_seconds"]) == (5, 4, 540)
    card = json.loads((output / "model/model.json").read_text())
    assert (card["name"], card["task"], card["license"]) == ("tiny", "encoder", "MIT")
    assert card["command"].startswith("metier train recipe")


def test_without_evaluations_there_is_no_score_to_tell(metier, file, sets, backbone, tmp_path):
    recipe = file(TASKS.replace(", evaluate_every: 3", ""))
    output = tmp_path / "out"
    result = metier("train", "recipe", recipe, "--data", sets, "--output", output, "--backbone", backbone)
    assert result.code == 0
    assert "Wrote" in result.err
    assert "Mean score" not in result.err


def test_heads_are_trained_on_the_shipped_encoder(metier, file, sets, shipped, tmp_path):
    output = tmp_path / "out"
    result = metier("train", "recipe", file(HEADS), "--data", sets, "--output", output, "--seed", 3)
    assert (result.code, result.out) == (0, "")
    assert f"Wrote {output}: scores, search, heads of encoder fake." in result.err
    content = json.loads((output / "heads.json").read_text())
    assert (content["seed"], content["encoder"]["sha256"]) == (3, shipped.sha256)
    assert [each["name"] for each in content["heads"]] == ["scores", "search"]
    again = metier("train", "recipe", file(HEADS), "--data", sets, "--output", output, "--seed", 3)
    assert "Head search is trained already." in again.err


def test_heads_are_trained_on_an_encoder_of_a_folder_or_of_a_training(metier, file, sets, backbone, tmp_path):
    trained, output = tmp_path / "trained", tmp_path / "out"
    metier("train", "recipe", file(TASKS), "--data", sets, "--output", trained, "--backbone", backbone)
    given = ("--data", sets, "--output", output, "--steps", 3)
    result = metier("train", "recipe", file(HEADS), *given, "--model", trained)
    assert result.code == 0
    assert config(output / "search")["steps"] == 3
    again = metier("train", "recipe", file(HEADS), *given, "--model", trained / "model")
    assert "Head scores is trained already." in again.err


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        (TASKS, (), "has tasks, so an encoder is trained. Name what to start from with --backbone"),
        (TASKS, ("--model", "base"), "--model is about recipes with heads. Got base for"),
        (HEADS, ("--backbone", "e5/"), "--backbone is about recipes with tasks. Got e5/ for"),
        (HEADS, ("--teacher", "e5/"), "--teacher is about recipes with tasks"),
        (HEADS, ("--max-minutes", 3), "--max-minutes is about recipes with tasks. Got 3.0 for"),
        (TASKS + HEADS.partition("tiny\n")[2], (), "It has both: make two recipes of it"),
        (TASKS, ("--backbone", "e5/", "--max-minutes", -1), "The recipe cannot be changed so"),
        (TASKS.replace("batch_size: 8", "batch_size: 0"), (), r"tasks.0.batch_size"),
        (HEADS.replace("steps: 2", "steps: 2, epochs: 2"), (), "either steps or epochs may be given"),
        ("words", (), "must hold the fields of a recipe. It holds a str"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_read(
    metier, file, tmp_path, text, options, message
):
    pytest.importorskip("torch")
    path = file(text)
    command = ("train", "recipe", path, "--data", tmp_path / "absent", "--output", tmp_path / "out")
    result = metier(*command, *options)
    assert result.code == 2
    assert message in result.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("options", [("--steps", 0), ("--seed", -1), ("--colour", "red")])
def test_options_out_of_range_are_wrong_use(metier, file, tmp_path, options):
    command = ("train", "recipe", file(HEADS), "--data", tmp_path, "--output", tmp_path / "out")
    assert metier(*command, *options).code == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("sets: [scores]", "sets: [lost]"), "there is no set lost. The folder has pairs"),
        (("sets: [scores]", "sets: [pairs]"), "learns from sets of kind scores. Set pairs is of kind pairs"),
    ],
)
def test_sets_that_do_not_fit_are_told_before_an_encoder_is_loaded(
    metier, file, sets, monkeypatch, tmp_path, change, message
):
    monkeypatch.delattr("metier.cli.train.shipped_encoder")
    result = metier(
        *("train", "recipe", file(HEADS.replace(*change)), "--data", sets, "--output", tmp_path / "out")
    )
    assert result.code == 2
    assert message in result.err


def test_what_is_not_there_is_told(metier, file, sets, tmp_path):
    rest = ("--data", sets, "--output", tmp_path / "out")
    assert "There is no recipe" in metier("train", "recipe", tmp_path / "none.yaml", *rest).err
    assert "There is no model 'none'" in metier("train", "recipe", file(HEADS), *rest, "--model", "none").err
    elsewhere = ("--data", tmp_path, "--output", tmp_path / "out")
    assert "There is no sets.json" in metier("train", "recipe", file(HEADS), *elsewhere).err
    assert not (tmp_path / "out").exists()


def test_help_has_examples_of_both_kinds(metier):
    help_text = " ".join(metier("train", "recipe", "--help").out.split())
    assert "Example: metier train recipe recipes/small.yaml" in help_text
    assert "metier train recipe recipes/heads.yaml" in help_text
    assert "--backbone" in help_text
