import os
from contextlib import suppress

from metier.training.durable import (
    flush_file,
    move_whole,
    remove_folder,
    remove_unfinished,
    whole_file,
    whole_folder,
    write_whole,
)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_replaced_whole(tmp_path):
    path = tmp_path / "a.json"
    write_whole(path, b"first")
    write_whole(path, b"second")
    assert path.read_bytes() == b"second"
    assert names(tmp_path) == ["a.json"]


def test_a_file_whose_writer_fails_stays_as_it_was(tmp_path):
    path = tmp_path / "a.json"
    write_whole(path, b"first")
    with suppress(RuntimeError), whole_file(path) as place:
        place.write_bytes(b"half")
        raise RuntimeError
    assert path.read_bytes() == b"first"
    remove_unfinished(tmp_path)
    assert names(tmp_path) == ["a.json"]


def test_a_folder_appears_when_it_is_full(tmp_path):
    path = tmp_path / "step"
    with whole_folder(path) as place:
        (place / "x").write_bytes(b"1")
        assert not path.exists()
    with whole_folder(path) as place:
        (place / "y").write_bytes(b"2")
    assert names(tmp_path) == ["step"]
    assert names(path) == ["y"]


def test_a_folder_whose_writer_fails_never_appears(tmp_path):
    with suppress(RuntimeError), whole_folder(tmp_path / "step") as place:
        (place / "x").write_bytes(b"1")
        raise RuntimeError
    assert names(tmp_path) == ["step.unfinished"]
    remove_unfinished(tmp_path)
    assert names(tmp_path) == []


def test_all_is_on_the_disk_before_it_gets_its_name(tmp_path, monkeypatch):
    done = []
    real = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda handle: (done.append("flush"), real[0](handle)))
    monkeypatch.setattr(os, "replace", lambda a, b: (done.append("name"), real[1](a, b)))
    with whole_folder(tmp_path / "step") as place:
        (place / "x").write_bytes(b"1")
    assert done == ["flush", "flush", "name", "flush"]


def test_a_folder_that_is_not_there_needs_no_removal(tmp_path):
    remove_folder(tmp_path / "none")
    remove_unfinished(tmp_path / "none")
    assert names(tmp_path) == []


def test_a_moved_file_replaces_another(tmp_path):
    write_whole(tmp_path / "a", b"1")
    write_whole(tmp_path / "b", b"22")
    move_whole(tmp_path / "a", tmp_path / "b")
    assert names(tmp_path) == ["b"]
    assert flush_file(tmp_path / "b") == 1
