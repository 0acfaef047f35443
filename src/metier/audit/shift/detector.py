"""How far an edit moves a text's vector, scores and skills, whether that is ordinary, and by which words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.audit.behaviour.subjects import Subject
from metier.audit.shift.calibration import Calibration, shipped_calibration
from metier.audit.shift.difference import Difference, DifferenceKind, find_difference
from metier.audit.shift.influence import Influence, Measure, influential_words, leave_one_out
from metier.audit.shift.measures import (
    SCORES,
    SKILLS,
    VECTOR,
    Measures,
    checked_probabilities,
    measure_shifts,
    score_shifts,
    vector_shifts,
)
from metier.encoders.reading import Encoder, TextKind
from metier.errors import InvalidInput, ModelMismatch
from metier.types import Span

_NOTHING: Final = Measures()
_MOST_RUNS: Final = 8
_MOST_READ: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class ShiftOptions:
    """How an edit is judged.

    Attributes:
        false_alarms: share of ordinary edits that may be called out of the ordinary, above 0 and below 0.5.
        most_left_out: sentences and words that are left out in turn, at least 2; fewer in a text so long that
            a million characters would be read for them.
        most_tokens: suspicious tokens that are named, at least 1.
    """

    false_alarms: float = 0.01
    most_left_out: int = 64
    most_tokens: int = 10

    def __post_init__(self) -> None:
        if not 0 < self.false_alarms < 0.5:
            raise InvalidInput(f"false_alarms must be above 0 and below 0.5. Got {self.false_alarms}.")
        if self.most_left_out < 2:
            raise InvalidInput(f"most_left_out must be at least 2. Got {self.most_left_out}.")
        if self.most_tokens < 1:
            raise InvalidInput(f"most_tokens must be at least 1. Got {self.most_tokens}.")


@dataclass(frozen=True, slots=True)
class SuspiciousToken:
    """A word of the edited text that moves it.

    Attributes:
        span: where it stands in the edited text.
        text: the word.
        influence: by how much the vector, or with scores these, would be nearer to the original's without it.
        changed: it stands in a run that came with the edit.
    """

    span: Span
    text: str
    influence: float
    changed: bool


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """A figure before and after an edit."""

    name: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class MeasuredShift:
    """How far an edit moves one measure, against ordinary edits of its kind and size.

    Attributes:
        magnitude: of the vector 1 less the cosine, of scores the largest change of log odds, of skills how
            many came.
        percentile: share of ordinary edits that move it less, 0 to 1; None where too little is known.
        threshold: magnitude that an ordinary edit stays below but for the stated rate; None likewise.
    """

    magnitude: float
    percentile: float | None = None
    threshold: float | None = None

    @property
    def detected(self) -> bool:
        """Tell whether it is out of the ordinary."""
        return self.threshold is not None and self.magnitude > self.threshold


@dataclass(frozen=True, slots=True)
class ShiftAnalysis:
    """What an edit does to a text, for a model.

    Attributes:
        difference: how the texts differ.
        vector: how far the vector moves.
        scores: how far the scores move; None without scores.
        skills: how many skills come; None without skills.
        score_changes: each figure that moves, the farthest first.
        suspicious_tokens: the most influential first; only those that bring the text nearer when left out.
        runs: how much nearer the text would be without each of the longest runs that came, in their order.
    """

    difference: Difference
    vector: MeasuredShift
    scores: MeasuredShift | None
    skills: MeasuredShift | None
    score_changes: tuple[ScoreChange, ...]
    suspicious_tokens: tuple[SuspiciousToken, ...]
    runs: tuple[Influence, ...]

    @property
    def measured(self) -> dict[str, MeasuredShift]:
        """Return what was measured, by measure."""
        found = {VECTOR: self.vector, SCORES: self.scores, SKILLS: self.skills}
        return {measure: shift for measure, shift in found.items() if shift is not None}

    @property
    def shift_detected(self) -> bool:
        """Tell whether the edit moves anything that was measured more than ordinary edits do."""
        return any(shift.detected for shift in self.measured.values())

    @property
    def shift_magnitude(self) -> float:
        """Return 1 less the cosine of the two vectors, 0 to 2."""
        return self.vector.magnitude

    def judged(self, measure: str) -> bool:
        """Tell whether enough is known of ordinary edits of this kind to call the edit one."""
        return self.difference.kind is DifferenceKind.SAME or self.measured[measure].threshold is not None


class EmbeddingShiftDetector:
    """Says whether an edit moves a text's vector, scores or skills farther than ordinary edits of its size.

    Args:
        options: how edits are judged.
        calibration: what ordinary edits do to the model; that which comes with metier where there is none.
    """

    def __init__(self, options: ShiftOptions | None = None, calibration: Calibration | None = None) -> None:
        self.options = options or ShiftOptions()
        self.calibration = calibration

    def analyze(
        self, original_text: str, modified_text: str, model: Encoder, *, measures: Measures = _NOTHING
    ) -> ShiftAnalysis:
        """Return what an edit does to a text.

        Args:
            original_text: before the edit.
            modified_text: after it; words that nobody sees count as they stand in it.
            model: any encoder with a calibration.
            measures: what is measured beside the vector; judged only if the calibration was made with the
                same subjects. With scores, words are ranked by what they do to these.

        Raises:
            InvalidInput: a text is too long to be compared.
            ModelMismatch: the calibration is of another model, or none comes with metier for this one; or a
                subject answers with something else than probabilities.
        """
        calibration = self._calibration(model)
        difference = find_difference(original_text, modified_text)
        moved = measure_shifts(model, [original_text, modified_text], measures)
        length = len(original_text)
        shifts = {VECTOR: self._judged(calibration, VECTOR, float(moved[VECTOR][1]), difference, length)}
        for measure, subject in measures.subjects():
            known = calibration if calibration.knows(measure, subject.name) else None
            shifts[measure] = self._judged(known, measure, float(moved[measure][1]), difference, length)
        distances = _distances(original_text, model, measures.scores)
        return ShiftAnalysis(
            difference,
            shifts[VECTOR],
            shifts.get(SCORES),
            shifts.get(SKILLS),
            _score_changes(measures.scores, original_text, modified_text),
            self._tokens(modified_text, difference, distances),
            _run_influences(modified_text, difference, distances, most=_readings(modified_text)),
        )

    def _calibration(self, model: Encoder) -> Calibration:
        found = self.calibration or shipped_calibration(model)
        if found is None:
            raise ModelMismatch(
                f"No calibration comes with metier for {model.name}. Make one with `calibrate`, or name "
                "texts: metier audit shift --calibrate-on."
            )
        found.check(model)
        return found

    def _judged(
        self,
        calibration: Calibration | None,
        measure: str,
        magnitude: float,
        difference: Difference,
        length: int,
    ) -> MeasuredShift:
        curve = calibration.curve(measure, difference.kind) if calibration else None
        if curve is None:
            return MeasuredShift(magnitude)
        threshold = curve.threshold(difference.share, length, false_alarms=self.options.false_alarms)
        return MeasuredShift(
            magnitude,
            curve.percentile(magnitude, difference.share, length),
            threshold if np.isfinite(threshold) else None,
        )

    def _tokens(
        self, modified: str, difference: Difference, distances: Measure
    ) -> tuple[SuspiciousToken, ...]:
        most = max(2, min(self.options.most_left_out, _readings(modified)))
        ranked = influential_words(modified, difference.inserted, distances, most=most)
        return tuple(
            SuspiciousToken(
                item.span,
                modified[item.span.start : item.span.end],
                item.drop,
                any(run.start <= item.span.start < run.end for run in difference.inserted),
            )
            for item in ranked[: self.options.most_tokens]
            if item.drop > 0
        )


def _distances(original: str, model: Encoder, scores: Subject | None) -> Measure:
    """Return what tells how far texts are from the original: by scores where there are some."""

    def distances(texts: Sequence[str]) -> NDArray[np.float64]:
        both = [original, *texts]
        if scores is not None:
            return score_shifts(checked_probabilities(scores, both))[1:]
        return vector_shifts(model.encode(both, kind=TextKind.PASSAGE))[1:]

    return distances


def _readings(text: str) -> int:
    """Return how often a text may be read again for its parts: a long one less often."""
    return max(1, _MOST_READ // max(1, len(text)))


def _run_influences(
    modified: str, difference: Difference, distances: Measure, *, most: int
) -> tuple[Influence, ...]:
    longest = sorted(difference.inserted, key=lambda run: (run.start - run.end, run.start))
    longest = longest[: min(_MOST_RUNS, most)]
    return tuple(leave_one_out(modified, sorted(longest), distances)) if longest else ()


def _score_changes(scores: Subject | None, original: str, modified: str) -> tuple[ScoreChange, ...]:
    if scores is None:
        return ()
    before, after = checked_probabilities(scores, [original, modified])
    order = sorted(range(len(before)), key=lambda i: (-abs(after[i] - before[i]), i))
    return tuple(
        ScoreChange(scores.figures[i], float(before[i]), float(after[i]))
        for i in order
        if after[i] != before[i]
    )
