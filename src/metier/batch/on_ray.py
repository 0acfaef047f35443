"""Work on many processes or machines with Ray Data; one process reads the sources and keeps the results.

Rows go out in blocks, as many at a time as fit into memory, and results come back as they are done. Ray
starts a worker that is gone anew and gives it the same block again. A count of how often each row was begun,
kept apart from the workers, tells which row takes them down, so that it is given up after some tries.
"""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import Any, Final, Generic, TypeVar

from metier._extras import require
from metier.assessment import Provenance
from metier.batch.lines import Assessor, assess_line, failure_line
from metier.batch.ray_cluster import RayCluster
from metier.documents.source import Source
from metier.engine.assess import Engine, Vacancy
from metier.engine.indexing import EntryMaker, Indexed, Indexer, ToIndex, try_make
from metier.errors import BackendError, MetierError, ModelMismatch
from metier.types import Failure

Item = TypeVar("Item")
Result = TypeVar("Result")
_Block = list[tuple[int, bytes]]

TRIES: Final = 2
"""How often a row is begun at most after its block has ended a worker."""
_BLOCK_ROWS: Final = 16
_WAVE_BLOCKS_PER_WORKER: Final = 256
_WAVE_BYTES_PER_WORKER: Final = 16 * 1024**2
# Less than a whole one: if workers held all processors, what hands them their blocks would wait for ever.
_PROCESSORS_PER_WORKER: Final = 0.5


@dataclass(frozen=True, slots=True)
class Done(Generic[Result]):
    """What became of a row on a worker.

    Attributes:
        result: what the work returned, or None.
        problem: how it ended where it returned nothing; holds no words of the row.
    """

    result: Result | None
    problem: str = ""


def scatter(
    cluster: RayCluster, make_work: Callable[[], Callable[[Item], Result]], items: Iterable[Item]
) -> Iterator[tuple[int, Done[Result]]]:
    """Yield the number of each item, from 0 in their order, with what became of it, in any order.

    Items are taken as they are needed. Each gives one result, though it may be worked on more than once: the
    work must change nothing but its result.

    Args:
        cluster: an open cluster.
        make_work: returns what works on items; called once in each worker. A function of a module, or a
            `functools.partial` of one, since it is sent to other machines.
        items: what can be sent to other machines.

    Raises:
        MetierError: what `make_work` or the work raises is about the machine or the models, not the item.
        BackendError: no worker starts, or the cluster is gone.
    """
    ray = cluster.ray
    tally = ray.remote(num_cpus=0, max_restarts=-1, max_task_retries=-1)(_Tally).remote()
    try:
        for wave in _waves(items, cluster.workers):
            for number, payload in _run(cluster, (make_work, tally), wave):
                done = pickle.loads(payload)
                if isinstance(done, MetierError):
                    raise done
                yield number, done
    except (ray.exceptions.RayError, ConnectionError) as error:
        raise BackendError(
            f"The Ray cluster stopped the work ({type(error).__name__}). All machines need the same metier "
            "and models; see how it is: ray status."
        ) from error
    finally:
        with suppress(ray.exceptions.RayError):
            ray.kill(tally)


def ray_indexer(make_maker: Callable[[], EntryMaker], cluster: RayCluster, *, like: EntryMaker) -> Indexer:
    """Return what makes entries on the workers of a cluster, in any order, for `index_sources`.

    Args:
        make_maker: returns what makes entries, in a worker; `scatter` says what can be sent. Let its encoder
            use one thread.
        cluster: an open cluster.
        like: what makes the same entries in this process; a worker that would make others is refused.

    Raises:
        ModelMismatch: a machine has another metier, taxonomy or encoder; raised while entries are made.
    """
    make_work = partial(_index_work, make_maker, like.identity, like.engine.provenance)

    def run(items: Sequence[ToIndex]) -> Iterator[Indexed]:
        sent = (replace(item, source=_sendable(item.source)) for item in items)
        for number, done in scatter(cluster, make_work, sent):
            yield done.result or Indexed(failure=_failure(items[number].source.name, done.problem))

    return run


def ray_assessor(
    make_engine: Callable[[], Engine],
    cluster: RayCluster,
    *,
    like: Engine,
    vacancy: Vacancy | None = None,
) -> Assessor:
    """Return what assesses on the workers of a cluster, in any order, for `assess_to_lines`.

    Args:
        make_engine: returns what reads and assesses, in a worker; `scatter` says what can be sent. Let its
            models use one thread.
        cluster: an open cluster.
        like: the same in this process; a worker that would find something else is refused.
        vacancy: what to hold documents against.

    Raises:
        ModelMismatch: a machine has another metier, taxonomy or model; raised while documents are assessed.
    """
    make_work = partial(_assess_work, make_engine, like.provenance, vacancy)

    def run(sources: Iterable[Source]) -> Iterator[tuple[int, str]]:
        names: dict[int, str] = {}

        def sent() -> Iterator[Source]:
            for number, source in enumerate(sources):
                names[number] = source.name
                yield _sendable(source)

        for number, done in scatter(cluster, make_work, sent()):
            name = names.pop(number)
            yield number, done.result or failure_line(_failure(name, done.problem))

    return run


