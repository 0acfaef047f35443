import contextlib
import io
import json
import os
import pickle
import random
import struct
import time
import tracemalloc

import numpy as np
import pytest
from safetensors.numpy import save_file

from metier.audit.provenance.checker import ModelProvenanceChecker
from metier.audit.provenance.limits import AuditLimits
from metier.encoders.load import shipped_models
from metier.encoders.structure.kinds import FileKind, kind_of
from metier.errors import NotFound
from metier.scans import Outcome, ScanVerdict
from metier.types import Severity
from tests.audit.provenance.model_folders import (
    UNSAFE,
    add_unsafe,
    clean_folder,
    constant,
    network,
    seal,
    tensors,
)

CHECKER = ModelProvenanceChecker()
HASHES = "hashes"
NAMES = (
    "README.md",
    "model-2.safetensors",
    "config2.json",
    "vocab.txt",
    "data.bin",
    "net.onnx",
    "LICENSE",
    "a.npy",
)
# Attacks in letters: a changed letter or another name makes a harmless text of them.
IN_LETTERS = {
    "pickle of protocol 0",
    "pickle named text",
    "Python code",
    "script",
    "own code asked for",
    "own module",
    "module path",
    "index path",
    "template",
    "template file",
    "template by a filter",
    "template in gguf",
    "YAML objects",
    "deep JSON",
    "deep but whole JSON",
}


@pytest.fixture
def folder(tmp_path):
    return clean_folder(tmp_path / "m")


def outcomes(report):
    return {check.name: check.outcome for check in report.checks}


def calls_it_clean(report):
    """Tell whether nothing but a missing card speaks against a folder."""
    quiet = all(finding.severity is Severity.INFO for finding in report.findings)
    return quiet and all(c.outcome is Outcome.PASSED for c in report.checks if c.name != HASHES)


@pytest.mark.parametrize("name", shipped_models())
def test_the_shipped_models_are_clean(name):
    report = CHECKER.check(shipped_models()[name])
    assert (report.kind, report.verdict) == ("model", ScanVerdict.CLEAN), report.findings
    assert set(outcomes(report).values()) == {Outcome.PASSED}


def test_a_clean_folder_is_clean(folder):
    report = CHECKER.check(folder)
    assert report.verdict is ScanVerdict.CLEAN
    assert report.findings == ()
    assert (report.figures["license"], report.figures["base"]) == ("MIT", "nobody/bert")
    assert report.figures["kinds"] == {"json": 3, "safetensors": 1, "text": 1}


def test_without_a_card_the_verdict_is_inconclusive_and_says_how_to_record_one(tmp_path):
    report = CHECKER.check(clean_folder(tmp_path / "m", sealed=False))
    assert report.verdict is ScanVerdict.INCONCLUSIVE
    (missing,) = [check for check in report.checks if check.outcome is Outcome.NOT_RUN]
    assert missing.name == HASHES
    assert "metier models pull DIR --name NAME" in missing.reason
    assert calls_it_clean(report)


@pytest.mark.parametrize("kind", UNSAFE)
def test_every_kind_of_unsafe_file_makes_a_folder_unsafe(folder, kind):
    name = add_unsafe(folder, kind)
    report = CHECKER.check(folder)
    assert report.verdict is ScanVerdict.UNSAFE
    errors = [f.where for f in report.findings if f.severity is Severity.ERROR and f.code != "file-unlisted"]
    assert any(where.startswith(name) for where in errors)


@pytest.mark.parametrize("kind", UNSAFE)
def test_an_unsafe_file_alone_or_in_a_subfolder_is_unsafe_too(tmp_path, kind):
    inner = tmp_path / "m" / "1_Pooling"
    inner.mkdir(parents=True)
    name = add_unsafe(inner, kind)
    assert CHECKER.check(tmp_path / "m").verdict is ScanVerdict.UNSAFE
    assert CHECKER.check(inner / name).verdict is ScanVerdict.UNSAFE


def mutated(content, generator):
    """Return bytes with some of them flipped, cut off or added."""
    out = bytearray(content)
    how = generator.choice(("flip", "cut", "add", "none"))
    if how == "flip":
        for _ in range(generator.randint(1, 8)):
            out[generator.randrange(len(out))] ^= 1 << generator.randrange(8)
    elif how == "cut":
        del out[generator.randrange(4, len(out)) :]
    elif how == "add":
        out += generator.randbytes(generator.randint(1, 40))
    return bytes(out)


@pytest.mark.parametrize("kind", sorted(UNSAFE.keys() - IN_LETTERS - {"zip bomb"}))
def test_no_mutated_unsafe_file_is_ever_called_clean(tmp_path, kind):
    generator = random.Random(f"files {kind}")
    name, content = UNSAFE[kind]
    for i in range(40):
        folder = tmp_path / str(i)
        folder.mkdir()
        (folder / generator.choice((name, *NAMES))).write_bytes(mutated(content, generator))
        assert not calls_it_clean(CHECKER.check(folder)), os.listdir(folder)


