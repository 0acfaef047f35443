"""How well levels are told from vacancies whose level is known, with the words that give it away masked.

Data, what each set calls a level, and what is masked: `expertise_data.py`. Each set is measured apart, by
five folds that keep the shares of levels, near-duplicates together (seed 0): what is said of a vacancy
comes from a model that saw neither it nor anything like it. Of the four folds that a model has, one part
in seven is kept for calibration alone (temperature, and sets for a coverage of 0.9). Settings are chosen
by each model within what it learns from, never by the rows reported. `hh_2022_noisy` is learned from
beside hh.

Systems: `read-once` and `features` as `metier expertise train` makes them; `tf-idf`, logistic regression
over words and pairs of words; `majority`; `length` of the text. A baseline of stated years has nothing to
go by where years are masked: there it is `majority`. So `stated years (leaky)` and `tf-idf, unmasked
(leaky)` read the text as it was; they are no baselines but what masking takes away.

`across`: trained on all the other sets, told on the whole of one. Intervals are 95 % by bootstrap over
groups of near-duplicates; a difference is told apart where its paired interval holds no 0.

An encoder that was trained on levels has seen most of these vacancies. `--reported` names the folder of data
sets that it learned from (`model_data.py`): then only vacancies of its report parts are counted.

    python benchmarks/expertise.py --data FOLDER --cache FOLDER [--reported SETS] [--output OUT] [--sets ...]
    python benchmarks/expertise.py --data FOLDER --words      # the 25 strongest words of each level, by set

`--cache` keeps readings, and probabilities by set and system. Needs the train extra.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from expertise_data import NOISY, SETS, LevelData, Row, load
from expertise_inputs import KeptInputs
from expertise_systems import BASELINES, Case, System, strongest_words, systems
from model_esco import cut
from model_vacancies import LEVEL_CHARS
from numpy.typing import NDArray

from metier._extras import require
from metier.encoders.load import BASE, Runtime, shipped_models
from metier.engine import Engine, Models
from metier.expertise.application import LevelRange
from metier.expertise.calibration import calibrate
from metier.expertise.conformal import conformal_scores
from metier.expertise.level_texts import read_level_texts
from metier.expertise.metrics import LevelTable, compare_levels, evaluate_levels, macro_roc_auc
from metier.expertise.ordinal import softmax
from metier.limits import ReadingLimits
from metier.skills.taxonomy_files import default_taxonomy
from metier.training.intervals import bootstrap
from metier.training.sets import SetKind, SetPart, read_sets
from metier.types import YearMonth

SEED: Final = 0
FOLDS: Final = 5
KEPT: Final = 7
"""One part in so many of what a model has is kept for calibration."""
AS_OF: Final = YearMonth(2026, 11)
NO_EXECUTIVES: Final = "linkedin_2024, no Executive"
MEASURED: Final = (*SETS, NO_EXECUTIVES)
ACROSS: Final = ("read-once", "features", "tf-idf", "majority")
SHOWN: Final = ("roc_auc", "pr_auc", "qwk", "mae", "adjacent", "macro_f1", "calibration_error")


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What a system said of some vacancies: (n, 5) chances, and (n, 5) whether a level is in the set."""

    probabilities: NDArray[np.float64]
    sets: NDArray[np.bool_]

    def some(self, chosen: NDArray[np.bool_]) -> Answers:
        """Return what was said of some of the vacancies."""
        return Answers(self.probabilities[chosen], self.sets[chosen])


