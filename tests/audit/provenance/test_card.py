import pytest

from metier.audit.provenance.card import (
    Origin,
    card_findings,
    hash_files,
    origin_findings,
    origin_of,
    read_card,
)
from metier.audit.provenance.limits import AuditLimits, Deadline
from metier.audit.provenance.listing import FoundFile, list_files
from metier.encoders.folder import CARD, file_sha256
from metier.errors import ModelFormatError
from tests.audit.provenance.model_folders import clean_folder, seal


@pytest.fixture
def folder(tmp_path):
    return clean_folder(tmp_path / "m")


def held_against(folder, **limits):
    files = list_files(folder, AuditLimits()).files
    hashes, unhashed = hash_files(files, AuditLimits(**limits), Deadline(60))
    found = card_findings(read_card(folder), files, hashes)
    return [(finding.code, finding.where) for finding in [*found, *unhashed]]


def test_files_as_the_card_lists_them_pass(folder):
    assert held_against(folder) == []


def test_hashes_are_those_of_the_files(folder):
    files = list_files(folder, AuditLimits()).files
    hashes, _ = hash_files(files, AuditLimits(), Deadline(60))
    assert hashes == {file.name: file_sha256(file.path) for file in files}


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        (lambda p: (p / "README.md").write_bytes(b"x"), [("file-changed", "README.md")]),
        (lambda p: (p / "config.json").unlink(), [("file-missing", "config.json")]),
        (lambda p: (p / "extra.txt").touch(), [("file-unlisted", "extra.txt")]),
        (
            lambda p: (p / "config.json").write_bytes((p / "config.json").read_bytes().replace(b"no", b"on")),
            [("file-changed", "config.json")],
        ),
    ],
)
def test_what_differs_from_the_card_is_named(folder, damage, found):
    damage(folder)
    assert held_against(folder) == found


def test_a_file_in_a_subfolder_is_not_listed(folder):
    (folder / "inner").mkdir()
    (folder / "inner" / "config.json").write_text("{}")
    assert held_against(folder) == [("file-unlisted", "inner/config.json")]


def test_what_is_too_large_is_not_hashed(folder):
    size = (folder / "model.safetensors").stat().st_size
    assert held_against(folder, max_file_bytes=size - 1) == [("not-hashed", "model.safetensors")]


def test_what_the_time_is_not_enough_for_is_not_hashed(folder):
    files = list_files(folder, AuditLimits()).files
    hashes, findings = hash_files(files, AuditLimits(), Deadline(-1))
    assert hashes == {}
    assert {finding.code for finding in findings} == {"not-hashed"}


def test_a_file_that_is_gone_is_named(folder):
    gone = FoundFile(folder / "gone", "gone", 5)
    assert [f.code for f in hash_files([gone], AuditLimits(), Deadline(60))[1]] == ["unreadable"]


def test_no_card_is_no_fault(tmp_path):
    assert read_card(clean_folder(tmp_path / "m", sealed=False)) is None


def test_a_card_that_breaks_a_rule_is_refused(folder):
    (folder / CARD).write_text("{}")
    with pytest.raises(ModelFormatError, match="must be a JSON object"):
        read_card(folder)
    (folder / CARD).write_bytes(b" " * 1_000_001)
    with pytest.raises(ModelFormatError, match="at most 1,000,000 bytes"):
        read_card(folder)


@pytest.mark.parametrize("name", ["../x.txt", "/etc/passwd", ".hidden", "a/b.json", "model.pkl"])
def test_a_card_that_lists_a_path_is_refused(folder, name):
    card = read_card(folder)
    seal(folder, files={**card.files, name: card.files["README.md"]})
    with pytest.raises(ModelFormatError, match="no name that a model file may have"):
        read_card(folder)


def test_the_origin_is_that_of_the_card(folder):
    assert origin_of(folder, read_card(folder)) == Origin("tiny", "MIT", "nobody/bert")


@pytest.mark.parametrize(
    ("readme", "origin"),
    [
        ("---\nlicense: apache-2.0\nbase_model: a/b\n---\n", ("apache-2.0", "a/b")),
        ("---\r\nlicense: 'mit'\r\nbase_model:\r\n- a/b\r\n- c/d\r\n---\r\n", ("mit", "a/b")),
        ("license: mit\n", ("", "")),
        ("", ("", "")),
        ("---\nlicense: mit\n", ("", "")),
    ],
)
def test_without_a_card_the_origin_is_that_of_the_readme(tmp_path, readme, origin):
    folder = clean_folder(tmp_path / "m", sealed=False)
    (folder / "README.md").write_bytes(readme.encode())
    assert origin_of(folder, None) == Origin("m", *origin)
    (folder / "README.md").unlink()
    assert origin_of(folder, None) == Origin("m", "", "")


def test_what_is_not_said_of_the_origin_is_named():
    assert [f.code for f in origin_findings(Origin("m", "", ""))] == ["no-license", "no-base"]
    assert [f.code for f in origin_findings(Origin("m", "unknown", "a"))] == ["no-license"]
    assert origin_findings(Origin("m", "MIT", "a")) == []
