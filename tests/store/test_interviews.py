from dataclasses import replace

import pytest

from metier.errors import InvalidInput, NotFound, StoreDamaged, StoreUnavailable
from metier.store.interview_contract import check_interview_store, sample_interview
from metier.store.interview_database import InterviewDatabase
from metier.store.interview_files import InterviewFiles
from metier.store.interviews import InterviewSummary, check_id, in_order, open_interview_store, summary_of

PLACES = ["interviews", "interviews.sqlite", "deep/er/interviews", "deep/er/interviews.db"]


@pytest.mark.parametrize("place", PLACES)
def test_every_store_keeps_the_contract(tmp_path, place):
    check_interview_store(lambda: open_interview_store(tmp_path / place))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a", InterviewFiles),
        ("a.b", InterviewFiles),
        ("a.sqlite", InterviewDatabase),
        ("a.SQLITE3", InterviewDatabase),
        ("a.db", InterviewDatabase),
    ],
)
def test_the_ending_of_a_place_says_what_it_is(tmp_path, name, kind):
    assert isinstance(open_interview_store(str(tmp_path / name)), kind)
    assert list(tmp_path.iterdir()) == []


def test_what_stands_in_the_way_of_a_store_is_named(tmp_path):
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder.db").mkdir()
    with pytest.raises(StoreUnavailable, match="is a file"):
        open_interview_store(tmp_path / "file")
    with pytest.raises(StoreUnavailable, match="is a folder"):
        open_interview_store(tmp_path / "folder.db")


@pytest.mark.parametrize("place", PLACES[:2])
def test_a_version_of_the_future_is_told_from_damage(tmp_path, place, monkeypatch):
    store = open_interview_store(tmp_path / place)
    monkeypatch.setattr("metier.store.interview_format.FORMAT", 2)
    store.save(sample_interview("a"))
    monkeypatch.undo()
    with pytest.raises(StoreUnavailable, match="format 2.*Update metier"):
        store.get("a")
    assert store.list() == (InterviewSummary("a", damaged=True),)


@pytest.mark.parametrize("place", PLACES[:2])
def test_a_damaged_interview_is_listed_as_such_and_can_be_deleted(tmp_path, place, monkeypatch):
    store = open_interview_store(tmp_path / place)
    store.save(sample_interview("good"))
    monkeypatch.setattr(f"{type(store).__module__}.to_text", lambda interview: '{"kind": "metier-int')
    store.save(sample_interview("bad"))
    monkeypatch.undo()
    assert [(item.id, item.damaged) for item in store.list()] == [("good", False), ("bad", True)]
    with pytest.raises(StoreDamaged, match="bad"):
        store.get("bad")
    store.delete("bad")
    with pytest.raises(NotFound):
        store.get("bad")


@pytest.mark.parametrize("interview_id", ["a", "0", "2026-11-21-3f9a1c", "a" * 64])
def test_ids_are_names_of_files_on_every_system(interview_id):
    assert check_id(interview_id) == interview_id


@pytest.mark.parametrize("interview_id", ["", "A", "../a", "a.b", "a b", "a\n", "é", "-a", "a" * 65])
def test_other_ids_are_refused_with_the_rule(interview_id):
    with pytest.raises(InvalidInput, match="letters a-z, digits and hyphens"):
        check_id(interview_id)


def test_a_summary_counts_the_answers():
    interview = sample_interview("a")
    assert summary_of(interview) == InterviewSummary("a", "ml", "en", interview.started_at, None, 1)


def test_the_latest_comes_first_and_what_is_damaged_last():
    early, late = (
        replace(summary_of(sample_interview(x)), started_at=t) for x, t in (("a", "1"), ("b", "2"))
    )
    broken = InterviewSummary("0", damaged=True)
    assert in_order([broken, early, late]) == (late, early, broken)
