"""The skills of many sentences as those of one text: the highest score, and the sentences it comes from."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from metier.skills.linking.scoring import Scored, best_first

N_QUOTES: Final = 3
_SPEAKING: Final = 10


class Place(NamedTuple):
    """A candidate span: the number of its sentence, and its number among the sentence's candidates."""

    sentence: int
    span: int


class MergedScores:
    """Takes in one sentence after the other; what it holds does not grow with their number.

    Args:
        n_skills: how many skills each sentence is scored for.
    """

    def __init__(self, n_skills: int) -> None:
        self.scores: NDArray[np.float64] = np.full(n_skills, -np.inf)
        self._best = np.full((2, n_skills), -1)
        self._next = np.full((N_QUOTES, n_skills), -np.inf)
        self._places = np.full((N_QUOTES, 2, n_skills), -1)

    def add(self, sentence: int, scored: Scored) -> None:
        """Take in the scores of a sentence; of equal ones the first counts.

        Args:
            sentence: its number; it comes back in `quotes`.
            scored: from `score_skills`.
        """
        place = np.stack([np.full(len(scored.spans), sentence), scored.spans])
        better = scored.scores > self.scores
        self.scores = np.where(better, scored.scores, self.scores)
        self._best = np.where(better, place, self._best)
        speaking = best_first(scored.scores, _SPEAKING)
        score, place = scored.scores[speaking], place[:, speaking]
        for level in range(N_QUOTES):
            held, held_place = self._next[level, speaking], self._places[level][:, speaking]
            better = score > held
            self._next[level, speaking] = np.where(better, score, held)
            self._places[level][:, speaking] = np.where(better, place, held_place)
            score, place = np.where(better, held, score), np.where(better, held_place, place)

    def quotes(self, skill: int) -> list[Place]:
        """Return at most three candidates that speak for a skill, the best first; none before any sentence.

        Beside the best are those of sentences that have the skill among their own ten best.
        """
        places = [self._best[:, skill], *self._places[:, :, skill]]
        found = dict.fromkeys(Place(*place.tolist()) for place in places if place[0] >= 0)
        return list(found)[:N_QUOTES]
