"""Answers to questions: the part of a context that holds one, or none.

Source: Devlin et al. 2019 (arXiv:1810.04805), sections 4.2 and 4.3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from metier._extras import require
from metier.errors import ModelMismatch
from metier.training.intervals import Statistic
from metier.training.losses import weighted_cross_entropy
from metier.training.networks import Network
from metier.workbench.finetuning.answer_text import best_threshold, exact_match, token_f1
from metier.workbench.finetuning.rows import AnswerRow
from metier.workbench.finetuning.task import Figures
from metier.workbench.finetuning.windows import Window, bare_rows, seen_span, windows_of

if TYPE_CHECKING:
    from tokenizers import Encoding
    from torch import Tensor

F1: Final = "f1"
MOST_ANSWER_TOKENS: Final = 30
THRESHOLD: Final = "null_score_diff_threshold"
"""The field of `config.json` that keeps the threshold, called as in the scripts of transformers."""
_NO_ANSWER: Final = -1e4
_NULL: Final = 0  # the place of the special token that stands for no answer


class SpanTarget(NamedTuple):
    """What of a window is to be found: the first and last token of the answer; 0 and 0 for none.

    `spans` has the characters of the context that each token stands for, None for what is no context.
    """

    first: int
    last: int
    spans: tuple[tuple[int, int] | None, ...]


class SpanDecision(NamedTuple):
    """The best answer to a question, and how it compares with none.

    Attributes:
        start: first character of it in the context.
        end: the one after its last; start where the context has no tokens.
        margin: by how much the score of no answer is above its own, in logits.
    """

    start: int
    end: int
    margin: float


@dataclass(frozen=True, slots=True, eq=False)
class SpanObjective:
    """Implements `Objective` for answers.

    Start and end are each a choice among the tokens of the context and the first token of the row, which
    stands for no answer; so a window without the answer is an example of that. The best answer of at most 30
    tokens over all windows of a context is given unless none scores better by more than the threshold.

    Attributes:
        network: with a head for spans.
        overlap: tokens of the context that neighbouring windows share; None for a third of the most tokens.
        threshold: the margin above which no answer is given; None if there always is one.
    """

    network: Network
    overlap: int | None = None
    threshold: float | None = None

    def check(self, rows: Sequence[AnswerRow]) -> None:
        """Refuse nothing: every row can be measured."""

    def windows(self, rows: Sequence[AnswerRow]) -> list[Window]:
        """Return the windows of contexts, each after its question; targets are `SpanTarget`s.

        Raises:
            ModelMismatch: the tokenizer puts no special token before a row.
        """
        questions = bare_rows(self.network, [row.question for row in rows])
        contexts = bare_rows(self.network, [row.context for row in rows])
        found = []
        for i, row in enumerate(rows):
            for part in windows_of(self.network, contexts[i], first=questions[i], overlap=self.overlap):
                self._check_first(part.encoding)
                found.append(Window.of(i, part.encoding, _target(row, part.encoding)))
        return found

    def targets(self, windows: Sequence[Window], width: int) -> dict[str, Any]:
        """Return `starts` and `ends`, (n,) int64, and `open`, (n, width) bool: what may be one of them."""
        torch = require("torch")
        may = np.zeros((len(windows), width), bool)
        for i, window in enumerate(windows):
            may[i, : len(window.ids)] = _open(window.target)
        return {
            "starts": torch.tensor([window.target.first for window in windows]),
            "ends": torch.tensor([window.target.last for window in windows]),
            "open": torch.from_numpy(may),
        }

    def loss_of(self, outputs: Any, targets: Mapping[str, Any]) -> Tensor:
        """Return the mean of the cross-entropies of start and end."""
        starts, ends = self.logits_of(outputs, targets)
        loss: Tensor = (
            weighted_cross_entropy(starts, targets["starts"]) + weighted_cross_entropy(ends, targets["ends"])
        ) / 2
        return loss

    def logits_of(self, outputs: Any, targets: Mapping[str, Any]) -> list[Tensor]:
        """Return the logits of start and end, (n, n_tokens) each, with -10,000 for what may be neither."""
        closed = ~targets["open"]
        return [
            logits.float().masked_fill(closed, _NO_ANSWER)
            for logits in (outputs.start_logits, outputs.end_logits)
        ]

    def raw(self, outputs: Any) -> Tensor:
        """Return the logits of start and end, (n, n_tokens, 2)."""
        both: Tensor = require("torch").stack([outputs.start_logits, outputs.end_logits], dim=-1)
        return both

    def row_logits(
        self, rows: Sequence[AnswerRow], windows: Sequence[Window], raws: Sequence[NDArray[np.float32]]
    ) -> list[NDArray[np.float32]]:
        """Return the logits of each question's windows one after the other, (n_tokens, 2)."""
        parts: list[list[NDArray[np.float32]]] = [[] for _ in rows]
        for window, raw in zip(windows, raws, strict=True):
            parts[window.row].append(raw)
        return [np.concatenate(own) for own in parts]

    def decide(
        self, rows: Sequence[AnswerRow], windows: Sequence[Window], raws: Sequence[NDArray[np.float32]]
    ) -> list[SpanDecision]:
        """Return the best answer to each question; none scores as in the window that is surest of one."""
        best: list[tuple[float, int, int]] = [(-np.inf, 0, 0)] * len(rows)
        null = [np.inf] * len(rows)
        for window, raw in zip(windows, raws, strict=True):
            i = window.row
            null[i] = min(null[i], float(raw[_NULL].sum()))
            score, first, last = best_span(raw, _open(window.target))
            if score > best[i][0]:
                best[i] = (score, window.target.spans[first][0], window.target.spans[last][1])
        return [
            SpanDecision(*seen_span(row.context, start, end), null[i] - score)
            for i, (row, (score, start, end)) in enumerate(zip(rows, best, strict=True))
        ]

    def tuned(self, rows: Sequence[AnswerRow], decisions: Sequence[SpanDecision]) -> SpanObjective:
        """Return the objective with the threshold that gains most F1 on rows.

        It stays as it is where it is None or no row is without an answer.
        """
        if self.threshold is None or all(row.answers for row in rows):
            return self
        golds = [[answer.text for answer in row.answers] for row in rows]
        spoken = [
            token_f1(_text(row, decision), gold)
            for row, decision, gold in zip(rows, decisions, golds, strict=True)
        ]
        finite = [float(np.clip(decision.margin, -1e6, 1e6)) for decision in decisions]
        chosen = best_threshold(finite, spoken, [token_f1("", gold) for gold in golds])
        return replace(self, threshold=chosen)

    def figures(self, rows: Sequence[AnswerRow], decisions: Sequence[SpanDecision]) -> Figures:
        """Return exact match and F1 as SQuAD computes them, of all and by whether there is an answer.

        Units are questions, in groups by context.
        """
        golds = [[answer.text for answer in row.answers] for row in rows]
        answers = [self._given(row, decision) for row, decision in zip(rows, decisions, strict=True)]
        exact = np.array([exact_match(*pair) for pair in zip(answers, golds, strict=True)])
        shared = np.array([token_f1(*pair) for pair in zip(answers, golds, strict=True)])
        has = np.array([bool(gold) for gold in golds])
        statistics: dict[str, Statistic] = {
            F1: lambda units: float(shared[units].mean()),
            "exact_match": lambda units: float(exact[units].mean()),
        }
        if has.any() and not has.all():
            statistics |= {
                "f1_with_answer": _mean_where(shared, has),
                "exact_match_with_answer": _mean_where(exact, has),
                "exact_match_without_answer": _mean_where(exact, ~has),
            }
        _, groups = np.unique([row.context for row in rows], return_inverse=True)
        counts = {
            "rows": len(rows),
            "contexts": int(groups.max()) + 1,
            "with_answer": int(has.sum()),
            "without_answer": int((~has).sum()),
        }
        return Figures(statistics, groups.astype(np.int64), F1, counts)

    def record(self, row: AnswerRow, decision: SpanDecision) -> dict[str, Any]:
        """Return the answer, its characters in the context, and the score of it over none; null for none."""
        score = round(-decision.margin, 6)
        if not self._given(row, decision):
            return {"id": row.id, "predicted": None, "start": None, "end": None, "score": score}
        return {
            "id": row.id,
            "predicted": _text(row, decision),
            "start": decision.start,
            "end": decision.end,
            "score": score,
        }

    def _given(self, row: AnswerRow, decision: SpanDecision) -> str:
        if self.threshold is not None and decision.margin > self.threshold:
            return ""
        return _text(row, decision)

    def _check_first(self, encoding: Encoding) -> None:
        if not encoding.special_tokens_mask[_NULL]:
            raise ModelMismatch(
                f"{self.network.name} has a tokenizer that puts no special token, such as [CLS], before a "
                "row, to stand for no answer. Take another model."
            )