class Bench:
    """Runs systems over sets, and remembers what they said.

    Args:
        data: all rows.
        cases: the same, as models take them.
        cache: a folder for what was said.
        encoder: hash of the encoder that read them.
        reported: texts that are counted, cut as in the sets; None for all.
    """

    def __init__(
        self,
        data: LevelData,
        cases: Sequence[Case],
        cache: Path,
        *,
        encoder: str,
        reported: frozenset[str] | None = None,
    ) -> None:
        self._data = data
        self._cases = cases
        self._cache = cache
        self._encoder = encoder
        self._reported = reported
        self.groups = np.array(data.groups, np.int64)

    def numbers(self, name: str) -> NDArray[np.int64]:
        """Return the places of the rows of what is measured."""
        source = "linkedin_2024" if name == NO_EXECUTIVES else name
        chosen = self._data.numbers(source)
        if name == NO_EXECUTIVES:
            chosen = [i for i in chosen if self._data.rows[i].named != "Executive"]
        return np.array(chosen, np.int64)

    def counted(self, numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell of each place whether its row is counted."""
        if self._reported is None:
            return np.ones(len(numbers), bool)
        return np.array([cut(self._data.rows[i].text, LEVEL_CHARS) in self._reported for i in numbers])

    def folds(self, name: str, label: str, system: System) -> Answers:
        """Return what a system says of every row of a set, each by a model that saw nothing like it."""
        numbers = self.numbers(name)
        kept = self._path("folds", name, label, numbers)
        if (known := _known(kept)) is not None:
            return known
        said = Answers(np.zeros((len(numbers), 5)), np.zeros((len(numbers), 5), bool))
        for rest, asked in _parts(self._ranks(numbers), self.groups[numbers], FOLDS):
            more = self._beside(name, numbers[asked])
            found = self._told(system, numbers[rest], more, numbers[asked])
            said.probabilities[asked], said.sets[asked] = found.probabilities, found.sets
        _keep(kept, said)
        return said

    def across(self, name: str, label: str, system: System) -> Answers:
        """Return what a system says of a set that it saw nothing of, nor anything like it."""
        numbers = self.numbers(name)
        kept = self._path("across", name, label, numbers)
        if (known := _known(kept)) is not None:
            return known
        others = [other for other in (*SETS, NOISY) if other.partition("_")[0] != name.partition("_")[0]]
        places = np.concatenate([self.numbers(_for_others(other)) for other in others])
        places = places[~np.isin(self.groups[places], self.groups[numbers])]
        said = self._told(system, places, np.zeros(0, np.int64), numbers)
        _keep(kept, said)
        return said

    def table(self, numbers: NDArray[np.int64], said: Answers) -> LevelTable:
        """Return what was said beside what is known."""
        labels = [LevelRange.of(self._data.rows[i].level) for i in numbers]
        return LevelTable(said.probabilities, labels, self.groups[numbers])

    def _told(
        self, system: System, rest: NDArray[np.int64], more: NDArray[np.int64], asked: NDArray[np.int64]
    ) -> Answers:
        """Learn from a part and from more beside it, calibrate on what is left of the part, and tell."""
        learn, held = _parts(self._ranks(rest), self.groups[rest], KEPT)[0]
        more = more[~np.isin(self.groups[more], self.groups[rest[held]])]
        tell = system([self._cases[i] for i in (*rest[learn], *more)])
        calibrating = [self._cases[i] for i in rest[held]]
        calibration = calibrate(tell(calibrating), [case.level_row for case in calibrating])
        chances = softmax(tell([self._cases[i] for i in asked]) / calibration.temperature)
        scores = conformal_scores(chances)
        sets = scores <= np.maximum(calibration.quantile, scores.min(axis=1, keepdims=True))
        return Answers(chances, sets)

    def _beside(self, name: str, asked: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return rows of the damaged set that nothing asked is like, for hh."""
        if name != "hh":
            return np.zeros(0, np.int64)
        noisy = self.numbers(NOISY)
        return noisy[~np.isin(self.groups[noisy], self.groups[asked])]

    def _ranks(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.array([self._data.rows[i].level.rank for i in numbers], np.int64)

    def _path(self, kind: str, name: str, label: str, numbers: NDArray[np.int64]) -> Path:
        told = "\0".join([self._encoder, kind, name, label, *(self._data.rows[i].text for i in numbers)])
        return self._cache / "said" / f"{hashlib.sha256(told.encode(errors='replace')).hexdigest()[:24]}.npz"


def _for_others(name: str) -> str:
    return NO_EXECUTIVES if name == "linkedin_2024" else name


def _parts(
    ranks: NDArray[np.int64], groups: NDArray[np.int64], n: int
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return n divisions into the rest and a part; levels come in like shares, groups stay together."""
    splitter = require("sklearn.model_selection").StratifiedGroupKFold(n, shuffle=True, random_state=SEED)
    return list(splitter.split(ranks, ranks, groups))


def _known(path: Path) -> Answers | None:
    if not path.exists():
        return None
    with np.load(path) as kept:
        return Answers(kept["probabilities"], kept["sets"])


def _keep(path: Path, said: Answers) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, probabilities=said.probabilities, sets=said.sets)


def figures(bench: Bench, numbers: NDArray[np.int64], said: Answers, resamples: int) -> dict[str, Any]:
    """Return all figures of what a system said, with intervals."""
    table = bench.table(numbers, said)
    found = asdict(evaluate_levels(table, n=resamples))
    ranks = np.array([label.low.rank for label in table.labels])
    held, sizes = said.sets[np.arange(len(ranks)), ranks], said.sets.sum(axis=1)
    found["coverage"] = asdict(bootstrap(lambda rows: float(held[rows].mean()), table.groups, n=resamples))
    found["set_size"] = asdict(bootstrap(lambda rows: float(sizes[rows].mean()), table.groups, n=resamples))
    return found


def above(
    bench: Bench, numbers: NDArray[np.int64], said: Mapping[str, Answers], resamples: int
) -> dict[str, dict[str, Any]]:
    """Return by how much the macro ROC-AUC of each model is above every other's, leaky ones left out."""
    tables = {name: bench.table(numbers, one) for name, one in said.items() if "leaky" not in name}
    return {
        model: {
            other: asdict(compare_levels(tables[model], tables[other], macro_roc_auc, n=resamples))
            for other in tables
            if other != model
        }
        for model in tables
        if model not in BASELINES
    }


def measure(bench: Bench, name: str, chosen: Mapping[str, System], resamples: int) -> dict[str, Any]:
    """Return all figures of one set."""
    numbers = bench.numbers(name)
    said = {}
    for label, system in chosen.items():
        print(f"{name}: {label}", flush=True)
        said[label] = bench.folds(name, label, system)
    across = {
        label: bench.across(name, label, system)
        for label, system in chosen.items()
        if label in ACROSS and name in SETS
    }
    counted = bench.counted(numbers)
    numbers = numbers[counted]
    said, across = ({label: one.some(counted) for label, one in each.items()} for each in (said, across))
    return {
        "rows": len(numbers),
        "groups": len(np.unique(bench.groups[numbers])),
        "systems": {label: figures(bench, numbers, one, resamples) for label, one in said.items()},
        "above": above(bench, numbers, said, resamples),
        "across": {label: figures(bench, numbers, one, resamples) for label, one in across.items()},
    }


def markdown(results: Mapping[str, Mapping[str, Any]]) -> str:
    """Return tables for people."""
    lines = []
    for name, found in results.items():
        lines += ["", f"## {name}: {found['rows']} rows, {found['groups']} groups", ""]
        lines += _table(found["systems"])
        if found["across"]:
            lines += ["", "Trained on the other sets alone:", "", *_table(found["across"])]
        lines += ["", "Macro ROC-AUC above:", ""]
        for model, others in found["above"].items():
            lines += [f"- {model} over {other}: {_shown(gap, sign='+')}" for other, gap in others.items()]
    return "\n".join([*lines, ""])


def _table(rows: Mapping[str, Mapping[str, Any]]) -> list[str]:
    columns = [*SHOWN, "coverage", "set_size"]
    levels = list(next(iter(rows.values()))["roc_auc_of"])
    lines = [f"| system | {' | '.join([*columns, *(f'AUC {level}' for level in levels)])} |"]
    lines.append("|---" * (1 + len(columns) + len(levels)) + "|")
    for label, found in rows.items():
        cells = [_shown(found[column]) for column in columns]
        cells += [_shown(found["roc_auc_of"][level]) for level in levels]
        lines.append(f"| {label} | {' | '.join(cells)} |")
    return lines


def _shown(found: Mapping[str, float] | None, sign: str = "") -> str:
    if found is None:
        return "-"
    return f"{found['value']:{sign}.3f} ({found['low']:{sign}.3f} to {found['high']:{sign}.3f})"


def print_words(data: LevelData) -> None:
    """Print the words that speak most for each level, to look for what gives it away."""
    for name in SETS:
        print(f"\n{name}")
        for level, words in strongest_words([data.rows[i] for i in data.numbers(name)]).items():
            print(f"  {level}: {', '.join(words)}")


def read_cases(data: LevelData, cache: Path) -> tuple[list[Case], str]:
    """Return all rows as models take them, and the hash of the encoder that read them."""
    models = Models.load(shipped_models()[BASE], Runtime(cache=cache))
    with Engine(default_taxonomy(), limits=ReadingLimits(), as_of=AS_OF, models=models) as engine:
        rows: Sequence[Row] = data.rows
        kept = KeptInputs(engine, models.encoder.sha256, cache).rows(rows)
    return [Case(row, one) for row, one in zip(rows, kept, strict=True)], models.encoder.sha256


def reported_texts(folder: Path) -> frozenset[str]:
    """Return the texts of the report parts of the sets of levels."""
    sets = [data for data in read_sets(folder).values() if data.kind is SetKind.LEVELS]
    return frozenset(row.text for data in sets for row in read_level_texts(data.file(SetPart.REPORT)))


def main() -> None:
    """Measure, print the tables, and write all figures as JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--words", action="store_true", help="print the strongest words and nothing else")
    parser.add_argument("--cache", type=Path, help="keeps readings and what systems said")
    parser.add_argument("--reported", type=Path, help="folder of data sets whose report parts are counted")
    parser.add_argument("--output", type=Path, help="for expertise.json and expertise.md")
    parser.add_argument("--sets", nargs="+", choices=MEASURED, default=MEASURED)
    parser.add_argument("--resamples", type=int, default=1000)
    options = parser.parse_args()
    data = load(options.data)
    if options.words:
        print_words(data)
        return
    if options.cache is None:
        parser.error("--cache is needed: vacancies are read once and kept there")
    cases, encoder = read_cases(data, options.cache)
    reported = None if options.reported is None else reported_texts(options.reported)
    bench = Bench(data, cases, options.cache, encoder=encoder, reported=reported)
    chosen = systems(encoder)
    results = {name: measure(bench, name, chosen, options.resamples) for name in options.sets}
    print(markdown(results))
    if options.output:
        options.output.mkdir(parents=True, exist_ok=True)
        (options.output / "expertise.json").write_text(json.dumps(results, indent=1), encoding="utf-8")
        (options.output / "expertise.md").write_text(markdown(results), encoding="utf-8")


if __name__ == "__main__":
    main()
