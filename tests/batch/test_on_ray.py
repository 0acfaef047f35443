import os
import pickle
import signal
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("ray")

from metier.batch import on_ray
from metier.batch.lines import assess_one_by_one
from metier.batch.on_ray import (
    TRIES,
    Done,
    _assess_work,
    _index_work,
    _Worker,
    ray_assessor,
    ray_indexer,
    scatter,
)
from metier.batch.ray_cluster import RayCluster
from metier.documents.source import Source
from metier.engine.indexing import index_sources
from metier.errors import BackendError, EmptyDocument, ModelMismatch, NotFound
from metier.store.memory import MemoryStore
from metier.types import Role
from tests.batch import ray_work
from tests.engine.samples import RESUMES, VACANCIES, rows

# Ray Data sets its own defaults through names that it calls deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:`use_:DeprecationWarning:ray.data.context")
N_ROWS = 120
N_STARTS = 3  # Ray gives up where it gets no processor for a while


@pytest.fixture(scope="module")
def cluster():
    with ExitStack() as ending:
        for _ in range(N_STARTS):
            before = state()
            with suppress(BackendError):
                cluster = ending.enter_context(RayCluster(workers=2))
                break
        else:
            pytest.skip(f"Ray did not start in {N_STARTS} tries: this machine is too busy.")
        yield cluster
    assert state() == before


def state():
    """Return what a cluster must leave as it was."""
    variables = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    return variables, signal.getsignal(signal.SIGTERM), list(Path("/tmp").glob("metier-ray-*"))


@pytest.fixture(scope="module")
def engine():
    with ray_work.engine() as engine:
        yield engine


def test_rows_are_done_once_whatever_becomes_of_workers(cluster):
    done, killed = {}, 0
    for number, outcome in scatter(cluster, ray_work.pids, iter(range(N_ROWS))):
        assert number not in done
        done[number] = outcome
        if not killed and outcome.result:
            killed = outcome.result
            os.kill(killed, signal.SIGKILL)
    assert sorted(done) == list(range(N_ROWS))
    assert done.pop(ray_work.DEADLY) == Done(None, "ended its worker each time")
    assert done.pop(ray_work.FAULTY) == Done(None, "made its worker fail (ValueError)")
    pids = {outcome.result for outcome in done.values()}
    assert len(pids) > 2
    assert os.getpid() not in pids


def test_entries_are_those_of_one_process(cluster):
    def held(indexer):
        with MemoryStore() as store:
            sources = [*rows(RESUMES), Source("empty", text="."), Source("row", text="A cook.", fields=wrong)]
            report = index_sources(maker, store, sources, role=Role.RESUME, indexer=indexer)
            entries = {entry.id: entry for entry in store.entries()}
            return entries, {failure.source: failure for failure in report.failures}

    wrong = {"years": "many"}
    maker = ray_work.maker()
    with maker.engine:
        here, here_failures = held(None)
        there, there_failures = held(ray_indexer(ray_work.maker, cluster, like=maker))
    assert there_failures == here_failures
    assert there.keys() == here.keys() == RESUMES.keys()
    for name, entry in here.items():
        assert there[name].vector.tobytes() == entry.vector.tobytes()
        assert there[name].passage_vectors.tobytes() == entry.passage_vectors.tobytes()
        assert without_vectors(there[name]) == without_vectors(entry)


def without_vectors(entry):
    return {
        name: getattr(entry, name)
        for name in entry.__dataclass_fields__
        if not name.endswith(("vector", "vectors"))
    }


def test_assessments_are_those_of_one_process(cluster, engine, tmp_path, monkeypatch):
    (tmp_path / "cv.txt").write_text(RESUMES["anna"])
    monkeypatch.chdir(tmp_path)
    sources = [
        *rows(RESUMES),
        Source("cv.txt", path=tmp_path.relative_to(tmp_path) / "cv.txt"),
        Source("bad", error=EmptyDocument("bad holds no text.")),
    ]
    vacancy = engine.prepare_vacancy(engine.read(Source("v", text=VACANCIES["backend"]), role=Role.VACANCY))
    there = ray_assessor(ray_work.engine, cluster, like=engine, vacancy=vacancy)
    assert sorted(there(iter(sources))) == list(assess_one_by_one(engine, vacancy)(sources))


def test_a_worker_with_other_models_is_refused(engine):
    other = partial(ray_work.engine, 2020)
    with pytest.raises(ModelMismatch, match="Install the same ones on all machines"):
        _assess_work(other, engine.provenance, None)
    with pytest.raises(ModelMismatch, match="Install the same ones on all machines"):
        _index_work(partial(ray_work.maker, 16), ray_work.maker().identity, engine.provenance)


def test_what_a_worker_says_of_itself_ends_the_run(monkeypatch):
    """The cluster is left out: another test has the answers of such a worker."""
    actor = SimpleNamespace(remote=lambda: None)
    ray = SimpleNamespace(
        remote=lambda **options: lambda kind: actor,
        kill=lambda actor: None,
        exceptions=SimpleNamespace(RayError=OSError),
    )
    monkeypatch.setattr(on_ray, "_run", lambda *arguments: [(0, pickle.dumps(NotFound("No model.")))])
    with pytest.raises(NotFound, match="No model"):
        list(scatter(SimpleNamespace(ray=ray, workers=2), ray_work.no_work, [1]))


class Tally:
    """Stands for the actor that counts: calls return at once."""

    def __init__(self):
        self.begun = {}
        self.begin = self.end = self

    def remote(self, key):
        self.begun[key] = self.begun.get(key, 0) + 1
        return self.begun[key]


def test_what_a_worker_cannot_load_is_its_answer_to_each_row(monkeypatch):
    worker = _Worker(ray_work.no_work, Tally())
    monkeypatch.setattr(worker, "_get", lambda value: value)
    answers = [pickle.loads(row) for row in worker(block([1, 2]))["row"].to_pylist()]
    assert [type(answer) for answer in answers] == [NotFound, NotFound]


def test_a_row_that_ended_workers_too_often_is_given_up(monkeypatch):
    tally = Tally()
    tally.begun = {"block 1": 1, "row 2": TRIES}
    worker = _Worker(lambda: str, tally)
    monkeypatch.setattr(worker, "_get", lambda value: value)
    answers = [pickle.loads(row) for row in worker(block([1, 2, 3]))["row"].to_pylist()]
    assert [answer.result for answer in answers] == ["1", None, "3"]


def block(numbers):
    import pyarrow

    return pyarrow.table({"number": numbers, "row": [pickle.dumps(number) for number in numbers]})
