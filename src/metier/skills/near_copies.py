"""Texts that are nearly the same as earlier ones."""

from __future__ import annotations

from collections import Counter, defaultdict

from metier.skills.tokens import tokenise

_SHINGLE = 4


class NearCopies:
    """Remembers texts by their runs of four words, and tells when a new one is mostly an earlier one.

    Args:
        share: from which Jaccard similarity of those runs on a text is a near copy, above 0 and at most 1.

    Source: Broder 1997, On the resemblance and containment of documents, doi:10.1109/SEQUEN.1997.666900.
    """

    def __init__(self, *, share: float = 0.5) -> None:
        self._share = share
        self._sizes: list[int] = []
        self._texts_with: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)

    def has_like(self, text: str) -> bool:
        """Tell whether an earlier text is nearly the same; case, blanks and punctuation do not count."""
        runs = _runs(text)
        shared = Counter(i for run in runs for i in self._texts_with.get(run, ()))
        return any(both >= self._share * (len(runs) + self._sizes[i] - both) for i, both in shared.items())

    def add(self, text: str) -> None:
        """Remember a text."""
        runs = _runs(text)
        for run in runs:
            self._texts_with[run].append(len(self._sizes))
        self._sizes.append(len(runs))


def _runs(text: str) -> frozenset[tuple[str, ...]]:
    """Return the runs of words of a text; one that is shorter than a run is one run."""
    words = [token.norm for token in tokenise(text)]
    return frozenset(tuple(words[i : i + _SHINGLE]) for i in range(max(1, len(words) - _SHINGLE + 1)))
