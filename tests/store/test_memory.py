import numpy as np
import pytest

from metier.errors import InvalidInput, ModelMismatch, NotFound
from metier.store.contract import IDENTITY, OTHER
from metier.store.contract_documents import DOCUMENTS, document, vector_of
from metier.store.memory import MemoryStore


@pytest.fixture
def store():
    with MemoryStore() as store:
        store.upsert(DOCUMENTS, identity=IDENTITY)
        yield store


def test_a_score_of_words_is_bm25_over_the_weighted_counts(store):
    # Two of seven documents hold "accountant"; one of them in its title, which counts three times.
    found = {one.id: one.score for one in store.matching("accountant", top_k=9)}
    lengths = {"vacancy-de": 7, "resume-de": 4}
    mean = 42 / 7
    idf = np.log(5.5 / 2.5)
    assert found == {
        name: pytest.approx(
            idf * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * lengths[name] / mean)), abs=1e-9
        )
        for name, count in (("vacancy-de", 3), ("resume-de", 1))
    }


def test_what_it_gives_out_is_not_what_it_keeps(store):
    store.get(["resume-en"])[0].vector[:] = 0
    assert np.any(store.get(["resume-en"])[0].vector)
    next(store.entries()).vector[:] = 0
    assert all(np.any(entry.vector) for entry in store.entries())


def test_entries_are_not_changed_by_a_later_change_of_what_was_given():
    entry = document("a", text="One.")
    with MemoryStore() as store:
        store.upsert([entry], identity=IDENTITY)
        entry.vector[:] = 0
        assert np.any(store.get(["a"])[0].vector)


def test_another_encoder_is_refused(store):
    with pytest.raises(ModelMismatch, match="This store was indexed with the encoder contract"):
        store.upsert([document("b", text="Two.", dim=25)], identity=OTHER)


def test_an_unknown_id_is_named(store):
    with pytest.raises(NotFound, match="There is no document nobody"):
        store.get(["nobody"])


def test_a_lone_string_is_refused(store):
    with pytest.raises(InvalidInput, match="ids must be a list"):
        store.delete("resume-en")
    with pytest.raises(InvalidInput, match="ids must be a list"):
        store.get("resume-en")


def test_it_forgets_everything_when_it_is_closed(store):
    store.close()
    with pytest.raises(InvalidInput, match="The store is closed"):
        store.nearest(vector_of("a query"), top_k=1)


def test_its_stats_name_no_file(store):
    assert (store.stats().bytes, store.stats().place) == (0, "memory")
