import os
import pickle
import time

import pytest

from metier.encoders.load import shipped_models
from metier.encoders.structure.quick import file_findings, quick_check, refuse_unsafe
from metier.errors import ModelFormatError
from metier.types import Severity
from tests.audit.provenance.model_folders import UNSAFE, Calls, add_unsafe, clean_folder, constant, network

# What cannot be told from first bytes, headers and small settings: the audit unpacks names and reads it all.
DEEPER = {
    "torch archive",
    "torch script",
    "zip slip",
    "zip bomb",
    "objects in npy",
    "objects in npz",
    "lambda in keras",
    "tar slip",
    "tar link",
    "template file",
    "template by a filter",
    "template in gguf",
    "YAML objects",
}


@pytest.fixture
def folder(tmp_path):
    return clean_folder(tmp_path / "m")


@pytest.mark.parametrize("name", shipped_models())
def test_the_shipped_models_pass_in_little_time(name):
    started = time.process_time()
    assert quick_check(shipped_models()[name]) == ()
    assert time.process_time() - started < 0.2


def test_a_clean_folder_passes(folder):
    assert quick_check(folder) == ()
    refuse_unsafe(folder, subject="Model tiny")


@pytest.mark.parametrize("kind", sorted(UNSAFE.keys() - DEEPER))
def test_unsafe_files_are_named(folder, kind):
    name = add_unsafe(folder, kind)
    errors = [finding.where for finding in quick_check(folder) if finding.severity is Severity.ERROR]
    assert errors
    assert all(where.startswith(name) for where in errors)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("model.onnx", network(constants=[constant(location="../x")]), r"model\.onnx\. Constants .* outside"),
        ("model.safetensors", pickle.dumps(Calls()), r"model\.safetensors\. The file is a pickle"),
        ("model.onnx", network()[:-3], r"model\.onnx is no whole protobuf file"),
        ("tokenizer_config.json", UNSAFE["template"][1], r"tokenizer_config\.json\. The chat template"),
        ("notes.txt", pickle.dumps(Calls(), protocol=0), r"notes\.txt\. The file is a pickle"),
    ],
)
def test_what_loading_would_read_is_refused(folder, name, content, message):
    (folder / name).write_bytes(content)
    with pytest.raises(ModelFormatError, match=f"Model tiny cannot be loaded: .*{message}"):
        refuse_unsafe(folder, subject="Model tiny")


@pytest.mark.parametrize(
    "kind", ["pickle", "harmless pickle", "Python code", "program", "own code asked for"]
)
def test_what_loading_never_opens_is_left_to_the_audit(folder, kind):
    add_unsafe(folder, kind)
    refuse_unsafe(folder, subject="Model tiny")


@pytest.mark.parametrize("name", ["model.safetensors", "config.json"])
def test_damage_that_a_reader_tells_for_itself_is_left_to_it(folder, name):
    (folder / name).write_bytes((folder / name).read_bytes()[:-3])
    assert [finding.code for finding in quick_check(folder)] == ["damaged-file"]
    refuse_unsafe(folder, subject="Model tiny")


def test_what_is_no_regular_file_is_not_opened(folder):
    os.mkfifo(folder / "pipe")
    (folder / "link").symlink_to("/etc/passwd")
    (folder / "inner").mkdir()
    for name in ("pipe", "link", "inner", "none"):
        assert file_findings(folder / name) == []