def _index_work(
    make_maker: Callable[[], EntryMaker], identity: object, provenance: Provenance
) -> Callable[[ToIndex], Indexed]:
    maker = make_maker()
    _check_same((maker.identity, maker.engine.provenance), (identity, provenance))
    return partial(try_make, maker)


def _assess_work(
    make_engine: Callable[[], Engine], provenance: Provenance, vacancy: Vacancy | None
) -> Callable[[Source], str]:
    engine = make_engine()
    _check_same(engine.provenance, provenance)
    return lambda source: assess_line(engine, source, vacancy)


def _check_same(there: object, here: object) -> None:
    if there != here:
        raise ModelMismatch(
            "A worker has another version of metier, taxonomy, model or month than this process. Install the "
            "same ones on all machines of the cluster."
        )


def _sendable(source: Source) -> Source:
    """Return a source that means the same in a process with another working folder."""
    return replace(source, path=source.path.resolve()) if source.path is not None else source


def _failure(name: str, problem: str) -> Failure:
    return Failure(name, BackendError.code, f"{name} {problem}. Assess it alone to see more.")


def _waves(items: Iterable[Item], workers: int) -> Iterator[list[_Block]]:
    """Yield blocks of numbered items, as many at a time as may lie in memory.

    Workers are started anew for each wave, so that it must be large; its size bounds what the cluster holds.
    """
    wave: list[_Block] = []
    n_bytes = 0
    numbered = ((number, pickle.dumps(item)) for number, item in enumerate(items))
    while block := list(islice(numbered, _BLOCK_ROWS)):
        wave.append(block)
        n_bytes += sum(len(packed) for _, packed in block)
        if len(wave) == workers * _WAVE_BLOCKS_PER_WORKER or n_bytes >= workers * _WAVE_BYTES_PER_WORKER:
            yield wave
            wave, n_bytes = [], 0
    if wave:
        yield wave


def _run(cluster: RayCluster, worker: tuple[Any, ...], wave: Sequence[_Block]) -> Iterator[tuple[int, bytes]]:
    """Yield what becomes of the rows of some blocks as it comes, each row once."""
    data, pyarrow = cluster.ray.data, require("pyarrow")
    tables = [
        pyarrow.table({"number": [number for number, _ in block], "row": [row for _, row in block]})
        for block in wave
    ]
    done = data.from_arrow(tables).map_batches(
        _Worker,
        fn_constructor_args=worker,
        batch_size=None,
        batch_format="pyarrow",
        compute=data.ActorPoolStrategy(size=min(cluster.workers, len(tables))),
        num_cpus=_PROCESSORS_PER_WORKER,
    )
    for table in done.iter_batches(batch_size=None, batch_format="pyarrow"):
        yield from zip(table["number"].to_pylist(), table["row"].to_pylist(), strict=True)


class _Tally:
    """How often each row was begun and not ended; lives in a process of its own."""

    def __init__(self) -> None:
        self._begun: Counter[str] = Counter()

    def begin(self, key: str) -> int:
        self._begun[key] += 1
        return self._begun[key]

    def end(self, key: str) -> None:
        del self._begun[key]


class _Worker:
    """What Ray Data keeps in each process: it makes the work once and does it on blocks of rows.

    Args:
        make_work: returns what works on a row.
        tally: the actor that counts.
    """

    def __init__(self, make_work: Callable[[], Callable[[Any], Any]], tally: Any) -> None:
        self._tally = tally
        self._get = require("ray").get
        self._work: Callable[[Any], Any] | None = None
        self._error: MetierError | None = None
        try:
            self._work = make_work()
        except MetierError as error:
            self._error = error

    def __call__(self, block: Any) -> Any:
        numbers, rows = block["number"].to_pylist(), block["row"].to_pylist()
        is_repeated = self._get(self._tally.begin.remote(f"block {numbers[0]}")) > 1
        done = [
            self._carefully(number, row) if is_repeated else self._done(row)
            for number, row in zip(numbers, rows, strict=True)
        ]
        packed = [pickle.dumps(item) for item in done]
        return require("pyarrow").table({"number": numbers, "row": packed})

    def _carefully(self, number: int, row: bytes) -> Done[Any] | MetierError:
        """Do a row of a block that failed before, unless it has ended its worker too often."""
        key = f"row {number}"
        if self._get(self._tally.begin.remote(key)) > TRIES:
            return Done(None, "ended its worker each time")
        done = self._done(row)
        self._tally.end.remote(key)
        return done

    def _done(self, row: bytes) -> Done[Any] | MetierError:
        if self._work is None:
            return self._error or BackendError("A worker has nothing to do the work with.")
        try:
            return Done(self._work(pickle.loads(row)))
        except MetierError as error:
            return error
        except Exception as error:  # noqa: BLE001 - the outermost loop of this process; its text stays here
            return Done(None, f"made its worker fail ({type(error).__name__})")