@pytest.mark.parametrize("kind", sorted(IN_LETTERS))
def test_no_mutated_attack_in_letters_that_still_works_is_called_clean(tmp_path, kind):
    generator = random.Random(f"letters {kind}")
    name, content = UNSAFE[kind]
    for i in range(40):
        changed = mutated(content, generator)
        folder = tmp_path / str(i)
        folder.mkdir()
        (folder / name).write_bytes(changed)
        if still_works(name, changed):
            assert not calls_it_clean(CHECKER.check(folder)), changed


class Recorder(pickle._Unpickler):  # the one in C makes room for any number that a pickle names
    """Unpickles with nothing behind the names that a pickle asks for, and notes whether one is called."""

    called = False

    def find_class(self, module, name):
        return self.note

    def note(self, *arguments):
        self.called = True


def pickle_calls(content):
    recorder = Recorder(io.BytesIO(content))
    with contextlib.suppress(Exception):
        recorder.load()
    return recorder.called


def still_works(name, content):
    """Tell, another way than the checker does, whether an attack in letters would still do anything."""
    if name in {"model.pickle", "notes.txt"}:
        return pickle_calls(content)
    if name.endswith((".py", ".gguf")) or content.startswith(b"#!"):
        return name.endswith(".py") or (b"chat_template" in content and b"{{ ''.__class__" in content)
    if name.endswith(".json"):
        try:
            keys = str(json.loads(content))
        except (ValueError, RecursionError):
            return True
        words = ("'auto_map': {'", "'type': 'own.", "'path': '../", "'weight_map': {'a': '../", "{'a': {'a'")
        return any(word in keys for word in (*words, "'chat_template': \"{{ ''.__class__"))
    if name.endswith(".yaml"):
        return b"!!python/object" in content
    return (
        content.startswith(b"{{") and b"}}" in content and (b".__class__." in content or b"|attr(" in content)
    )


@pytest.mark.parametrize("seed", range(4))
def test_no_mutated_clean_folder_makes_the_audit_stumble(folder, seed):
    generator = random.Random(seed)
    files = sorted(folder.iterdir())
    for _ in range(60):
        path = generator.choice(files)
        content = path.read_bytes()
        path.write_bytes(mutated(content, generator))
        report = CHECKER.check(folder)
        if path.read_bytes() != content and path.name != "model.json":
            assert report.verdict is ScanVerdict.UNSAFE
        path.write_bytes(content)
    assert CHECKER.check(folder).verdict is ScanVerdict.CLEAN


def test_a_seal_does_not_help_an_unsafe_file(folder):
    (folder / "notes.txt").write_bytes(UNSAFE["pickle named text"][1])
    seal(folder)
    report = CHECKER.check(folder)
    assert outcomes(report)[HASHES] is Outcome.PASSED
    assert [f.code for f in report.findings if f.severity is Severity.ERROR] == ["pickle"]


