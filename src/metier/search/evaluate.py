"""Measures rankers on a collection, and says which of them can be told apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from metier.errors import InvalidInput
from metier.search import metrics
from metier.search.baselines import Ranker
from metier.search.beir import Collection
from metier.search.metrics import Judged
from metier.search.significance import Difference, mean_intervals, paired_differences
from metier.search.trec import Qrels, Run
from metier.training.intervals import Interval

DEFAULT_DEPTH: Final = 1000
FIGURES: Final[Mapping[str, Callable[[Judged], float]]] = {
    "pass@1": partial(metrics.pass_at_k, k=1),
    "mrr": metrics.reciprocal_rank,
    "recall@10": partial(metrics.recall_at_k, k=10),
    "recall@100": partial(metrics.recall_at_k, k=100),
    "ndcg@10": partial(metrics.ndcg_at_k, k=10),
    "map": metrics.average_precision,
}
"""What is measured of one query, by name."""


@dataclass(frozen=True, slots=True)
class SystemFigures:
    """How well one system ranks.

    Attributes:
        name: of the system, unlike all others in the report.
        figures: mean over queries of each of `FIGURES`, with its 95 % bootstrap interval.
    """

    name: str
    figures: Mapping[str, Interval]


@dataclass(frozen=True, slots=True)
class Comparison:
    """By how much a model is above a baseline, in each of `FIGURES`."""

    model: str
    baseline: str
    differences: Mapping[str, Difference]


@dataclass(frozen=True, slots=True)
class SearchReport:
    """What an evaluation found.

    Attributes:
        systems: the baselines, then the models.
        comparisons: of each model with each baseline.
        n_queries: queries with a relevant document; all figures are means over these.
        n_left_out: judged queries for which nothing is relevant.
        n_documents: documents that were ranked.
        top_k: how deep each ranking is; MRR, MAP and recall see no further.
        seed: of the intervals and tests.
    """

    systems: tuple[SystemFigures, ...]
    comparisons: tuple[Comparison, ...]
    n_queries: int
    n_left_out: int
    n_documents: int
    top_k: int
    seed: int

    def to_mapping(self) -> dict[str, Any]:
        """Return the report as dictionaries, lists and numbers, each difference with its verdict."""
        comparisons = [
            {
                "model": found.model,
                "baseline": found.baseline,
                "differences": {
                    name: {**asdict(difference), "verdict": difference.verdict.value}
                    for name, difference in found.differences.items()
                },
            }
            for found in self.comparisons
        ]
        return {**asdict(self), "comparisons": comparisons}


def evaluate(
    collection: Collection,
    models: Sequence[Ranker],
    baselines: Sequence[Ranker] = (),
    *,
    top_k: int = DEFAULT_DEPTH,
    seed: int = 0,
    on_run: Callable[[str, Run], None] | None = None,
) -> SearchReport:
    """Measure rankers on a collection, and each model against each baseline.

    Args:
        collection: queries, documents and what is relevant.
        models: what is of interest.
        baselines: what it is held against.
        top_k: how many documents each ranks, at least 100 so that recall@100 can be measured.
        seed: of the intervals and tests.
        on_run: told the name of each system and its run as soon as it is there.

    Raises:
        InvalidInput: no ranker, two of one name, or top_k below 100.
        MissingExtra: the package that a ranker computes with is not installed.
    """
    names = [ranker.name for ranker in (*baselines, *models)]
    if not names:
        raise InvalidInput("There must be a ranker to measure. Got none. Name a model or a baseline.")
    if len(set(names)) < len(names):
        raise InvalidInput(f"Systems must have different names. Got {', '.join(sorted(names))}. Rename one.")
    check_depth(top_k)
    values = {}
    for ranker in (*baselines, *models):
        run = ranker.rank(collection, top_k)
        if on_run is not None:
            on_run(ranker.name, run)
        values[ranker.name] = query_figures(run, collection.qrels)
    n_queries = len(judged_queries(collection.qrels))
    return SearchReport(
        tuple(SystemFigures(name, _named(mean_intervals(values[name], seed=seed))) for name in names),
        tuple(
            Comparison(one.name, other.name, _differences(values[one.name], values[other.name], seed))
            for one in models
            for other in baselines
        ),
        n_queries=n_queries,
        n_left_out=len(collection.qrels) - n_queries,
        n_documents=len(collection.documents),
        top_k=top_k,
        seed=seed,
    )


def check_depth(top_k: int) -> None:
    """Refuse rankings that are too short to measure.

    Raises:
        InvalidInput: top_k below 100.
    """
    if top_k < 100:
        raise InvalidInput(f"top_k must be at least 100, which recall@100 looks at. Got {top_k}.")


def compare_runs(run_a: Run, run_b: Run, qrels: Qrels, *, seed: int = 0) -> dict[str, Difference]:
    """Return by how much the first run is above the second, in each of `FIGURES`.

    A judged query that a run lacks counts 0 for it; queries that are not judged play no part.

    Raises:
        InvalidInput: nothing is relevant to any query, or a run ranks none of the judged queries.
    """
    for which, run in (("first", run_a), ("second", run_b)):
        if not any(run.get(query) for query in judged_queries(qrels)):
            raise InvalidInput(
                f"The {which} run must rank documents for a judged query. It has none of their ids. Take "
                "runs and judgements of the same data."
            )
    return _differences(query_figures(run_a, qrels), query_figures(run_b, qrels), seed)


def judged_queries(qrels: Qrels) -> list[str]:
    """Return the queries for which something is relevant, in the order of the judgements."""
    return [query for query, grades in qrels.items() if any(grade > 0 for grade in grades.values())]


def query_figures(run: Run, qrels: Qrels) -> NDArray[np.float64]:
    """Return each of `FIGURES` for each query with a relevant document.

    Args:
        run: what was ranked; a query that it lacks counts 0.
        qrels: what is relevant.

    Returns:
        (n_queries, n_figures), in the orders of `judged_queries` and `FIGURES`.

    Raises:
        InvalidInput: nothing is relevant to any query, or a document is ranked twice.
    """
    queries = judged_queries(qrels)
    if not queries:
        raise InvalidInput("The judgements must hold a relevant document for one query at least. None is.")
    rows = []
    for query in queries:
        judged = metrics.judge([name for name, _ in run.get(query, ())], qrels[query])
        rows.append([figure(judged) for figure in FIGURES.values()])
    return np.array(rows, np.float64)


def _named(found: Sequence[Interval]) -> dict[str, Interval]:
    return dict(zip(FIGURES, found, strict=True))


def _differences(one: NDArray[np.float64], other: NDArray[np.float64], seed: int) -> dict[str, Difference]:
    return dict(zip(FIGURES, paired_differences(one, other, seed=seed), strict=True))
