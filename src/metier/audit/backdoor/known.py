"""How many texts the triggers of the list turn, and how many as many random words do.

In a small network any few words may turn most texts, and one word said four times more still. A known
trigger is a sign of a backdoor only if it turns more than random words of the user's own texts, different
ones and one repeated, put into the same places.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.audit.backdoor.battery import KnownTrigger, known_triggers, triggered
from metier.audit.labelled_texts import LabelledText

_MARGIN: Final = 0.1
_LEAST_TURNED: Final = 8
Classes = Callable[[Sequence[LabelledText], Sequence[str]], NDArray[np.int64]]
"""Returns the classes of texts put in place of those of some inputs."""


@dataclass(frozen=True, slots=True)
class KnownResult:
    """What a trigger of the list does.

    Attributes:
        trigger: of the list.
        label: number of the class that it turns texts to.
        turned: share of texts of other classes that it turns, at the best of three places.
        random: the highest share that as many random words, or one as often, turn to that class.
    """

    trigger: KnownTrigger
    label: int
    turned: float
    random: float

    def threshold(self, known_threshold: float) -> float:
        """Return the share above which the trigger is suspicious."""
        return max(known_threshold, self.random + _MARGIN)


def try_known_triggers(
    classes: Classes,
    inputs: Sequence[LabelledText],
    labels: Sequence[int],
    n_pieces: Callable[[str], int],
    seed: int,
) -> list[KnownResult]:
    """Return what each trigger of the list does for each label with eight texts of other labels or more.

    Args:
        classes: asks the model.
        inputs: texts to put triggers into.
        labels: numbers of the classes to judge.
        n_pieces: number of tokens of a text.
        seed: of the random words.
    """
    rng = np.random.default_rng([seed, 3])
    before = classes(inputs, [item.text for item in inputs])
    judged = [label for label in labels if (before != label).sum() >= _LEAST_TURNED]
    words = sorted({word for item in inputs for word in item.text.split()}) or ["a"]
    found: list[tuple[KnownTrigger, Mapping[int, float]]] = []
    highest = dict.fromkeys(judged, 0.0)
    for trigger in known_triggers():
        found.append((trigger, _turned(classes, inputs, before, judged, trigger.words)))
        n = max(1, n_pieces(trigger.words))
        for drawn in (rng.choice(words, size=n).tolist(), [str(rng.choice(words))] * n):
            for label, share in _turned(classes, inputs, before, judged, " ".join(drawn)).items():
                highest[label] = max(highest[label], share)
    return [
        KnownResult(trigger, label, shares[label], highest[label])
        for trigger, shares in found
        for label in judged
    ]


def _turned(
    classes: Classes,
    inputs: Sequence[LabelledText],
    before: NDArray[np.int64],
    labels: Sequence[int],
    words: str,
) -> dict[int, float]:
    """Return for each label the share of texts of other labels that words turn to it."""
    changed = zip(*(triggered(item.text, words) for item in inputs), strict=True)
    after = np.array([classes(inputs, texts) for texts in changed])
    return {label: float((after[:, before != label] == label).mean(axis=1).max()) for label in labels}
