"""Overlapping windows over a text that is longer than a model reads at once."""

from __future__ import annotations

from itertools import pairwise


def plan_windows(n_tokens: int, *, size: int, overlap: int) -> list[range]:
    """Return windows that together cover all tokens: as few as will do, and as short as that allows.

    All have the same length, so that a network sees one shape only: the last one is moved back rather
    than cut short. No tokens get one empty window.

    Args:
        n_tokens: tokens of the text, at least 0.
        size: most tokens in a window, above `overlap`.
        overlap: fewest tokens that neighbouring windows share.

    >>> plan_windows(6, size=6, overlap=2)
    [range(0, 6)]
    >>> plan_windows(11, size=6, overlap=2)
    [range(0, 5), range(3, 8), range(6, 11)]
    """
    n_windows = max(1, -(-(n_tokens - overlap) // (size - overlap)))
    length = -(-(n_tokens + (n_windows - 1) * overlap) // n_windows)
    starts = [i * (length - overlap) for i in range(n_windows - 1)]
    return [range(start, start + length) for start in (*starts, n_tokens - length)]


def split_windows(windows: list[range]) -> list[range]:
    """Return the part of each window whose states count, so that every token counts once.

    A token in two windows counts in the one where it has more tokens of context on its poorer side, the
    earlier one if equal.

    >>> split_windows([range(0, 6), range(4, 10)])
    [range(0, 5), range(5, 10)]
    """
    cuts = [(after.start + before.stop + 1) // 2 for before, after in pairwise(windows)]
    starts = [windows[0].start, *cuts]
    return [range(start, end) for start, end in zip(starts, [*cuts, windows[-1].stop], strict=True)]
