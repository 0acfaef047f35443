import hashlib
import sqlite3
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from metier.errors import StoreBusy
from metier.store import sqlite_erasure
from metier.store.contract import IDENTITY
from metier.store.contract_documents import document, vector_of
from metier.store.entries import EntrySkill
from metier.store.sqlite import SqliteStore
from metier.store.terms import find_terms
from metier.types import EvidenceLabel, Span

FIELDS = ("id", "title", "text", "source", "skill", "level", "place", "cyrillic")
LETTERS = {
    "cyrillic": str.maketrans("0123456789abcdef", "бвгджзклмнпрстфх"),
    "latin": str.maketrans("0123456789abcdef", "bcdfghjklmnpqrst"),
}


def marker(field, number=0):
    """Return a word with an ending; no two begin alike, since FTS5 keeps beginnings only once."""
    digits = hashlib.sha256(f"{field} {number}".encode()).hexdigest()[:14]
    if field == "cyrillic":
        return f"{digits.translate(LETTERS['cyrillic']).capitalize()}ами"
    return f"{digits.translate(LETTERS['latin']).capitalize()}ings"


def marked(number=0, *, filler=""):
    """Return a document whose every field holds a word that stands nowhere else."""
    word = {field: marker(field, number) for field in FIELDS}
    text = f"{filler} {word['text']} {word['cyrillic']}"
    return replace(
        document(word["id"], title=word["title"], text=text, source=word["source"]),
        skills=(EntrySkill(word["skill"], f"{word['skill']}name", EvidenceLabel.EXPLICIT),),
        level=word["level"],
        place=word["place"],
        passages=(Span(0, 1), Span(1, 2)),
        passage_vectors=np.stack([vector_of(f"{number} a"), vector_of(f"{number} b")]),
    )


def traces(folder, number=0):
    """Return what the files of a folder still hold of a marked document."""
    content = b"\0".join(path.read_bytes() for path in folder.iterdir() if path.is_file())
    words = {marker(field, number) for field in FIELDS}
    words |= {word.lower() for word in words} | {stem for word in words for stem in find_terms(word)}
    found = [word for word in words for form in ("utf-8", "utf-16-le") if word[4:].encode(form) in content]
    entry = marked(number)
    vectors = [entry.vector, *entry.passage_vectors]
    # Part of a vector is as telling as the whole.
    return found + ["vector" for one in vectors if one.astype("<f2").tobytes()[4:-4] in content]


def others(n):
    return [document(f"other-{i}", text=f"Other words {i} " * 40, title=f"Other {i}") for i in range(n)]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "index.db"


def test_the_search_for_traces_sees_every_field(tmp_path, path):
    with SqliteStore.open(path) as store:
        store.upsert([marked(), *others(3)], identity=IDENTITY)
    assert len(set(traces(tmp_path))) == 3 * len(FIELDS) + 1
    assert "vector" in traces(tmp_path)


def test_deleted_documents_leave_no_byte_in_any_file(tmp_path, path):
    with SqliteStore.open(path) as store:
        store.upsert([marked(), *others(20)], identity=IDENTITY)
        assert store.delete([marker("id")]) == 1
        assert traces(tmp_path) == []
    assert traces(tmp_path) == []


def test_an_idle_reader_does_not_hinder_erasure(tmp_path, path):
    with SqliteStore.open(path) as store, SqliteStore.open(path, read_only=True) as reader:
        store.upsert([marked(), *others(20)], identity=IDENTITY)
        assert reader.count() == 21
        reader.nearest(vector_of("a query"), top_k=1)
        store.delete([marker("id")])
        assert traces(tmp_path) == []
        assert reader.count() == 20


