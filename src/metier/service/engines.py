"""The models of a process: loaded once, used by one caller at a time, with a bound on those who wait."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from metier.documents.reader import DocumentReader
from metier.encoders.load import Runtime
from metier.engine import Engine, Models, Vacancy
from metier.engine.indexing import EntryMaker
from metier.engine.loading import Installation, ModelShelf, find_linking_taxonomy
from metier.errors import Overloaded
from metier.interview.grading import AnswerGrader
from metier.skills.linking.linker import Linker
from metier.skills.taxonomy import Taxonomy
from metier.skills.taxonomy_files import find_taxonomy
from metier.types import Document, YearMonth

if TYPE_CHECKING:
    from metier.service.service import ServiceOptions

KEPT_ENGINES: Final = 3
KEPT_VACANCIES: Final = 16
_LEAST_RETRY_S: Final = 1.0
_MOST_RETRY_S: Final = 60.0
# The weight of the last turn in the usual length of one.
_NEWEST: Final = 0.2

T = TypeVar("T")


class Turns:
    """Lets one thread in at a time, in the order that they come.

    A thread that is in may come in again, as when a search needs two models.

    Args:
        max_waiting: how many may wait, at least 0.
        wait_s: for how long each of them waits at most.
        what: what they wait for, for messages.
    """

    def __init__(self, *, max_waiting: int, wait_s: float, what: str) -> None:
        self._max_waiting = max_waiting
        self._wait_s = wait_s
        self._what = what
        self._changed = threading.Condition()
        self._queue: deque[object] = deque()
        self._owner: int | None = None
        self._usual_s = _LEAST_RETRY_S

    @property
    def n_waiting(self) -> int:
        """Return how many wait now."""
        return max(0, len(self._queue) - 1)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until nobody else is in, and keep others out until the block ends.

        Raises:
            Overloaded: too many wait already, or it took too long.
        """
        if self._owner == threading.get_ident():
            yield
            return
        self._enter()
        began = time.monotonic()
        try:
            yield
        finally:
            self._leave(time.monotonic() - began)

    def _enter(self) -> None:
        ticket = object()
        with self._changed:
            if len(self._queue) > self._max_waiting:
                raise self._overloaded()
            self._queue.append(ticket)
            mine = False
            try:
                mine = self._changed.wait_for(lambda: self._queue[0] is ticket, self._wait_s)
            finally:
                if not mine:
                    self._queue.remove(ticket)
                    self._changed.notify_all()
            if not mine:
                raise self._overloaded()
            self._owner = threading.get_ident()

    def _leave(self, took_s: float) -> None:
        with self._changed:
            self._usual_s += _NEWEST * (took_s - self._usual_s)
            self._owner = None
            self._queue.popleft()
            self._changed.notify_all()

    def _overloaded(self) -> Overloaded:
        retry_s = min(_MOST_RETRY_S, max(_LEAST_RETRY_S, self._usual_s * len(self._queue)))
        return Overloaded(
            f"{self.n_waiting} callers wait for {self._what} already. Nothing was done; try again in "
            f"{retry_s:.0f} seconds.",
            retry_after_s=retry_s,
        )


