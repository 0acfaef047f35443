import json
import pickle
import shutil
from dataclasses import replace

import pytest

from metier.encoders.folder import CARD, FileEntry, ModelCard, ModelFolder, file_entry, file_hashes
from metier.encoders.load import shipped_models
from metier.errors import ModelFormatError, NotFound
from tests.audit.provenance.model_folders import Calls, constant, network

CARD_VALUES = ModelCard(
    name="tiny",
    task="encoder",
    base="none",
    license="MIT",
    languages=("en",),
    dim=4,
    max_tokens=512,
    prefixes={"query": "query: "},
    command="by hand",
    training_data={},
    parameters={"words": 3},
    metrics={},
)


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "tiny"
    path.mkdir()
    (path / "tokenizer.json").write_text("{}")
    (path / "README.md").write_text("# tiny")
    seal(path)
    return path


def seal(path, **changes):
    files = {file.name: file_entry(file) for file in path.iterdir() if file.name != CARD}
    (path / CARD).write_bytes(replace(CARD_VALUES, files=files, **changes).dump())


def test_a_whole_folder_opens(folder):
    opened = ModelFolder.open(folder)
    assert opened.card.name == "tiny"
    assert opened.file("README.md").read_text() == "# tiny"
    assert len(opened.sha256) == 64


def test_files_are_listed_by_folder_and_name(tmp_path):
    (tmp_path / "jobs").mkdir()
    path = tmp_path / "jobs" / "a.csv"
    path.write_bytes(b"abc")
    abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert file_hashes([path]) == {"jobs/a.csv": abc}


def test_the_shipped_models_are_whole():
    for path in shipped_models().values():
        assert ModelFolder.open(path).card.license == "MIT"


def test_a_card_survives_being_written_and_read(folder):
    card = ModelFolder.open(folder).card
    assert ModelCard.parse(card.dump()) == card


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda p: (p / "README.md").write_text("# tinY"), "README.md has changed since it was made"),
        (
            lambda p: (p / "README.md").write_text("longer than before"),
            "README.md must be a file of 6 bytes. Got 18",
        ),
        (lambda p: (p / "README.md").unlink(), "README.md is missing. Install the model again"),
        (lambda p: (p / "extra.json").write_text("{}"), "extra.json is not listed in its model.json"),
        (lambda p: (p / CARD).write_text("[]"), "must be a JSON object with the fields name, task"),
        (lambda p: (p / CARD).write_text("[" * 100_000), "must be a JSON object"),
        (lambda p: (p / CARD).write_bytes(b"\xff\xfe"), "must be a JSON object"),
        (lambda p: (p / CARD).write_text(" " * 1_000_001), "must be at most 1,000,000 bytes"),
    ],
)
def test_damage_is_refused_and_named(folder, damage, message):
    damage(folder)
    with pytest.raises(ModelFormatError, match=message):
        ModelFolder.open(folder)


def test_a_link_is_no_model_file(folder):
    target = folder.parent / "elsewhere.md"
    shutil.move(folder / "README.md", target)
    (folder / "README.md").symlink_to(target)
    with pytest.raises(ModelFormatError, match="README.md must be a file"):
        ModelFolder.open(folder)
    target.unlink()
    with pytest.raises(ModelFormatError, match="README.md must be a file"):
        ModelFolder.open(folder)


def test_a_folder_is_no_model_file(folder):
    (folder / "README.md").unlink()
    (folder / "README.md").mkdir()
    with pytest.raises(ModelFormatError, match="README.md must be a file"):
        ModelFolder.open(folder)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("model.safetensors", pickle.dumps({"a": 1})),
        ("model.onnx", b"PK\x03\x04 a zip"),
        ("tokenizer.json", b"\x80\x04 not json"),
        ("notes.txt", b"bin\0ary"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(folder, name, content):
    (folder / name).write_bytes(content)
    seal(folder)
    with pytest.raises(ModelFormatError, match=f"{name} does not hold what its name says"):
        ModelFolder.open(folder)


@pytest.mark.parametrize(
    "name", ["../up.json", "model.pkl", "pytorch_model.bin", ".hidden", "a/b.json", "run.py"]
)
def test_names_that_no_model_file_may_have_are_refused(folder, name):
    (folder / CARD).write_bytes(replace(CARD_VALUES, files={name: FileEntry(1, "0")}).dump())
    with pytest.raises(ModelFormatError, match="is no name that a model file may have"):
        ModelFolder.open(folder)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": 2}, "format must be 1. Got 2"),
        ({"dim": "4"}, "dim must be of type int"),
        ({"metrics": []}, "metrics must be of type dict"),
        ({"parameters": {"words": "3"}}, "parameters must be numbers"),
        ({"name": 5}, "name must be of type str"),
        ({"prefixes": {"answer": ""}}, "prefixes must be words for query and passage"),
        ({"prefixes": {"query": 5}}, "prefixes must be words for query and passage"),
        ({"languages": 5}, "must be a JSON object with the fields"),
        ({"files": {"a.json": {"bytes": 1}}}, "must be a JSON object with the fields"),
        ({"surprise": 1}, "must be a JSON object with the fields"),
        ({"files": {"a.json": {"bytes": "1", "sha256": "0"}}}, "a.json needs its bytes and sha256"),
    ],
)
def test_a_card_that_breaks_a_rule_is_refused(folder, changes, message):
    raw = json.loads((folder / CARD).read_text())
    (folder / CARD).write_text(json.dumps(raw | changes))
    with pytest.raises(ModelFormatError, match=message):
        ModelFolder.peek(folder)


@pytest.mark.parametrize("field", ["name", "dim", "files", "languages", "prefixes"])
def test_a_missing_field_is_refused(folder, field):
    raw = json.loads((folder / CARD).read_text())
    del raw[field]
    (folder / CARD).write_text(json.dumps(raw))
    with pytest.raises(ModelFormatError, match="must be a JSON object with the fields"):
        ModelFolder.peek(folder)


def test_a_folder_without_a_card_is_not_found(tmp_path):
    with pytest.raises(NotFound, match=r"holds no model\.json"):
        ModelFolder.open(tmp_path)


def test_an_unlisted_file_cannot_be_asked_for(folder):
    with pytest.raises(ModelFormatError, match=r"Model tiny holds no model\.onnx"):
        ModelFolder.open(folder).file("model.onnx")


def test_a_network_that_reads_files_outside_is_refused_though_its_hash_fits(folder):
    (folder / "model.onnx").write_bytes(network(constants=[constant(location="../../etc/passwd")]))
    seal(folder)
    with pytest.raises(
        ModelFormatError, match=r"Model tiny cannot be loaded: model\.onnx\. .*outside the folder"
    ):
        ModelFolder.open(folder)


def test_a_pickle_in_letters_is_refused_though_its_hash_fits(folder):
    (folder / "notes.txt").write_bytes(pickle.dumps(Calls(), protocol=0))
    seal(folder)
    with pytest.raises(ModelFormatError, match=r"notes\.txt\. The file is a pickle"):
        ModelFolder.open(folder)
