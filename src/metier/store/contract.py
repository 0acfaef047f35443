"""The contract that every store keeps, as checks that anyone can run on theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.errors import BackendError, InvalidInput, MetierError, ModelMismatch, NotFound
from metier.store.contract_documents import DIM, DOCUMENTS, FILTERS, document, vector_of
from metier.store.entries import Entry, Identity, Scored
from metier.store.filters import EVERYTHING, Field, Filter, parse_filter
from metier.store.protocol import Store

Make = Callable[[], Store]

IDENTITY: Final = Identity("contract", "0" * 64, DIM)
OTHER: Final = Identity("other", "1" * 64, DIM + 1)
_PLAIN_FIELDS: Final = (
    "id role source language title text digest skills passages years level place date".split()
)
_WEIRD: Final = (
    "",
    "   \n",
    "!?",
    '" OR NEAR( *',
    "services AND NOT (",
    "title:services ^ -",
    "'; DROP TABLE documents; --",
    "{services} : + *",
    "\x00 \ud800 \u202e \U0001f680",
    "%_\\",
)
_UNSEEN: Final = "zyxwvutsrq"


def check_store(make: Make) -> None:
    """Check that a store keeps the contract of `Store`.

    Empty stores; documents that come back as they were given, with vectors in half precision; replacement,
    deletion and rebuilding, all or nothing; every field and operator of filters; nearest vectors against the
    definition, alike whatever other documents there are; words in their inflected forms and any text as a
    query; inputs left as they were; no use after closing.

    Args:
        make: gives a new, empty store each time; the checks close it.

    Raises:
        BackendError: it does not; the message says which rule it broke.
    """
    for check in (
        _check_empty,
        _check_kept,
        _check_order,
        _check_weird_text,
        _check_replaced,
        _check_refused,
        _check_deleted,
        _check_rebuilt,
        _check_nearest,
        _check_filters,
        _check_words,
        _check_queries,
        _check_closed,
    ):
        with make() as store, _taken():
            check(store)
    with _taken():
        _check_independence(make)


def _require(holds: bool, rule: str) -> None:  # noqa: FBT001 - reads like an assertion
    if not holds:
        raise BackendError(f"The store breaks its contract: {rule}")


@contextmanager
def _taken() -> Iterator[None]:
    try:
        yield
    except (InvalidInput, ModelMismatch, NotFound) as exc:
        rule = f"it must not refuse a call that keeps the rules. It says: {exc}"
        raise BackendError(f"The store breaks its contract: {rule}") from exc


def _raises(kind: type[MetierError], call: Callable[[], object], rule: str) -> MetierError:
    try:
        call()
    except kind as error:
        return error
    raise BackendError(f"The store breaks its contract: {rule}")


def _fill(store: Store) -> None:
    store.upsert(DOCUMENTS, identity=IDENTITY)


def _ids(found: Sequence[Scored]) -> list[str]:
    return [one.id for one in found]


def _check_empty(store: Store) -> None:
    _require(store.identity is None, "an empty store must have no identity.")
    counts = store.stats()
    empty = not counts.documents and not counts.languages and counts.passages == 0
    _require(empty and counts.identity is None, "stats of an empty store must say that it is empty.")
    _require(store.count() == 0 and not store.digests(), "an empty store must hold no documents.")
    _require(list(store.entries()) == [], "an empty store must yield no entries.")
    query = vector_of("a query")
    _require(store.nearest(query, top_k=3) == [], "an empty store must find nothing near.")
    _require(store.matching("services", top_k=3) == [], "an empty store must find no words.")
    _require(store.get([]) == [], "no ids must get no documents.")
    _require(store.delete(["nobody"]) == 0, "deleting from an empty store must remove nothing.")
    store.upsert([], identity=IDENTITY)
    _require(store.count() == 0, "no documents must add none.")


def _check_kept(store: Store) -> None:
    before = [(entry.vector.tobytes(), entry.passage_vectors.tobytes()) for entry in DOCUMENTS]
    _fill(store)
    after = [(entry.vector.tobytes(), entry.passage_vectors.tobytes()) for entry in DOCUMENTS]
    _require(before == after, "it must leave the entries it is given as they were.")
    _require(store.identity == IDENTITY, "its identity must be that of its documents.")
    wanted = [*DOCUMENTS[::-1], DOCUMENTS[1]]
    found = store.get([entry.id for entry in wanted])
    _require(
        len(found) == len(wanted) and all(map(_same_fields, found, wanted)),
        "documents must come back as they were given, in the order of the ids.",
    )
    _require(
        all(map(_same_vectors, found, wanted)),
        "vectors must come back as float32, rounded to half precision.",
    )
    rule = "an id that is not there must not be found."
    _raises(NotFound, lambda: store.get([DOCUMENTS[0].id, "nobody"]), rule)
    stats = store.stats()
    _require(
        stats.passages == sum(len(entry.passages) for entry in DOCUMENTS)
        and stats.documents == {"resume": 4, "vacancy": 3},
        "stats must count documents by role, and passages.",
    )
    _require(
        list(stats.languages.items()) == [("en", 4), ("ru", 2), ("de", 1)],
        "stats must count languages, the most frequent first.",
    )


def _same_fields(own: Entry, given: Entry) -> bool:
    return all(getattr(own, name) == getattr(given, name) for name in _PLAIN_FIELDS)


def _same_vectors(own: Entry, given: Entry) -> bool:
    pairs = ((own.vector, given.vector), (own.passage_vectors, given.passage_vectors))
    return all(
        kept.dtype == np.float32
        and kept.shape == whole.shape
        and np.array_equal(kept, whole.astype(np.float16).astype(np.float32))
        for kept, whole in pairs
    )


def _check_order(store: Store) -> None:
    _fill(store)
    ids = sorted(entry.id for entry in DOCUMENTS)
    _require([entry.id for entry in store.entries()] == ids, "entries must come in the order of their ids.")
    digests = {entry.id: entry.digest for entry in DOCUMENTS}
    _require(dict(store.digests()) == digests, "it must tell the digest of every document.")
    going = store.entries()
    first = next(going)
    store.upsert([document("zulu", text="A late document.")], identity=IDENTITY)
    left = [first.id, *(entry.id for entry in going)]
    _require(left == ids, "entries must be those that were there when the first was taken.")


def _check_weird_text(store: Store) -> None:
    for i, text in enumerate(("nul \x00 inside", "a lone \ud800 surrogate", "quotes ' \" \\ % \u2028 end")):
        entry = document(f"weird-{i}", text=text, title=text, source=text)
        try:
            store.upsert([entry], identity=IDENTITY)
        except InvalidInput:
            continue
        (found,) = store.get([entry.id])
        _require(_same_fields(found, entry), "a text must come back as it was given, or be refused.")


def _check_replaced(store: Store) -> None:
    _fill(store)
    old = DOCUMENTS[0]
    new = document(old.id, text="Gardening and beekeeping.", language="fr")
    store.upsert([new], identity=IDENTITY)
    _require(
        store.count() == len(DOCUMENTS) and _same_fields(store.get([old.id])[0], new),
        "a document with the same id must replace the old one.",
    )
    found = store.nearest(new.vector, top_k=1)
    _require(_ids(found) == [new.id], "a replaced document must be found by its new vector.")
    _require(
        _ids(store.matching("beekeepers", top_k=9)) == [new.id]
        and old.id not in _ids(store.matching("services", top_k=99)),
        "a replaced document must be found by its new words alone.",
    )
    old_skill = Filter().also(Field.SKILL, old.skills[0].id)
    passed = _ids(store.nearest(new.vector, top_k=99, where=old_skill))
    _require(old.id not in passed, "a replaced document must be filtered by its new fields.")


def _check_refused(store: Store) -> None:
    _fill(store)
    new, long = document("new", text="A new one."), document("long", text="A long one.", dim=DIM + 1)
    for entries, rule in (
        ([new, document("new", text="Another.")], "an id that comes twice must be refused."),
        ([new, long], "a vector of another length must be refused."),
    ):
        _raises(InvalidInput, partial(store.upsert, entries, identity=IDENTITY), rule)
        whole = "what is refused must leave the store as it was."
        _require(store.count() == len(DOCUMENTS) and not store.matching("new", top_k=1), whole)
    rule = "documents of another encoder must be refused."
    error = _raises(ModelMismatch, lambda: store.upsert([long], identity=OTHER), rule)
    command = "metier search index --rebuild"
    _require(command in str(error), f"the refusal of another encoder must name {command}.")
    _require(store.identity == IDENTITY, "a refused encoder must leave the identity as it was.")
    store.delete([entry.id for entry in DOCUMENTS])
    store.upsert([long], identity=OTHER)
    _require(store.identity == OTHER, "a store without documents must take those of any encoder.")
    found = store.nearest(vector_of("a query", DIM + 1), top_k=1)
    _require(_ids(found) == ["long"], "it must search vectors of its new encoder.")


def _check_deleted(store: Store) -> None:
    _fill(store)
    gone, *rest = DOCUMENTS
    query = vector_of("a query")
    store.nearest(query, top_k=1)
    n_removed = store.delete([gone.id, "nobody", gone.id])
    _require(n_removed == 1, "delete must tell how many documents there were.")
    _require(store.delete([gone.id]) == 0, "a deleted document must not be deleted again.")
    _raises(NotFound, lambda: store.get([gone.id]), "a deleted document must not be found by its id.")
    ids = {entry.id for entry in rest}
    listed = ids == set(store.digests()) == {entry.id for entry in store.entries()}
    _require(listed and store.count() == len(rest), "a deleted document must be listed nowhere.")
    _require(
        set(_ids(store.nearest(query, top_k=99))) == ids
        and set(_ids(store.matching("services", top_k=99))) == ids,
        "a search must find all documents but deleted ones.",
    )
    store.upsert([gone], identity=IDENTITY)
    again = _ids(store.nearest(gone.vector, top_k=1))
    _require(again == [gone.id], "a deleted document must be welcome again.")


def _check_rebuilt(store: Store) -> None:
    _fill(store)

    def failing() -> Iterator[Entry]:
        yield document("half", text="Half a rebuild.", dim=DIM + 1)
        raise KeyError("the source of documents fails")

    twice = [document("twice", text="One."), document("twice", text="Two.")]
    _raises(
        InvalidInput, lambda: store.rebuild(twice, identity=IDENTITY), "a rebuild must refuse an id twice."
    )
    with suppress(KeyError):
        store.rebuild(failing(), identity=OTHER)
        rule = "what the source of a rebuild raises must be passed on."
        raise BackendError(f"The store breaks its contract: {rule}")
    unharmed = store.count() == len(DOCUMENTS) and store.identity == IDENTITY
    _require(unharmed, "a rebuild that fails must leave the store as it was.")

    def longer() -> Iterator[Entry]:
        for entry in store.entries():
            yield document(entry.id, text=entry.text, dim=DIM + 1)
        yield document("new", text="Beekeeping.", dim=DIM + 1)

    n_documents = store.rebuild(longer(), identity=OTHER)
    _require(
        n_documents == store.count() == len(DOCUMENTS) + 1 and store.identity == OTHER,
        "a rebuild must replace all documents and the identity; it may read from the store meanwhile.",
    )
    found = store.nearest(vector_of("Beekeeping.", DIM + 1), top_k=1)
    words = _ids(store.matching("beekeepers", top_k=9))
    _require(_ids(found) == ["new"] == words, "a search must find what a rebuild brought.")


def _check_filters(store: Store) -> None:
    _fill(store)
    query = vector_of("a query")
    for expressions in FILTERS:
        where = parse_filter(expressions)
        wanted = {entry.id for entry in DOCUMENTS if where.holds(entry)}
        rule = f"the filter {' '.join(expressions)} must let the same documents pass as Filter.holds."
        _require(store.count(where) == len(wanted), rule)
        _require(set(_ids(store.nearest(query, top_k=99, where=where))) == wanted, rule)
        _require(set(_ids(store.matching("services", top_k=99, where=where))) == wanted, rule)
        best = [one for one in store.nearest(query, top_k=99) if one.id in wanted]
        rule = "a filter must not change the scores or the order."
        _require(store.nearest(query, top_k=99, where=where) == best, rule)


def _check_nearest(store: Store) -> None:
    _fill(store)
    same = [document(name, text="twins") for name in ("twin-c", "twin-a", "twin-b")]
    store.upsert(same, identity=IDENTITY)
    query = vector_of("twins")
    given = query.copy()
    found = store.nearest(query, top_k=99)
    _require(np.array_equal(query, given), "it must leave the vector of a query as it was.")
    wanted = _ranked([*DOCUMENTS, *same], query)
    scores = {one.id: one.score for one in found}
    _require(len(found) == len(wanted) == len(scores), "top_k above the number of documents must give all.")
    _require(
        all(abs(scores[one.id] - one.score) <= 1.5e-6 for one in wanted),
        "a score must be the product with the kept vector.",
    )
    _require(all(one.score == round(one.score, 6) for one in found), "scores must be rounded to six places.")
    _require(_ids(found)[:3] == ["twin-a", "twin-b", "twin-c"], "equal documents must come in order of id.")
    _require(_ids(found) == _ids(wanted), "the nearest documents must come first.")
    _require(store.nearest(query, top_k=99) == found, "the second try must give the same.")
    _require(store.nearest(query, top_k=2) == found[:2], "top_k must only cut what is found.")
    _raises(InvalidInput, lambda: store.nearest(query, top_k=0), "top_k below 1 must be refused.")
    rule = "a query of another length must be refused."
    _raises(InvalidInput, lambda: store.nearest(query[:-1], top_k=1), rule)


def _ranked(entries: Sequence[Entry], query: NDArray[np.float32]) -> list[Scored]:
    def score(entry: Entry) -> float:
        kept = entry.vector.astype(np.float16).astype(np.float64)
        return round(float((kept * query.astype(np.float64)).sum()), 6)

    return sorted((Scored(entry.id, score(entry)) for entry in entries), key=lambda one: (-one.score, one.id))


def _check_words(store: Store) -> None:
    _fill(store)
    for query, wanted in (
        ("developers", {"resume-en", "vacancy-en"}),
        ("DEVELOPING", {"resume-en", "vacancy-en"}),
        ("разработчиками", {"resume-ru", "vacancy-ru"}),
        ("учёт", {"vacancy-ru"}),
        ("c++", {"resume-en"}),
        ("c#", {"vacancy-en"}),
        (".net", {"vacancy-en"}),
        ("node.js", {"resume-ru"}),
        (f"{_UNSEEN} c++", {"resume-en"}),
    ):
        found = _ids(store.matching(query, top_k=99))
        _require(set(found) == wanted, f"the word {query} must be found in all its forms, and no other.")
    titled = _ids(store.matching("accountant", top_k=9))
    _require(
        titled[:2] == ["vacancy-de", "resume-de"], "a word of the title must count more than in the text."
    )
    rare = _ids(store.matching("services bookkeeping", top_k=1))
    _require(rare == ["resume-plain"], "a rare word must count more than a common one.")


def _check_queries(store: Store) -> None:
    _fill(store)
    store.upsert([document(name, text="Falconry.") for name in ("b", "c", "a")], identity=IDENTITY)
    for query in _WEIRD:
        try:
            store.matching(query, top_k=3)
        except (MetierError, ValueError, RuntimeError) as exc:
            raise BackendError("The store breaks its contract: any text must be a valid query.") from exc
    _require(store.matching("", top_k=3) == [], "a query without a word must find nothing.")
    _require(store.matching(_UNSEEN, top_k=3) == [], "an unknown word must find nothing.")
    found = store.matching("falconry services", top_k=99)
    _require(_ids(found)[:3] == ["a", "b", "c"], "equal documents must come in order of id.")
    falling = all(one.score >= other.score for one, other in pairwise(found))
    _require(falling and all(one.score >= 0 for one in found), "the best documents must come first.")
    _require(store.matching("falconry services", top_k=99) == found, "the second try must give the same.")
    _require(store.matching("falconry services", top_k=2) == found[:2], "top_k must only cut what is found.")
    _raises(InvalidInput, lambda: store.matching("a", top_k=0), "top_k below 1 must be refused.")
    long = "falconry " + " ".join(f"word{i}" for i in range(6000))
    _require(
        _ids(store.matching(long[:50_000], top_k=3)) == ["a", "b", "c"], "a long query must be answered."
    )


def _check_closed(store: Store) -> None:
    _fill(store)
    store.close()
    for call in (
        lambda: store.count(),
        lambda: store.get([DOCUMENTS[0].id]),
        lambda: list(store.entries()),
        lambda: store.nearest(vector_of("a query"), top_k=1),
        lambda: store.matching("services", top_k=1),
        lambda: store.upsert(DOCUMENTS, identity=IDENTITY),
        lambda: store.delete([DOCUMENTS[0].id]),
    ):
        _raises(MetierError, call, "a closed store must refuse to be used.")
    store.close()


def _check_independence(make: Make) -> None:
    query = vector_of("a query")
    with make() as store:
        _fill(store)
        together = {one.id: one.score for one in store.nearest(query, top_k=99)}
        store.upsert([document(f"more-{i}", text=f"More {i}.") for i in range(40)], identity=IDENTITY)
        among_more = {one.id: one.score for one in store.nearest(query, top_k=99)}
    rule = "a score must not depend on other documents."
    _require(together.items() <= among_more.items(), rule)
    for entry in DOCUMENTS[:3]:
        with make() as store:
            store.upsert([entry], identity=IDENTITY)
            alone = store.nearest(query, top_k=1, where=EVERYTHING)
        _require(alone == [Scored(entry.id, together[entry.id])], rule)