def test_a_large_file_full_of_holes_takes_little_time_and_memory(tmp_path):
    numbers = 1_280_000_000
    header = {"w": {"dtype": "F32", "shape": [numbers // 1000, 1000], "data_offsets": [0, numbers * 4]}}
    content = json.dumps(header).encode()
    folder = tmp_path / "m"
    folder.mkdir()
    with (folder / "model.safetensors").open("wb") as file:
        file.write(struct.pack("<Q", len(content)) + content)
        file.truncate(8 + len(content) + numbers * 4)
    started = time.process_time()
    tracemalloc.start()
    report = CHECKER.check(folder)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert report.verdict is ScanVerdict.INCONCLUSIVE
    assert {"not-hashed", "all-zero"} <= {finding.code for finding in report.findings}
    assert outcomes(report)[HASHES] is Outcome.NOT_RUN
    assert peak < 400_000_000
    assert time.process_time() - started < 30


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("model.h5", b"\x89HDF\r\n\x1a\n" + bytes(50), "not-understood"),
        ("flax_model.msgpack", b"\x81\xa6params\xc4\x04" + bytes(4), "not-understood"),
        ("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(50), "not-understood"),
        ("Makefile", b"all:\n", "not-understood"),
        ("weights.bin", bytes(50), "wrong-ending"),
        ("config.json", b"words", "wrong-ending"),
        ("config.json", b"", "empty-file"),
        ("tokenizer.json", b"{}", "damaged-file"),
    ],
)
def test_what_is_not_understood_is_never_clean(folder, name, content, code):
    (folder / name).write_bytes(content)
    seal(folder)
    report = CHECKER.check(folder)
    assert code in [finding.code for finding in report.findings if finding.where == name]
    assert report.verdict is not ScanVerdict.CLEAN


def test_constants_beside_a_network_are_explained_by_it(tmp_path):
    folder = clean_folder(tmp_path / "m", sealed=False)
    (folder / "onnx").mkdir()
    (folder / "onnx" / "w.onnx_data").write_bytes(bytes(64))
    assert not calls_it_clean(CHECKER.check(folder))
    (folder / "onnx" / "net.onnx").write_bytes(network(constants=[constant(location="w.onnx_data")]))
    assert calls_it_clean(CHECKER.check(folder))
    (folder / "onnx" / "w.onnx_data").write_bytes(pickle.dumps(1))
    assert not calls_it_clean(CHECKER.check(folder))


def test_long_settings_are_not_read(folder):
    (folder / "extra.json").write_bytes(b"[" + b"{}," * 20_000 + b"1]")
    report = ModelProvenanceChecker(AuditLimits(max_json_bytes=50_000)).check(folder)
    assert ("too-large", "extra.json") in [(finding.code, finding.where) for finding in report.findings]


def test_a_lock_may_be_empty(tmp_path):
    folder = clean_folder(tmp_path / "m", sealed=False)
    (folder / "config.json.lock").touch()
    assert calls_it_clean(CHECKER.check(folder))


def test_a_keras_lambda_is_code(folder):
    (folder / "model.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + b'{"class_name": "Lambda"}')
    assert "own-code" in [finding.code for finding in CHECKER.check(folder).findings]


def test_pipes_and_links_are_named(folder):
    os.mkfifo(folder / "pipe")
    (folder / "link.json").symlink_to("/etc/passwd")
    found = {finding.where: finding.code for finding in CHECKER.check(folder).findings}
    assert (found["pipe"], found["link.json"]) == ("special-file", "link-outside")


def test_a_file_that_the_system_hides_is_named(folder, monkeypatch):
    real = os.open

    def refuse(path, *arguments, **settings):
        if str(path).endswith("tokenizer.json"):
            raise PermissionError
        return real(path, *arguments, **settings)

    monkeypatch.setattr(os, "open", refuse)
    report = CHECKER.check(folder)
    assert report.verdict is ScanVerdict.INCONCLUSIVE
    assert {f.code for f in report.findings} == {"unreadable"}


def test_without_time_nothing_is_clean(folder):
    report = ModelProvenanceChecker(AuditLimits(timeout_s=1e-9)).check(folder)
    assert report.verdict is ScanVerdict.INCONCLUSIVE
    assert {"too-large", "not-hashed"} <= {finding.code for finding in report.findings}


def test_a_card_is_held_against_weights_and_settings(folder):
    settings = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(settings | {"num_hidden_layers": 3}))
    shapes = {name: array.shape for name, array in tensors().items()}
    seal(folder, shapes, dim=99)
    drifts = [f for f in CHECKER.check(folder).findings if f.code == "drift"]
    assert sorted(f.facts["said"] for f in drifts) == [3, 99]


def test_weights_are_compared_with_the_base(folder, tmp_path):
    base = clean_folder(tmp_path / "base", sealed=False)
    report = CHECKER.check(folder, base=base)
    assert outcomes(report)["change-from-base"] is Outcome.PASSED
    assert report.figures["change_from_base"]["tensors_changed"] == 0
    weights = tensors()
    weights["bert.embeddings.word_embeddings.weight"][9] += 1
    clean_folder(folder, weights=weights)
    report = CHECKER.check(folder, base=base)
    (moved,) = [f for f in report.findings if f.code == "embedding-rows-moved"]
    assert (moved.facts["rows"], moved.facts["tokens"]) == ([9], ["w4"])
    assert report.verdict is ScanVerdict.INCONCLUSIVE


def test_a_base_that_cannot_be_compared_is_said(folder, tmp_path):
    other = tmp_path / "base"
    other.mkdir()
    save_file({"x": np.ones(3)}, other / "model.safetensors")
    report = CHECKER.check(folder, base=other)
    assert outcomes(report)["change-from-base"] is Outcome.NOT_RUN
    (other / "model.safetensors").write_bytes(b"x" * 20)
    report = CHECKER.check(folder, base=other)
    (check,) = [check for check in report.checks if check.name == "change-from-base"]
    assert check.reason.startswith("The base could not be read.")


def test_what_is_not_there_is_not_found(folder, tmp_path):
    with pytest.raises(NotFound, match="no model folder or file .*none"):
        CHECKER.check(tmp_path / "none")
    with pytest.raises(NotFound, match="no model folder or file .*none"):
        CHECKER.check(folder, base=tmp_path / "none")


def test_an_empty_folder_is_not_clean(tmp_path):
    assert CHECKER.check(tmp_path).verdict is ScanVerdict.INCONCLUSIVE


def test_the_same_folder_gives_the_same_report(folder):
    add_unsafe(folder, "pickle")
    assert CHECKER.check(folder) == CHECKER.check(folder)


def test_a_bill_gets_what_was_hashed(folder):
    materials = CHECKER.examine(folder).materials
    assert materials.hashes.keys() == {path.name for path in folder.iterdir()}
    assert (materials.origin.license, materials.task) == ("MIT", "classify")


def test_the_attacks_are_what_they_say():
    assert kind_of(UNSAFE["pickle"][1]) is FileKind.PICKLE
    assert pickle.HIGHEST_PROTOCOL >= 5
