import json

import pytest

from metier.encoders.fake import FakeEncoder
from metier.encoders.folder import CARD, ModelCard, ModelFolder
from metier.encoders.load import shipped_models
from metier.engine.evaluation import suite
from tests.engine.evaluation.made_sets import Folder, choice_rows, pair_rows


@pytest.fixture(autouse=True)
def fake(monkeypatch):
    """Read with the fake encoder, as long as the card of a folder says, wherever an encoder is loaded."""
    monkeypatch.setattr(
        "metier.engine.evaluation.suite.load_encoder",
        lambda path, runtime: FakeEncoder(ModelFolder.peek(path).card.dim),
    )


@pytest.fixture
def data(tmp_path):
    folder = Folder(tmp_path / "sets")
    folder.add("search", "pairs", report=pair_rows())
    folder.add("answers", "choices", train=choice_rows(12), report=choice_rows(6, start=60))
    folder.add("words", "texts", train=[{"text": "some words", "language": "en"}])
    return tmp_path / "sets"


def encoder_in(folder, *, name="mine", dim=8, task="encoder"):
    folder.mkdir(parents=True)
    card = ModelCard(name, task, "", "MIT", ("en",), dim, 512, {}, "", {}, {}, {})
    (folder / CARD).write_bytes(card.dump())
    return folder


def test_an_encoder_is_measured_on_all_sets(metier, data):
    result = metier("evaluate", "--data", data, "--format", "json")
    content = json.loads(result.out)
    assert result.code == 0
    assert [model["name"] for model in content["models"]] == ["metier-small"]
    assert [found["name"] for found in content["sets"]] == ["search", "answers"]
    assert "metier-small, search: MRR" in result.err


def test_two_encoders_stand_side_by_side_in_a_table(metier, data, tmp_path):
    mine = encoder_in(tmp_path / "mine")
    result = metier("evaluate", "--data", data, "--model", "base", "--model", mine, "--format", "table")
    assert "metier-small" in result.out
    assert "paired" in result.out
    assert "mine" in result.out


def test_a_baseline_that_knows_words_alone_stands_beside_an_encoder(metier, data):
    result = metier("evaluate", "--data", data, "--model", "words", "--model", "base", "--format", "json")
    models = json.loads(result.out)["models"]
    assert [(model["name"], model["megabytes"] is None) for model in models] == [
        ("words", True), ("metier-small", False),
    ]  # fmt: skip


def test_json_and_page_are_written(metier, data, tmp_path):
    output = tmp_path / "new" / "figures"
    result = metier("evaluate", "--data", data, "--sets", "search", "--output", output, "--format", "json")
    assert result.code == 0
    content = json.loads((output / "evaluation.json").read_text())
    assert content == json.loads(result.out)
    assert [found["name"] for found in content["sets"]] == ["search"]
    assert "<h1>Evaluation of encoders</h1>" in (output / "evaluation.html").read_text()


def test_what_was_kept_is_not_measured_again(metier, data, tmp_path, monkeypatch):
    arguments = (
        "evaluate",
        "--data",
        data,
        "--work",
        tmp_path / "work",
        "--format",
        "json",
        "--threads",
        "1",
    )
    first = json.loads(metier(*arguments).out)
    monkeypatch.setattr(suite.PairsMeasure, "measure", lambda *_: pytest.fail("measured again"))
    second = json.loads(metier(*arguments).out)
    assert first["sets"] == second["sets"]


def test_the_folder_of_a_training_stands_for_the_model_in_it(metier, data, tmp_path):
    encoder_in(tmp_path / "run" / "model", name="trained")
    result = metier("evaluate", "--data", data, "--model", tmp_path / "run", "--format", "json")
    assert json.loads(result.out)["models"][0]["name"] == "trained"


def test_encoders_whose_cards_share_a_name_are_called_as_they_were_given(metier, data, tmp_path):
    paths = [encoder_in(tmp_path / place, dim=dim) for place, dim in (("a", 8), ("b", 16))]
    arguments = [part for path in paths for part in ("--model", path)]
    result = metier("evaluate", "--data", data, *arguments, "--format", "json")
    assert [model["name"] for model in json.loads(result.out)["models"]] == [str(path) for path in paths]


def test_what_cannot_be_evaluated_is_refused(metier, data, tmp_path):
    head = encoder_in(tmp_path / "head", task="search")
    (tmp_path / "file").touch()
    for arguments, code, message in (
        (("--data", tmp_path / "nowhere"), 2, "There is no sets.json"),
        (("--data", data, "--model", "base", "--model", "base"), 2, "One is named twice"),
        (("--data", data, "--model", "nowhere"), 2, "There is no model 'nowhere'"),
        (("--data", data, "--sets", "words"), 2, "holds texts, which nothing measures"),
        (("--data", data, "--output", tmp_path / "file" / "figures"), 2, "cannot be made"),
        (("--data", data, "--model", head), 4, "an evaluation needs an encoder"),
        (("--data", data, "--seed", "-1"), 2, "seed"),
    ):
        result = metier("evaluate", *arguments)
        assert (result.code, message in result.err) == (code, True), result.err


def test_an_interrupt_says_how_to_go_on(metier, data, tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(suite.PairsMeasure, "measure", interrupted)
    result = metier("evaluate", "--data", data, "--work", tmp_path / "work")
    assert "What was finished is kept. Run the same command again to go on." in result.err
    assert result.code not in {0, 1}


def test_the_shipped_encoder_has_the_card_that_is_looked_for():
    assert ModelFolder.peek(shipped_models()["base"]).card.task == "encoder"


def test_a_place_for_results_that_is_a_file_is_refused_before_anything_is_measured(metier, data, tmp_path):
    (tmp_path / "file").touch()
    result = metier("evaluate", "--data", data, "--work", tmp_path / "file")
    assert result.code == 2
    assert "--work" in result.err
    assert "search: MRR" not in result.err