def saved_threshold(network: Network) -> float | None:
    """Return the threshold that a network was saved with; 0 if it says nothing of one."""
    value = getattr(network.model.config, THRESHOLD, 0.0)
    return None if value is None else float(value)


def best_span(
    logits: NDArray[np.float32], may: NDArray[np.bool_], *, longest: int = MOST_ANSWER_TOKENS
) -> tuple[float, int, int]:
    """Return the sum of logits, the first and the last token of the best span.

    Args:
        logits: (n, 2) of start and end.
        may: (n,) which tokens may be either; the first one, which stands for no answer, is left out.
        longest: most tokens, at least 1.

    Returns:
        Minus infinity, 0 and 0 if no token may be one; of equal spans the shortest, then the first.
    """
    allowed = may.copy()
    allowed[_NULL] = False
    starts, ends = (np.where(allowed, logits[:, side], -np.inf).astype(np.float64) for side in (0, 1))
    best = (-np.inf, 0, 0)
    for extra in range(min(longest, len(starts))):
        sums = starts[: len(starts) - extra] + ends[extra:]
        first = int(sums.argmax())
        if sums[first] > best[0]:
            best = (float(sums[first]), first, first + extra)
    return best


def _target(row: AnswerRow, encoding: Encoding) -> SpanTarget:
    """Return the target of a window: the first answer if all of it stands there, else none."""
    spans: list[tuple[int, int] | None] = []
    for part, offsets in zip(encoding.sequence_ids, encoding.offsets, strict=True):
        start, end = seen_span(row.context, *offsets) if part == 1 else (0, 0)
        spans.append((start, end) if start < end else None)
    if not row.answers:
        return SpanTarget(_NULL, _NULL, tuple(spans))
    start = row.answers[0].start
    end = start + len(row.answers[0].text)
    inside = [i for i, span in enumerate(spans) if span and span[0] < end and span[1] > start]
    whole = inside and spans[inside[0]][0] <= start and spans[inside[-1]][1] >= end  # type: ignore[index]
    first, last = (inside[0], inside[-1]) if whole else (_NULL, _NULL)
    return SpanTarget(first, last, tuple(spans))


def _open(target: SpanTarget) -> NDArray[np.bool_]:
    """Return which tokens may begin or end an answer, and the one that stands for none, (n,)."""
    may = np.array([span is not None for span in target.spans])
    may[_NULL] = True
    return may


def _text(row: AnswerRow, decision: SpanDecision) -> str:
    return row.context[decision.start : decision.end]


def _mean_where(values: NDArray[np.float64], which: NDArray[np.bool_]) -> Statistic:
    def mean(units: NDArray[np.int64]) -> float:
        chosen = values[units][which[units]]
        return float(chosen.mean()) if chosen.size else float("nan")

    return mean