def test_documents_deleted_among_many_leave_no_byte(tmp_path, path):
    rng = np.random.default_rng(0)
    with SqliteStore.open(path) as store:
        numbers = list(range(160))
        sizes = rng.integers(0, 700, len(numbers))
        entries = [marked(i, filler="lorem ipsum " * int(sizes[i])) for i in numbers]
        for start in range(0, len(entries), 40):
            store.upsert([*entries[start : start + 40], *others(start + 5)[start:]], identity=IDENTITY)
        gone = rng.permutation(numbers)[:80].tolist()
        for some in np.array_split(gone, 4):
            store.delete([marker("id", number) for number in some])
        assert [trace for number in gone[::5] for trace in traces(tmp_path, number)] == []
        assert store.count() == 160 - 80 + 5 * 4
        kept = next(number for number in numbers if number not in gone)
        assert len(set(traces(tmp_path, kept))) == 3 * len(FIELDS) + 1


def test_a_replaced_document_is_erased_at_once(tmp_path, path):
    with SqliteStore.open(path) as store:
        store.upsert([marked(), *others(20)], identity=IDENTITY)
        store.upsert([document(marker("id"), text="Nothing of note.")], identity=IDENTITY)
        assert set(traces(tmp_path)) <= {*find_terms(marker("id")), marker("id"), marker("id").lower()}


def test_documents_replaced_right_after_are_erased_when_the_store_is_closed(tmp_path, path, monkeypatch):
    monkeypatch.setattr(sqlite_erasure, "_SHARE", 1e9)
    with SqliteStore.open(path) as store:
        store.upsert([marked(0), marked(1), *others(20)], identity=IDENTITY)
        store.upsert([document(marker("id", 0), text="Nothing of note.")], identity=IDENTITY)
        store.upsert([document(marker("id", 1), text="Nothing of note.")], identity=IDENTITY)
        assert marker("title", 1) in traces(tmp_path, 1)
    assert set(traces(tmp_path, 1)) <= {
        *find_terms(marker("id", 1)),
        marker("id", 1),
        marker("id", 1).lower(),
    }


def test_a_rebuild_erases_what_it_replaces(tmp_path, path):
    with SqliteStore.open(path) as store:
        store.upsert([marked(), *others(20)], identity=IDENTITY)
        store.rebuild(others(5), identity=IDENTITY)
        assert traces(tmp_path) == []


def test_a_reader_in_the_way_is_named_and_erasure_finished_by_the_next_delete(tmp_path, path):
    with SqliteStore.open(path, timeout_s=0.05) as store, SqliteStore.open(path) as reader:
        store.upsert([marked(), *others(600)], identity=IDENTITY)
        reading = reader.entries()
        next(reading)
        with pytest.raises(
            StoreBusy, match=r"1 documents are deleted .* Opening it again .*metier search stats"
        ):
            store.delete([marker("id")])
        assert store.count() == 600
        reading.close()
        assert store.delete([]) == 0
        assert traces(tmp_path) == []


def test_an_interrupted_erasure_is_finished_by_the_next_who_opens(tmp_path, path, monkeypatch):
    store = SqliteStore.open(path, timeout_s=0.05)
    store.upsert([marked(), *others(20)], identity=IDENTITY)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN")
    connection.execute("SELECT count(*) FROM documents").fetchone()
    with pytest.raises(StoreBusy):
        store.delete([marker("id")])
    connection.close()
    SqliteStore.open(path).close()
    assert traces(tmp_path) == []
    store.close()


def test_an_erasure_in_the_way_of_a_reader_does_not_hinder_opening(path):
    with SqliteStore.open(path, timeout_s=0.05) as store:
        store.upsert([marked(), *others(600)], identity=IDENTITY)
        reading = store.entries()
        next(reading)
        with pytest.raises(StoreBusy):
            store.delete([marker("id")])
        with SqliteStore.open(path) as other:
            assert other.count() == 600
        assert len(list(reading)) == 600


def test_erasure_of_replaced_documents_takes_a_small_share_of_the_time(path, monkeypatch):
    clock = iter([0.0, 1.0, 50.9, 51.1, 53.1])
    monkeypatch.setattr(sqlite_erasure, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    calls = []
    monkeypatch.setattr(sqlite_erasure, "erase_traces", lambda *_, **__: calls.append(1) or True)
    leisure = sqlite_erasure.Leisure()
    assert [leisure.erase(None), leisure.erase(None), leisure.erase(None)] == [True, False, True]
    assert len(calls) == 2
