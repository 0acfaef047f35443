import os

import pytest

from metier.audit.provenance.limits import AuditLimits
from metier.audit.provenance.listing import list_files, shown_name
from metier.types import Severity


def listed(root, **limits):
    listing = list_files(root, AuditLimits(**limits))
    return [file.name for file in listing.files], {(f.code, f.where) for f in listing.findings}


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "m"
    (root / "1_Pooling").mkdir(parents=True)
    (root / "a.txt").write_bytes(b"abc")
    (root / "1_Pooling" / "config.json").write_bytes(b"{}")
    return root


def test_files_of_subfolders_are_listed_by_name(folder):
    assert listed(folder) == (["1_Pooling/config.json", "a.txt"], set())
    (file,) = list_files(folder / "a.txt", AuditLimits()).files
    assert (file.name, file.size) == ("a.txt", 3)


def test_links_are_named_and_not_followed(folder, tmp_path):
    (tmp_path / "secret").write_bytes(b"x")
    for name, target in {
        "in": "a.txt",
        "loop": ".",
        "out": "../secret",
        "root": "/etc/passwd",
        "gone": "b",
    }.items():
        (folder / name).symlink_to(target)
    names, found = listed(folder)
    assert names == ["1_Pooling/config.json", "a.txt"]
    assert found == {
        ("link", "in"),
        ("link", "loop"),
        ("link", "gone"),
        ("link-outside", "out"),
        ("link-outside", "root"),
    }


def test_a_named_link_counts_as_what_it_leads_to(folder, tmp_path):
    (tmp_path / "link").symlink_to(folder)
    assert listed(tmp_path / "link")[0] == ["1_Pooling/config.json", "a.txt"]


def test_links_of_a_hub_cache_are_no_danger(tmp_path):
    (tmp_path / "blobs").mkdir()
    (tmp_path / "blobs" / "abc").write_bytes(b"x")
    snapshot = tmp_path / "snapshots" / "main"
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").symlink_to("../../blobs/abc")
    assert listed(snapshot) == ([], {("link", "config.json")})


def test_pipes_are_named_and_not_opened(folder):
    os.mkfifo(folder / "config.json")
    listing = list_files(folder, AuditLimits())
    assert [(f.code, f.severity) for f in listing.findings] == [("special-file", Severity.ERROR)]


def test_hard_links_are_named(folder):
    os.link(folder / "a.txt", folder / "b.txt")
    assert listed(folder)[1] == {("hard-link", "a.txt"), ("hard-link", "b.txt")}


def test_names_that_fool_the_eye_are_named(folder):
    for name in ("a\u202etxt.json", "a\u0300.txt", "a\nb.txt"):
        (folder / name).write_bytes(b"x")
    assert [code for code, _ in listed(folder)[1]] == ["odd-name"] * 3


def test_a_name_that_is_no_text_can_be_written_down(folder):
    (folder / os.fsdecode(b"a\xff.txt")).write_bytes(b"x")
    names, found = listed(folder)
    assert "a\\xff.txt" in names
    assert ("odd-name", "a\\xff.txt") in found
    assert shown_name(folder / "a.txt", folder) == "a.txt"


def test_too_many_files_are_not_all_looked_at(folder):
    for i in range(20):
        (folder / f"{i}.txt").touch()
    names, found = listed(folder, max_files=10)
    assert len(names) <= 10
    assert ("too-many-files", "") in found


def test_folders_too_deep_are_not_looked_at(folder):
    deep = folder / "/".join("abcdefghij")
    deep.mkdir(parents=True)
    assert ("too-deep", "a/b/c") in listed(folder, max_levels=3)[1]


def test_folders_of_other_programs_are_not_looked_at(folder):
    (folder / ".git").mkdir()
    (folder / ".git" / "config").touch()
    assert listed(folder) == (["1_Pooling/config.json", "a.txt"], {("not-understood", ".git")})


def test_what_the_system_hides_is_named(folder, monkeypatch):
    real = os.scandir

    def refuse(path):
        if str(path).endswith("1_Pooling"):
            raise PermissionError
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert listed(folder) == (["a.txt"], {("unreadable", "1_Pooling")})
