"""How fast two networks are, measured by turns in one run."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from metier._extras import require
from metier.errors import InvalidInput
from metier.training.networks import Network
from metier.workbench.shrinking.differences import read_rows
from metier.workbench.shrinking.samples import TokenRow

ROUNDS: Final = 5
MOST_ROWS: Final = 8


def compare_speed(
    contenders: Sequence[tuple[Network, Sequence[TokenRow]]], *, rounds: int = ROUNDS
) -> list[float]:
    """Return tokens per second of processor time of some networks, each on one thread, row by row.

    They take turns, so that what else the machine does slows all of them; the best round of each counts.
    Tokens are counted as the first one reads them: where another has other tokens for the same texts, the
    figures still tell which one is through with the texts sooner.

    Args:
        contenders: networks on the processor, each with its rows of the same texts, at least one; at most 8
            are read, spread evenly.
        rounds: at least 1.

    Raises:
        InvalidInput: no rows, or no rounds.
    """
    n_rows = len(contenders[0][1])
    if not n_rows or rounds < 1:
        raise InvalidInput(f"Speed needs at least one row and one round. Got {n_rows} and {rounds}.")
    n = min(MOST_ROWS, n_rows)
    chosen = [(network, [rows[i * n_rows // n] for i in range(n)]) for network, rows in contenders]
    n_tokens = sum(len(row.ids) for row in chosen[0][1])
    best = [float("inf")] * len(chosen)
    with one_thread():
        for turn in range(rounds + 1):
            for i, (network, rows) in enumerate(chosen):
                seconds = _seconds(network, rows)
                if turn:  # in the first one, runtimes prepare themselves for each length
                    best[i] = min(best[i], seconds)
    return [n_tokens / seconds for seconds in best]


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch compute on one thread for a while."""
    torch = require("torch")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _seconds(network: Network, rows: Sequence[TokenRow]) -> float:
    began = time.process_time()
    for row in rows:
        for _ in read_rows(network, [row]):
            pass
    return max(time.process_time() - began, 1e-9)
