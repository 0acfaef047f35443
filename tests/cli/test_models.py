import json
import shutil

import pytest

from metier.encoders.folder import ModelFolder
from metier.encoders.load import shipped_models

BASE = shipped_models()["base"]
LIST_KEYS = {"name", "task", "base", "languages", "license", "bytes", "sha256"}


@pytest.fixture(autouse=True)
def own_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("METIER_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture
def models(tmp_path):
    """Return the user's folder of models."""
    return tmp_path / "data" / "models"


@pytest.fixture
def small(tmp_path):
    """Return a whole model folder without a network: quick to copy and to check."""
    folder = tmp_path / "small"
    folder.mkdir()
    shutil.copyfile(BASE / "LICENSE", folder / "LICENSE")
    card = json.loads((BASE / "model.json").read_bytes())
    card |= {"name": "small", "languages": [], "files": {"LICENSE": card["files"]["LICENSE"]}}
    (folder / "model.json").write_text(json.dumps(card))
    return folder


def test_the_shipped_model_is_listed(metier):
    row, *_, head = metier("models", "list").rows
    assert (head["name"], head["task"]) == ("skills", "skills")
    folder = ModelFolder.peek(BASE)
    assert row.keys() == LIST_KEYS
    assert (row["name"], row["task"], row["license"]) == ("base", "encoder", "MIT")
    assert row["languages"] == ["en", "ru", "ko", "he"]
    assert row["sha256"] == folder.sha256
    assert row["bytes"] == sum((BASE / name).stat().st_size for name in folder.card.files)


def test_added_models_are_listed_too(metier, small):
    assert metier("models", "pull", small).code == 0
    assert {row["name"] for row in metier("models", "list").rows} == {
        "base",
        "expertise",
        "grading",
        "linking",
        "mask-words",
        "search",
        "skills",
        "small",
    }
    table = metier("models", "list", "--format", "table").out
    assert {line.split()[0] for line in table.splitlines() if " encoder " in line} == {"base", "small"}


def test_a_card_is_shown_as_it_is_written(metier):
    (card,) = metier("models", "show", "--format", "json").rows
    written = json.loads((BASE / "model.json").read_bytes())
    assert card.pop("sha256") == ModelFolder.peek(BASE).sha256
    assert card == written


def test_a_card_is_shown_as_a_table(metier):
    shown = metier("models", "show", "base", "--format", "table").out
    card = ModelFolder.peek(BASE).card
    for words in ("metier-small", "384 numbers", "at most 512 tokens", "en, ru, ko, he", "query: 'query: '"):
        assert words in shown
    for name in (*card.training_data, *card.files, *card.metrics):
        assert name in shown


def test_parameters_add_up(metier):
    *parts, total = metier("models", "show", "base", "--parameters", "--format", "json").rows
    card = ModelFolder.peek(BASE).card
    assert {row["component"]: row["parameters"] for row in parts} == card.parameters
    assert total["component"] == "total"
    for row in (*parts, total):
        assert row["float32"] == 2 * row["float16"] == 4 * row["int8"] == 4 * row["parameters"]
    for column in ("parameters", "float32", "float16", "int8"):
        assert total[column] == sum(row[column] for row in parts)


def test_parameters_are_shown_as_a_table(metier):
    shown = metier("models", "show", "--parameters", "--format", "table").out
    rows = {line.split("  ")[0].strip(): line.split()[-4:] for line in shown.splitlines() if "  " in line}
    total = [int(number.replace(",", "")) for number in rows["total"]]
    assert total == [total[0], 4 * total[0], 2 * total[0], total[0]]
    assert rows["Component"] == ["Parameters", "float32", "float16", "int8"]
    size = sum(path.stat().st_size for path in BASE.iterdir() if path.name != "model.json")
    assert f"On disk: {size:,} bytes." in " ".join(shown.split())


def test_a_folder_is_shown_by_its_path(metier, small):
    (card,) = metier("models", "show", small, "--format", "json").rows
    assert card["name"] == "small"


def test_a_pulled_copy_is_whole_and_keeps_the_contract(metier, models):
    pulled = metier("models", "pull", BASE, "--name", "mine")
    assert pulled.code == 0
    assert "Added model mine. Check it: metier models verify mine" in pulled.err
    assert {path.name for path in models.iterdir()} == {"mine"}
    verified = metier("models", "verify", "mine")
    assert verified.code == 0
    assert f"is whole and keeps the contract. SHA-256 {ModelFolder.peek(BASE).sha256}" in verified.out


def test_a_changed_copy_is_not_verified(metier, models):
    metier("models", "pull", BASE, "--name", "mine")
    network = models / "mine" / "model.onnx"
    content = bytearray(network.read_bytes())
    content[len(content) // 2] ^= 1
    network.write_bytes(content)
    result = metier("models", "verify", "mine")
    assert (result.code, result.out) == (4, "")
    assert "model.onnx has changed since it was made. Install the model again." in result.err


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda folder: (folder / "LICENSE").unlink(), "LICENSE is missing"),
        (lambda folder: (folder / "LICENSE").write_text("mine"), "LICENSE must be a file of"),
        (lambda folder: (folder / "code.py").touch(), "code.py is not listed"),
        (lambda folder: (folder / "model.json").write_text("{}"), "must be a JSON object"),
    ],
    ids=["missing", "cut", "added", "card"],
)
def test_a_folder_that_is_not_as_its_card_says_is_not_verified(metier, small, models, change, words):
    metier("models", "pull", small)
    change(models / "small")
    result = metier("models", "verify", "small")
    assert result.code == 4
    assert words in result.err


