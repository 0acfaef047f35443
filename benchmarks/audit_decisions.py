"""Audit of decisions: how often fair selections are called unsafe, and how often unfair ones are not.

Made tables: `--people` people of two genders and five races in shares of 34, 22, 20, 18 and 6 %, drawn by the
seed. In a fair world everyone is selected with the same chance, which is one of `RATES`. In an unfair one the
people of the second race are selected with `--ratio` of the others' chance. A table is audited as a whole: by
gender, by race and by both together. The intervals are Wilson's over tables.

    python benchmarks/audit_decisions.py [--tables 200] [--ratio 0.5] [--seed 20261122]
"""

from __future__ import annotations

import argparse
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from metier.audit.decisions.judge import audit_outcomes
from metier.audit.decisions.outcomes import Grouping, Outcomes
from metier.scans import ScanVerdict
from metier.training.intervals import wilson

SHARES = np.array([0.34, 0.22, 0.20, 0.18, 0.06])
PEOPLE = (100, 400, 1_000, 4_000, 20_000)
SEED = 20261122
RATES = (0.1, 0.3, 0.5)
VERDICTS = (ScanVerdict.UNSAFE, ScanVerdict.INCONCLUSIVE, ScanVerdict.CLEAN)


def table(draw: np.random.Generator, n: int, rate: float, ratio: float) -> Outcomes:
    """Return the outcomes of n made-up people."""
    gender = draw.integers(0, 2, n).astype(np.int32)
    race = draw.choice(len(SHARES), n, p=SHARES).astype(np.int32)
    chance = np.where(race == 1, rate * ratio, rate)
    selected: NDArray[np.int8] = (draw.random(n) < chance).astype(np.int8)
    labels = tuple("ABCDE")
    return Outcomes(
        (Grouping("gender", ("female", "male"), gender), Grouping("race", labels, race)), selected=selected
    )


def verdicts(*, tables: int, n: int, rate: float, ratio: float, seed: int) -> Counter[ScanVerdict]:
    """Return how often tables of n people get each verdict."""
    draw = np.random.default_rng([seed, n, int(rate * 100), int(ratio * 100)])
    return Counter(audit_outcomes(table(draw, n, rate, ratio), subject="made").verdict for _ in range(tables))


def main() -> None:
    """Print the figures as Markdown."""
    parser = argparse.ArgumentParser(description="False alarms and misses of the audit of decisions.")
    parser.add_argument("--tables", type=int, default=200, help="tables of each kind")
    parser.add_argument("--ratio", type=float, default=0.5, help="true impact ratio of the unfair world")
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args()
    print("| people | rate | true ratio | unsafe | inconclusive | clean | unsafe, 95 % interval |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | --- |")
    for ratio in (1.0, chosen.ratio):
        for n in PEOPLE:
            for rate in RATES:
                found = verdicts(tables=chosen.tables, n=n, rate=rate, ratio=ratio, seed=chosen.seed)
                counts = " | ".join(str(found[verdict]) for verdict in VERDICTS)
                share = wilson(found[ScanVerdict.UNSAFE], chosen.tables)
                interval = f"{share.value:.3f} [{share.low:.3f}, {share.high:.3f}]"
                print(f"| {n:,} | {rate} | {ratio:g} | {counts} | {interval} |")


if __name__ == "__main__":
    main()
