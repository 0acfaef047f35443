import pytest

from metier.errors import InvalidInput
from metier.store.journal import Journal, write_atomically


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


def test_noise_is_no_journal(path):
    path.write_bytes(b"\x00\xff noise\n")
    with Journal(path, run="r") as journal:
        assert journal.done == {}


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
    with pytest.raises(UnicodeEncodeError):
        write_atomically(target, "\ud800")
    assert target.read_text() == "new"