def test_a_folder_without_a_network_is_no_encoder(metier, small):
    result = metier("models", "verify", small)
    assert result.code == 4
    assert "so it is no encoder" in result.err


@pytest.mark.parametrize("command", ["show", "verify", "remove"])
def test_an_unknown_model_is_an_error(metier, command):
    result = metier("models", command, "bass")
    assert (result.code, result.out) == (2, "")
    assert "There is no model 'bass'" in result.err
    assert "metier models list" in result.err


def test_a_source_that_is_not_there_is_an_error(metier, models, tmp_path):
    result = metier("models", "pull", tmp_path / "nothing")
    assert result.code == 2
    assert "There is no model folder" in result.err
    assert list(models.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "words"), [("base", "There is a model base already"), ("../x", "name must be")]
)
def test_a_taken_or_broken_name_is_refused(metier, small, name, words):
    result = metier("models", "pull", small, "--name", name)
    assert result.code == 2
    assert words in result.err


def test_a_damaged_folder_is_not_added(metier, small, models):
    (small / "LICENSE").write_text("mine")
    result = metier("models", "pull", small)
    assert result.code == 4
    assert "LICENSE must be a file of" in result.err
    assert list(models.iterdir()) == []


def test_an_added_model_can_be_removed(metier, small, models):
    metier("models", "pull", small)
    result = metier("models", "remove", "small")
    assert result.code == 0
    assert "Removed model small." in result.err
    assert list(models.iterdir()) == []
    assert [row["name"] for row in metier("models", "list").rows] == [
        "base",
        "expertise",
        "grading",
        "linking",
        "mask-words",
        "search",
        "skills",
    ]


def test_the_shipped_model_cannot_be_removed(metier):
    result = metier("models", "remove", "base")
    assert result.code == 2
    assert "comes with metier and cannot be removed" in result.err
    assert (BASE / "model.json").is_file()


def test_building_names_its_options(metier):
    result = metier("models", "build-base", "--help")
    assert result.code == 0
    for option in ("--texts", "--output", "--wheels", "--rows", "65536"):
        assert option in result.out


@pytest.mark.parametrize("missing", ["--texts", "--output"])
def test_building_needs_texts_and_an_output(metier, tmp_path, missing):
    arguments = {"--texts": tmp_path / "a.txt", "--output": tmp_path / "out"}
    del arguments[missing]
    result = metier("models", "build-base", *(word for pair in arguments.items() for word in pair))
    assert result.code == 2
    assert missing in result.err


def test_building_hands_its_options_on(metier, tmp_path, monkeypatch):
    from metier.training import compress

    seen = {}

    def build_base(options, output, *, say):
        seen.update(options=options, output=output)
        say("Reading.")
        return ModelFolder.peek(BASE).card

    monkeypatch.setattr(compress, "build_base", build_base)
    first, second = tmp_path / "a.txt", tmp_path / "b.txt"
    arguments = ("--texts", first, "--texts", second, "--output", tmp_path / "out", "--rows", 70_000)
    result = metier("models", "build-base", *arguments)
    assert seen["options"] == compress.BuildOptions((first, second), tmp_path / "cache" / "wheels", 70_000)
    assert seen["output"] == tmp_path / "out"
    assert (result.code, result.out) == (0, "")
    assert "Reading." in result.err
    assert f"Wrote {tmp_path / 'out'}: int8 and float32." in result.err


def test_building_does_not_write_over_what_is_there(metier, tmp_path, small):
    result = metier("models", "build-base", "--texts", tmp_path / "a.txt", "--output", small)
    assert result.code == 2
    assert f"{small} must be empty" in result.err
