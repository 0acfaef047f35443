from pathlib import Path

import pytest

from metier.errors import InvalidInput
from metier.store.journal import Journal, check_writable, write_atomically


@pytest.fixture
def path(tmp_path):
    return tmp_path / "out.partial"


def test_a_second_run_takes_over_what_the_first_did(path):
    with Journal(path, run="r") as first:
        first.record("a", {"n": 1})
        first.record("ключ", {"n": 2})
    with Journal(path, run="r") as second:
        assert second.done == {"a": {"n": 1}, "ключ": {"n": 2}}
        second.record("c", {"n": 3})
    with Journal(path, run="r") as third:
        assert list(third.done) == ["a", "ключ", "c"]


def test_another_run_starts_anew(path):
    with Journal(path, run="r") as first:
        first.record("a", {"n": 1})
    with Journal(path, run="other") as second:
        assert second.done == {}
    assert path.read_bytes().count(b"\n") == 1


@pytest.mark.parametrize("cut", range(1, 30))
def test_a_line_that_was_being_written_is_done_again(path, cut):
    with Journal(path, run="r") as journal:
        journal.record("a", {"n": 1})
        journal.record("b", {"n": 2})
    path.write_bytes(path.read_bytes()[:-cut])
    with Journal(path, run="r") as journal:
        assert journal.done in ({"a": {"n": 1}}, {})
        journal.record("c", {"n": 3})
    with Journal(path, run="r") as journal:
        assert "c" in journal.done


def test_a_file_that_is_no_journal_is_left_alone(path):
    path.write_bytes(b"precious\n")
    with pytest.raises(InvalidInput, match="is no journal. Move it"), Journal(path, run="r"):
        pass
    assert path.read_bytes() == b"precious\n"


@pytest.mark.parametrize("line", [b'{"run": "r"}\n', b'{"key": "b"}\n', b"[]\n", b"\xff\n"])
def test_what_follows_a_damaged_line_is_done_again(path, line):
    with Journal(path, run="r") as journal:
        journal.record("a", {"n": 1})
    path.write_bytes(path.read_bytes() + line)
    with Journal(path, run="r") as journal:
        assert list(journal.done) == ["a"]


def test_a_finished_journal_is_gone(path):
    journal = Journal(path, run="r")
    with journal:
        journal.record("a", {})
    journal.remove()
    journal.remove()
    assert not path.exists()


def test_a_journal_is_written_inside_its_block_only(path):
    with pytest.raises(InvalidInput, match="inside its `with` block"):
        Journal(path, run="r").record("a", {})


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(InvalidInput, match="cannot be written"), Journal(tmp_path / "no" / "x", run="r"):
        pass


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    target = tmp_path / "out.html"
    write_atomically(target, "new")
    assert target.read_text() == "new"
    with pytest.raises(InvalidInput, match="cannot be written"):
        write_atomically(tmp_path / "no" / "out.html", "x")
    assert list(tmp_path.iterdir()) == [target]


def test_a_link_is_followed_and_a_device_is_written_to(tmp_path):
    target, link = tmp_path / "out.txt", tmp_path / "link.txt"
    link.symlink_to(target)
    write_atomically(link, "new")
    assert link.is_symlink()
    assert target.read_text() == "new"
    write_atomically(Path("/dev/null"), "new")
    assert Path("/dev/null").is_char_device()


def test_an_output_that_cannot_be_written_is_known_before_the_run(tmp_path):
    check_writable(tmp_path / "out.html")
    for path, message in ((tmp_path, "is a folder"), (tmp_path / "no" / "x.html", "its folder is missing")):
        with pytest.raises(InvalidInput, match=message):
            check_writable(path)
