"""Ranking by a cross-encoder: query and text in one row, one number out.

Source: Nogueira and Cho 2019 (arXiv:1901.04085).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.errors import InvalidInput
from metier.training.intervals import Statistic
from metier.training.networks import Network
from metier.workbench.finetuning.ranking import query_figures
from metier.workbench.finetuning.rows import RankRow
from metier.workbench.finetuning.task import Figures
from metier.workbench.finetuning.windows import Window, cut_rows

if TYPE_CHECKING:
    from torch import Tensor

MRR: Final = "mrr@10"
_NAMES: Final = (MRR, "ndcg@10", "average_precision")


@dataclass(frozen=True, slots=True, eq=False)
class RankObjective:
    """Implements `Objective` for pairs of query and text.

    Attributes:
        network: with one number as its head.
        top: the grade that counts as a probability of 1 in training, above 0; grades are divided by it.
    """

    network: Network
    top: float = 1.0

    def check(self, rows: Sequence[RankRow]) -> None:
        """Refuse rows of which no query has a text that answers it.

        Raises:
            InvalidInput: there is none.
        """
        if not any(row.grade > 0 for row in rows):
            raise InvalidInput(
                f"At least one text must answer its query: a label above 0. None of {len(rows):,} rows has "
                "one."
            )

    def windows(self, rows: Sequence[RankRow]) -> list[Window]:
        """Return one row of tokens for each pair, the longer text cut first."""
        encodings = cut_rows(self.network, [(row.query, row.text) for row in rows])
        return [Window.of(i, encodings[i], row.grade) for i, row in enumerate(rows)]

    def targets(self, windows: Sequence[Window], width: int) -> dict[str, Any]:
        """Return `shares`, (n,) float32 from 0 to 1."""
        del width
        shares = [min(window.target / self.top, 1.0) for window in windows]
        return {"shares": require("torch").tensor(shares)}

    def loss_of(self, outputs: Any, targets: Mapping[str, Any]) -> Tensor:
        """Return the binary cross-entropy of the logits' sigmoid."""
        functional = require("torch").nn.functional
        loss: Tensor = functional.binary_cross_entropy_with_logits(
            outputs.logits.float()[:, 0], targets["shares"]
        )
        return loss

    def logits_of(self, outputs: Any, targets: Mapping[str, Any]) -> list[Tensor]:
        """Return the logits, (n, 1)."""
        del targets
        return [outputs.logits]

    def raw(self, outputs: Any) -> Tensor:
        """Return the logits, (n, 1)."""
        logits: Tensor = outputs.logits
        return logits

    def row_logits(
        self, rows: Sequence[RankRow], windows: Sequence[Window], raws: Sequence[NDArray[np.float32]]
    ) -> list[NDArray[np.float32]]:
        """Return the logit of each pair, (1,)."""
        del rows, windows
        return list(raws)

    def decide(
        self, rows: Sequence[RankRow], windows: Sequence[Window], raws: Sequence[NDArray[np.float32]]
    ) -> list[float]:
        """Return the logit of each pair."""
        del rows, windows
        return [float(raw[0]) for raw in raws]

    def tuned(self, rows: Sequence[RankRow], decisions: Sequence[Any]) -> RankObjective:
        """Return itself: there is nothing to choose."""
        del rows, decisions
        return self

    def figures(self, rows: Sequence[RankRow], decisions: Sequence[float]) -> Figures:
        """Return MRR and nDCG of the first 10 and average precision; units are queries.

        Queries that no text answers are left out and counted.
        """
        queries: dict[str, list[int]] = {}
        for i, row in enumerate(rows):
            queries.setdefault(row.query, []).append(i)
        grades, scores = np.array([row.grade for row in rows]), np.asarray(decisions, np.float64)
        kept = [np.array(own) for own in queries.values() if any(rows[i].grade > 0 for i in own)]
        values = np.array([query_figures(grades[own], scores[own]) for own in kept])
        statistics = {name: _mean_of(values[:, column]) for column, name in enumerate(_NAMES)}
        counts = {"rows": len(rows), "queries": len(kept), "queries_left_out": len(queries) - len(kept)}
        return Figures(statistics, np.arange(len(kept)), MRR, counts)

    def record(self, row: RankRow, decision: float) -> dict[str, Any]:
        """Return the logit as a score; it orders the texts of a query."""
        del row
        return {"score": round(decision, 6)}


def _mean_of(values: NDArray[np.float64]) -> Statistic:
    return lambda units: float(values[units].mean())


def n_choices(rows: Sequence[RankRow]) -> int:
    """Return how many queries have more than one text; with none, every figure is 1 whatever is learned."""
    return sum(count > 1 for count in Counter(row.query for row in rows).values())
