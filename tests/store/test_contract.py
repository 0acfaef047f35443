from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from metier.errors import BackendError, InvalidInput, ModelMismatch, NotFound
from metier.store.checks import check_identity
from metier.store.contract import OTHER, check_store
from metier.store.entries import Scored
from metier.store.filters import EVERYTHING, Field, Filter
from metier.store.memory import MemoryStore
from metier.store.sqlite import SqliteStore


def sqlite_stores(folder: Path):
    numbers = iter(range(1000))
    return lambda: SqliteStore.open(folder / f"{next(numbers)}.db")


STORES = {
    "memory": lambda folder: MemoryStore,
    "sqlite": sqlite_stores,
}


@pytest.mark.parametrize("name", STORES)
def test_every_store_keeps_the_contract(name, tmp_path):
    check_store(STORES[name](tmp_path))


def broken(**changes):
    """Return a kind of store that keeps the contract but for some methods.

    `change(store, own, ...)` is called instead of a method, with the method that keeps the contract as `own`.
    """

    def instead(name, change):
        own = MemoryStore.__dict__[name]
        if isinstance(own, property):
            return property(lambda self: change(self, partial(own.fget, self)))
        return lambda self, *args, **kwargs: change(self, partial(own, self), *args, **kwargs)

    methods = {name: instead(name, change) for name, change in changes.items()}
    return type("Broken", (MemoryStore,), methods)


def forgiving(own, *args, default=None, **kwargs):
    try:
        return own(*args, **kwargs)
    except (InvalidInput, ModelMismatch, NotFound):
        return default


def first_of_twice(entries):
    return list({entry.id: entry for entry in reversed(entries)}.values())


def whole_vectors(store, own, ids):
    found = own(ids)
    return [replace(entry, vector=entry.vector * np.float32(1.0001)) for entry in found]


def half_of_a_batch(store, own, entries, *, identity):
    for entry in entries:
        own([entry], identity=identity)


def remembering(store, own, entries, *, identity):
    own(entries, identity=identity)
    first = store.__dict__.setdefault("first", {})
    store.first = {entry.id: entry for entry in entries} | first


def lasting_filter(store, own, query, *, top_k, where=EVERYTHING):
    """Filter by what documents were when they first came."""
    found = own(query, top_k=top_k + 99)
    return [one for one in found if where.holds(store.first[one.id])][:top_k]


def of_one_encoder(store, own, entries, *, identity):
    check_identity(store.identity, identity, place="here")
    own(entries, identity=identity)


def by_insertion(found):
    return sorted(found, key=lambda one: (-one.score, one.id in {"twin-a", "a"}))


def normalised_by_company(store, own, query, *, top_k, where=EVERYTHING):
    most = max((one.score for one in own(query, top_k=99)), default=1)
    return [Scored(one.id, round(one.score / most, 6)) for one in own(query, top_k=top_k, where=where)]


def drifting(store, own, query, *, top_k, where=EVERYTHING):
    store.calls = getattr(store, "calls", 0) + 1
    return [
        Scored(one.id, round(one.score + store.calls % 2 * 1e-6, 6))
        for one in own(query, top_k=top_k, where=where)
    ]


def without(field):
    """Search as if a filter had no condition on a field."""

    def search(store, own, *args, where=EVERYTHING, **kwargs):
        conditions = tuple(one for one in where.conditions if one.field is not field)
        return own(*args, where=Filter(conditions), **kwargs)

    return search


def worth_nothing_in_titles(store, own, entries, *, identity):
    own(
        [replace(entry, title="", text=f"{entry.text} {entry.title}") for entry in entries], identity=identity
    )


def without_second_forms(store, own, query, *, top_k, where=EVERYTHING):
    return own(query, top_k=top_k, where=where) if query == query.lower() else []


def scaled(factor):
    return lambda store, own, query, *, top_k, where=EVERYTHING: [
        Scored(one.id, one.score * factor) for one in own(query, top_k=top_k, where=where)
    ]


def flat(store, own, query, *, top_k, where=EVERYTHING):
    found = [Scored(one.id, 1.0) for one in own(query, top_k=99, where=where)]
    return sorted(found, key=lambda one: one.id)[:top_k]


def syntax_error(store, own, query, *, top_k, where=EVERYTHING):
    if query.count('"') % 2:
        raise RuntimeError("unterminated string")
    return own(query, top_k=top_k, where=where)