class _Kept(Generic[T]):
    """The few things of a kind that were used last."""

    def __init__(self, most: int, drop: Callable[[T], object] = lambda _: None) -> None:
        self._most = most
        self._drop = drop
        self._things: OrderedDict[Hashable, T] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what is kept, or a new thing in the place of the one used longest ago."""
        if key not in self._things:
            self._things[key] = make()
        self._things.move_to_end(key)
        while len(self._things) > self._most:
            self._drop(self._things.popitem(last=False)[1])
        return self._things[key]

    def clear(self) -> None:
        """Drop all."""
        while self._things:
            self._drop(self._things.popitem()[1])


class EngineRoom:
    """What reads and assesses in this process. Threads may share it.

    Models load when they are first needed, or by `load`. With the model `none` it goes by words alone, as the
    command line does.

    Args:
        options: which models there are, and how many callers may wait for them.
    """

    def __init__(self, options: ServiceOptions) -> None:
        self._options = options
        n, wait_s = options.max_waiting, options.wait_s
        self._turns = Turns(max_waiting=n, wait_s=wait_s, what="the models")
        self._reading = Turns(max_waiting=n, wait_s=wait_s, what="the reading of files")
        runtime = Runtime(threads=options.threads, cache=options.cache_dir)
        self._shelf = ModelShelf(Installation(options.data_dir, runtime))
        self._engines = _Kept(KEPT_ENGINES, Engine.close)
        self._by_words = _Kept(KEPT_ENGINES, Engine.close)
        self._vacancies: _Kept[Vacancy] = _Kept(KEPT_VACANCIES)
        self._taxonomies: _Kept[Taxonomy] = _Kept(KEPT_ENGINES)
        self._parsing = threading.Lock()
        self._taxonomy: Taxonomy | None = None
        self._linker: Linker | None = None
        self._reader: DocumentReader | None = None
        self._ready = False

    @property
    def ready(self) -> bool:
        """Tell whether the models that assess are loaded."""
        return self._ready

    @property
    def n_waiting(self) -> int:
        """Return how many callers wait for the models."""
        return self._turns.n_waiting

    def load(self) -> None:
        """Load what assesses, so that the first request need not wait for it.

        Raises:
            NotFound: there is no such model or taxonomy.
            ModelError: a model cannot be used.
            TaxonomyError: the taxonomy breaks a rule.
        """
        with self._turns.turn():
            self._load()

    def close(self) -> None:
        """End the processes that parse files."""
        self._engines.clear()
        self._by_words.clear()
        if self._reader is not None:
            self._reader.close()

    @contextmanager
    def engine(self, taxonomy: Taxonomy | None, as_of: YearMonth) -> Iterator[Engine]:
        """Give an engine to one caller; the few that were used last are kept.

        Args:
            taxonomy: the skills to look for; None for the server's own.
            as_of: the month that "present" stands for.

        Raises:
            Overloaded: too many wait already, or it took too long.
            ModelError: a model cannot be used.
        """
        with self._turns.turn():
            models = self._load()
            found = taxonomy or self._own_taxonomy()
            yield self._engines.get(
                (found.sha256, as_of),
                lambda: Engine(
                    found,
                    limits=self._options.limits,
                    as_of=as_of,
                    models=models,
                    ocr=self._options.ocr,
                ),
            )

    @contextmanager
    def maker(self, taxonomy: Taxonomy | None, as_of: YearMonth) -> Iterator[EntryMaker]:
        """Give what makes index entries and the vectors of search to one caller; skills go by words there.

        Args:
            taxonomy: as for `engine`.
            as_of: as for `engine`.

        Raises:
            Overloaded: too many wait already, or it took too long.
            InvalidInput: there is no encoder for search.
            ModelError: a model cannot be used.
        """
        with self._turns.turn():
            encoder = self._shelf.search_encoder(self._options.search_model)
            found = taxonomy or self._own_taxonomy()
            engine = self._by_words.get(
                (found.sha256, as_of),
                lambda: Engine(found, limits=self._options.limits, as_of=as_of, ocr=self._options.ocr),
            )
            yield EntryMaker(engine, encoder)

    @contextmanager
    def grader(self) -> Iterator[AnswerGrader]:
        """Give what grades answers to one caller: by meaning, or by words where there is no encoder.

        Raises:
            Overloaded: too many wait already, or it took too long.
            ModelError: a model cannot be used.
        """
        with self._turns.turn():
            yield self._shelf.grader(self._options.model)

    @contextmanager
    def linker(self) -> Iterator[Linker]:
        """Give what links texts to the skills of ESCO to one caller.

        Raises:
            Overloaded: too many wait already, or it took too long.
            NotFound: ESCO is not imported; the message says how to.
            ModelError: a model cannot be used.
        """
        with self._turns.turn():
            if self._linker is None:
                self._linker = self._shelf.linker(find_linking_taxonomy(self._options.data_dir))
            yield self._linker

    @contextmanager
    def reader(self, as_of: YearMonth) -> Iterator[DocumentReader]:
        """Give what reads files to one caller; the models are free meanwhile.

        Args:
            as_of: the month that "present" stands for.

        Raises:
            Overloaded: too many wait already, or it took too long.
        """
        with self._reading.turn():
            if self._reader is None:
                self._reader = DocumentReader(self._options.limits, as_of=as_of, ocr=self._options.ocr)
            self._reader.as_of = as_of
            yield self._reader

    def prepared(self, engine: Engine, document: Document) -> Vacancy:
        """Return a vacancy with what it asks for; the few that were used last are kept.

        Args:
            engine: that was given to the caller, and still is.
            document: the vacancy.

        Raises:
            InvalidInput: it is unreadable, or asks for no skill of the taxonomy.
        """
        made_with = engine.provenance
        key = document.id, document.text, made_with.taxonomy_sha256, made_with.as_of
        # The name of a file is in no message.
        unnamed = replace(document, source="This document")
        return self._vacancies.get(key, lambda: engine.prepare_vacancy(unnamed))

    def taxonomy(self, sha256: str, parse: Callable[[], Taxonomy]) -> Taxonomy:
        """Return a taxonomy of a workspace's own; the few that were used last are kept.

        Args:
            sha256: hash of its content.
            parse: makes it of the content.
        """
        with self._parsing:
            return self._taxonomies.get(sha256, parse)

    def own_taxonomy(self) -> Taxonomy:
        """Return the taxonomy of a workspace that has none of its own.

        Raises:
            Overloaded: too many wait for the models already.
            NotFound: there is no such taxonomy.
            TaxonomyError: it breaks a rule.
        """
        if self._taxonomy is not None:
            return self._taxonomy
        with self._turns.turn():
            return self._own_taxonomy()

    def _load(self) -> Models | None:
        """Load what assesses; return the models, or None where words alone count."""
        self._own_taxonomy()
        models = self._shelf.models(self._options.model, levels=self._options.expertise_model)
        self._ready = True
        return models

    def _own_taxonomy(self) -> Taxonomy:
        if self._taxonomy is None:
            self._taxonomy = find_taxonomy(self._options.taxonomy, self._options.data_dir)
        return self._taxonomy
