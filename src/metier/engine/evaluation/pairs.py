"""Search without any head: which text lies nearest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.encoders.reading import TextKind
from metier.engine.evaluation.protocol import Bench, Outcomes
from metier.search.training.pairs import Pair, read_pairs
from metier.training.sets import DataSet, SetPart

FEW_QUERIES: Final = 5
"""With more than so many texts to a query, queries are classes: each text looks for its own."""
_AT_ONCE: Final = 512


@dataclass(frozen=True, slots=True)
class PairsMeasure:
    """Each query looks for its texts among all texts; classes are looked for by the texts."""

    words: str = (
        "No head. Each distinct query of the report part looks for its texts among all texts of that part, "
        "by cosine; right are all that stand with it. Where there are more than five texts to a query, "
        "each text looks for its query instead. A tie counts as wrong."
    )
    parts: tuple[SetPart, ...] = (SetPart.REPORT,)

    def inputs(self, data: DataSet, sets: Mapping[str, DataSet]) -> Sequence[DataSet]:
        """Return the set alone."""
        del sets
        return [data]

    def measure(self, data: DataSet, bench: Bench) -> Outcomes:
        """Return the reciprocal rank of the first right text for each query, or the other way round."""
        rows = read_pairs([data.file(SetPart.REPORT)]).rows
        queries, texts, right = right_table(rows)
        left = bench.encoder.encode(queries, kind=TextKind.QUERY)
        other = bench.encoder.encode(texts, kind=TextKind.PASSAGE)
        counts = {"queries": len(queries), "texts": len(texts)}
        if len(queries) * FEW_QUERIES < len(texts):
            ranks = first_ranks(other, left, [np.flatnonzero(column) for column in right.T])
            columns = {"accuracy": (ranks == 1).astype(np.float64), "mrr": 1 / ranks}
            return Outcomes(("accuracy", "mrr"), columns, np.arange(len(texts)), "texts", counts)
        ranks = first_ranks(left, other, [np.flatnonzero(row) for row in right])
        columns = {"mrr": 1 / ranks, "pass@1": (ranks == 1).astype(np.float64)}
        return Outcomes(("mrr", "pass@1"), columns, np.arange(len(queries)), "queries", counts)


def right_table(rows: Sequence[Pair]) -> tuple[list[str], list[str], NDArray[np.bool_]]:
    """Return distinct queries and texts, and which belong together, (n_queries, n_texts) bool."""
    queries = {query: i for i, query in enumerate(dict.fromkeys(row.query for row in rows))}
    texts = {text: i for i, text in enumerate(dict.fromkeys(row.positive for row in rows))}
    right = np.zeros((len(queries), len(texts)), bool)
    for row in rows:
        right[queries[row.query], texts[row.positive]] = True
    return list(queries), list(texts), right


def first_ranks(
    asking: NDArray[np.float32], asked: NDArray[np.float32], right: Sequence[NDArray[np.int64]]
) -> NDArray[np.float64]:
    """Return the rank of the first right one for each row, (n_asking,) from 1; a tie counts against it.

    Args:
        asking: (n_asking, dim).
        asked: (n_asked, dim).
        right: for each row of `asking` the places of the right ones in `asked`, at least one.
    """
    ranks = np.zeros(len(asking))
    for first in range(0, len(asking), _AT_ONCE):
        cosines = asking[first : first + _AT_ONCE] @ asked.T
        for i, row in enumerate(cosines, first):
            best = row[right[i]].max()
            level = int((row >= best).sum()) - int((row[right[i]] >= best).sum())
            ranks[i] = 1 + level
    return ranks