def rebuilt_in_place(store, own, entries, *, identity):
    for entry in list(store.digests()):
        store.delete([entry])
    count = 0
    for entry in entries:
        store.upsert([entry], identity=identity)
        count += 1
    return count


def added_to(store, own, entries, *, identity):
    new = list(entries)
    store._kept.update(dict(zip([e.id for e in new], kept_of(new), strict=True)))
    return len(new)


def kept_of(entries):
    other = MemoryStore()
    other.rebuild(entries, identity=OTHER)
    return other._kept.values()


def changed_query(store, own, query, *, top_k, where=EVERYTHING):
    found = own(query, top_k=top_k, where=where)
    query *= np.float32(0.5)
    return found


def changed_entries(store, own, entries, *, identity):
    own(entries, identity=identity)
    for entry in entries:
        entry.vector[:] = entry.vector.astype(np.float16)


BROKEN = {
    "an identity from the start": (
        broken(identity=lambda store, own: own() or OTHER),
        "an empty store must have no identity",
    ),
    "stats from the start": (
        broken(stats=lambda store, own: replace(own(), passages=own().passages + 1)),
        "stats of an empty store must say that it is empty",
    ),
    "a miscount": (broken(count=lambda store, own, *a: own(*a) + 1), "an empty store must hold no documents"),
    "deletions of nothing": (
        broken(delete=lambda store, own, ids: max(own(ids), 1)),
        "deleting from an empty store must remove nothing",
    ),
    "changed entries": (broken(upsert=changed_entries), "it must leave the entries it is given as they were"),
    "another order of ids": (
        broken(get=lambda store, own, ids: sorted(own(ids), key=lambda entry: entry.id)),
        "documents must come back as they were given",
    ),
    "a lost field": (
        broken(get=lambda store, own, ids: [replace(entry, place=None) for entry in own(ids)]),
        "documents must come back as they were given",
    ),
    "other vectors": (
        broken(get=whole_vectors),
        "vectors must come back as float32, rounded to half precision",
    ),
    "unknown ids passed over": (
        broken(get=lambda store, own, ids: own([one for one in ids if one in store.digests()])),
        "an id that is not there must not be found",
    ),
    "passages not counted": (
        broken(stats=lambda store, own: replace(own(), passages=0)),
        "stats must count documents by role, and passages",
    ),
    "languages in order of their names": (
        broken(stats=lambda store, own: replace(own(), languages=dict(sorted(own().languages.items())))),
        "stats must count languages, the most frequent first",
    ),
    "entries out of order": (
        broken(entries=lambda store, own: iter(list(own())[::-1])),
        "entries must come in the order of their ids",
    ),
    "digests of nothing": (
        broken(digests=lambda store, own: dict.fromkeys(own(), "")),
        "it must tell the digest of every document",
    ),
    "entries that follow writes": (
        broken(entries=lambda store, own: (store.get([one])[0] for one in growing(store))),
        "entries must be those that were there when the first was taken",
    ),
    "texts without NUL": (
        broken(
            upsert=lambda store, own, entries, identity: own(
                [replace(entry, text=entry.text.replace("\0", "")) for entry in entries], identity=identity
            )
        ),
        "a text must come back as it was given, or be refused",
    ),
    "the first of two versions": (
        broken(
            upsert=lambda store, own, entries, identity: (
                own([entry for entry in entries if entry.id not in store.digests()], identity=identity)
                if len({entry.id for entry in entries}) == len(entries)
                else own(entries, identity=identity)
            )
        ),
        "a document with the same id must replace the old one",
    ),
    "filters by old fields": (
        broken(upsert=remembering, nearest=lasting_filter),
        "a replaced document must be filtered by its new fields",
    ),
    "an id twice": (
        broken(upsert=lambda store, own, entries, identity: own(first_of_twice(entries), identity=identity)),
        "an id that comes twice must be refused",
    ),
    "half of a batch": (broken(upsert=half_of_a_batch), "an id that comes twice must be refused"),
    "any encoder": (
        broken(
            upsert=lambda store, own, *a, **k: (
                forgiving(own, *a, **k) if k["identity"] == OTHER else own(*a, **k)
            )
        ),
        "documents of another encoder must be refused",
    ),
    "its first encoder for ever": (
        broken(upsert=of_one_encoder),
        "it must not refuse a call that keeps the rules. It says: here was indexed",
    ),
    "deletions counted by ids": (
        broken(delete=lambda store, own, ids: own(ids) and len(ids)),
        "delete must tell how many documents there were",
    ),
    "deleted ones found": (
        broken(delete=lambda store, own, ids: sum(one in store.digests() for one in set(ids))),
        "it must not refuse a call|a deleted document must not be deleted again",
    ),
    "a rebuild in place": (broken(rebuild=rebuilt_in_place), "a rebuild must refuse an id twice"),
    "a rebuild that adds": (broken(rebuild=added_to), "a rebuild must replace all documents"),
    "a rebuild that swallows": (
        broken(rebuild=lambda store, own, entries, identity: own(until_error(entries), identity=identity)),
        "what the source of a rebuild raises must be passed on",
    ),
    **{
        f"no filter on {field}": (broken(nearest=without(field)), f"filter .*{field}.* must let the same")
        for field in Field
        if field is not Field.SKILL
    },
    "no filter on skills": (broken(matching=without(Field.SKILL)), "filter skill=py must let the same"),
    "no filter on counts": (
        broken(count=lambda store, own, where=EVERYTHING: own()),
        "filter role=vacancy must let the same",
    ),
    "a changed query": (broken(nearest=changed_query), "it must leave the vector of a query as it was"),
    "at most three": (
        broken(nearest=lambda store, own, *a, top_k, **k: own(*a, top_k=min(top_k, 8), **k)),
        "top_k above the number of documents must give all",
    ),
    "scores times two": (broken(nearest=scaled(2)), "a score must be the product with the kept vector"),
    "scores not rounded": (
        broken(nearest=scaled(1 + 1e-9)),
        "scores must be rounded to six places",
    ),
    "ties in any order": (
        broken(nearest=lambda store, own, *a, **k: by_insertion(own(*a, **k))),
        "equal documents must come in order of id",
    ),
    "the farthest first": (
        broken(
            nearest=lambda store, own, *a, **k: sorted(
                own(*a, **k), key=lambda one: (-abs(one.score), one.id)
            )
        ),
        "the nearest documents must come first",
    ),
    "other scores on the second try": (
        broken(nearest=drifting),
        "the second try must give the same|filter must not",
    ),
    "none for top_k 0": (
        broken(nearest=lambda store, own, *a, top_k, **k: own(*a, top_k=top_k, **k) if top_k else []),
        "top_k below 1 must be refused",
    ),
    "a short query": (
        broken(
            nearest=lambda store, own, *a, **k: (
                forgiving(own, *a, **k, default=[]) if k["top_k"] else own(*a, **k)
            )
        ),
        "a query of another length must be refused",
    ),
    "scores by company": (broken(nearest=normalised_by_company), "a score must be the product"),
    "words as they are written": (
        broken(matching=without_second_forms),
        "the word DEVELOPING must be found in all its forms",
    ),
    "titles like texts": (
        broken(upsert=worth_nothing_in_titles),
        "documents must come back as they were given",
    ),
    "words that all count the same": (
        broken(matching=flat),
        "a word of the title must count more than in the text",
    ),
    "a query language": (broken(matching=syntax_error), "any text must be a valid query"),
    "all for an empty query": (
        broken(
            matching=lambda store, own, query, **k: (
                own(query, **k)
                or ([Scored(one, 0.0) for one in store.digests()] if not query and k["top_k"] > 1 else [])
            )
        ),
        "a query without a word must find nothing",
    ),
    "none for a long query": (
        broken(matching=lambda store, own, query, **k: own(query, **k) if len(query) < 9999 else []),
        "a long query must be answered",
    ),
    "use after closing": (broken(close=lambda store, own: None), "a closed store must refuse to be used"),
}


def growing(store):
    """Yield ids as they are when each is taken."""
    last = ""
    while later := [one for one in sorted(store.digests()) if one > last]:
        last = later[0]
        yield last


def until_error(entries):
    try:
        yield from entries
    except KeyError:
        return


@pytest.mark.parametrize(("kind", "rule"), BROKEN.values(), ids=BROKEN)
def test_a_broken_store_is_told_its_rule(kind, rule):
    with pytest.raises(BackendError, match=rule):
        check_store(kind)
