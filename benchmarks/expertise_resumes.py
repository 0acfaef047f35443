"""Levels of resumes: how well they agree with those that a careful reading gives. Exploratory.

Data: the English resumes of resumes-en/livecareer.jsonl (CC0; names and employers were removed by those who
published them), near-duplicates left out, those of fewer than 200 characters too. Nobody knows the true level
of these people. What stands in for it was read from the texts: a large language model read each resume whole
against the written rules in docs/concepts/expertise.md and named one of five levels. 300 resumes, chosen by
the hash of their ids before anything was fitted, were read twice, the second time in another order, in other
company and blind to the first; they are for this report only. The others were read once and fit and calibrate
the model that ships. Two readings by one reader say how steady the reading is, and nothing of how people
would differ; so all figures here are exploratory.

The labels are in judgements/resume_levels.csv, by the hash of the text; it holds no words of the documents.
`fit` makes the model that ships: 85 % of the resumes that were read once are fitted to, 15 % calibrate,
parted by the hash of near-duplicate groups within each level (seed 0). `report` measures it on the resumes
that were read twice, beside baselines and the other kind that needs no network, fitted to the same rows.

    python benchmarks/expertise_resumes.py agree
    python benchmarks/expertise_resumes.py fit --data FOLDER --cache CACHE/ --output MODEL/
    python benchmarks/expertise_resumes.py report --data FOLDER --cache CACHE/ --output resumes.json
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import pickle
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from metier.cli import options
from metier.documents.source import Source
from metier.documents.view import scoring_view
from metier.encoders.load import BASE, shipped_models
from metier.encoders.reading import Reading
from metier.engine import Engine, Examination, Models
from metier.engine.expertise import InputMaker, LevelScorer
from metier.expertise.application import LevelRange
from metier.expertise.baselines import Baseline, BaselineTrainer
from metier.expertise.boosting import BoostingOptions, FeatureTrainer
from metier.expertise.calibration import calibrate
from metier.expertise.data import LevelRow, part_rows, rows_sha256
from metier.expertise.evaluation import beats, level_table
from metier.expertise.fit_read_once import ReadOnceOptions, ReadOnceTrainer
from metier.expertise.folder import save_levels
from metier.expertise.load import load_levels
from metier.expertise.metrics import LevelTable, evaluate_levels, quadratic_weighted_kappa
from metier.expertise.pooling import condense
from metier.expertise.trainable import TrainableLevels, TrainedLevels
from metier.training.intervals import Interval, bootstrap
from metier.training.output import Origin, Watch
from metier.training.splits import Part
from metier.types import Document, Level, Role

JUDGEMENTS = Path(__file__).parent / "judgements" / "resume_levels.csv"
RESUMES = "resumes-en/livecareer.jsonl"
AS_OF = "2018-06"  # about when these resumes were written: what "present" stands for in them
LEVELS = list(Level)
SHARES = {Part.TRAIN: 0.85, Part.CALIBRATE: 0.15}


@dataclass(frozen=True)
class Read:
    """A resume and what was read from it: `first` and, for the report part, `second`."""

    id: str
    text: str
    part: str
    first: Level
    second: Level | None


def text_sha256(text: str) -> str:
    """Return the key of a text in the judgements."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def read_resumes(data: Path, part: str) -> list[Read]:
    """Return the resumes of a part, by the hash of their texts."""
    with JUDGEMENTS.open(encoding="utf-8", newline="") as file:
        labels = {row["text_sha256"]: row for row in csv.DictReader(file) if row["part"] == part}
    found = {}
    with (data / RESUMES).open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            key = text_sha256(row["text"])
            if key in labels:
                label = labels[key]
                second = Level(label["second"]) if label["second"] else None
                found[key] = Read(str(row["id"]), row["text"], part, Level(label["first"]), second)
    return [found[key] for key in sorted(found)]


def level_rows(resumes: list[Read], engine: Engine, cache: Path) -> list[LevelRow]:
    """Return the resumes as models take them; what the encoder read before is taken from the cache."""
    maker = InputMaker(engine)
    rows = []
    for n, read in enumerate(resumes, 1):
        document = engine.read(Source(read.id, text=read.text), role=Role.RESUME)
        item = maker.of_document(document, examined=_examined(document, read, engine, cache))
        small = condense(item.reading) if item.reading is not None else None
        rows.append(LevelRow(replace(item, reading=small), LevelRange.of(read.first)))
        if n % 100 == 0:
            print(f"{n} of {len(resumes)} {read.part} resumes", file=sys.stderr)
    return rows


def _examined(document: Document, read: Read, engine: Engine, cache: Path) -> Examination:
    """Return what was found in a resume; states are kept in half precision."""
    view = scoring_view(document)
    place = cache / f"{text_sha256(read.text)}.pickle"
    if place.is_file():
        found, skills, states, spans, frame = pickle.loads(place.read_bytes())  # written by this script
        reading = Reading(states.astype(np.float32), spans.astype(np.int64), frame)
        return Examination(view, reading, found, skills)
    examined = engine.examine(view)
    reading = examined.reading
    if reading is None:
        raise SystemExit("An encoder must read the resumes. Set no model to none.")
    states, spans = reading.states.astype(np.float16), reading.spans.astype(np.int32)
    place.write_bytes(pickle.dumps((examined.found, examined.skills, states, spans, reading.frame)))
    return replace(examined, reading=Reading(states.astype(np.float32), reading.spans, reading.frame))


def fit(learner: TrainableLevels, rows: list[LevelRow]) -> TrainedLevels:
    """Return a model fitted to some of the rows and calibrated on the others."""
    parts = part_rows(rows, shares=SHARES, seed=0)
    fitted = learner.fit(parts[Part.TRAIN], [], Watch(say=lambda words: print(words, file=sys.stderr)))
    held = parts[Part.CALIBRATE]
    return fitted.with_calibration(calibrate(fitted.logits([row.item for row in held]), held))


def write_model(data: Path, cache: Path, output: Path) -> None:
    """Fit the model that ships and write its folder, with its figures on the report part."""
    with opened() as (engine, sha256):
        rows = level_rows(read_resumes(data, "train"), engine, cache)
        report = level_rows(read_resumes(data, "report"), engine, cache)
    model = fit(ReadOnceTrainer(ReadOnceOptions(), sha256), rows)
    figures = evaluate_levels(level_table(model, report), model.calibration)
    origin = Origin(
        "expertise",
        license="MIT",
        languages=("en", "ru"),
        command="python benchmarks/expertise_resumes.py fit",
        training_data={RESUMES: rows_sha256(rows), JUDGEMENTS.name: file_sha256(JUDGEMENTS)},
        metrics={"resumes read twice": plain(figures)},
    )
    save_levels(model, output, origin)


def measure(data: Path, cache: Path, folder: Path | None) -> dict[str, Any]:
    """Return the figures of the model that ships, of baselines and of trees over the features."""
    with opened() as (engine, sha256):
        train = level_rows(read_resumes(data, "train"), engine, cache)
        reads = read_resumes(data, "report")
        report = level_rows(reads, engine, cache)
    shipped = load_levels(folder or shipped_models()["expertise"], encoder_sha256=sha256)
    models: dict[str, Any] = {"shipped": shipped}
    models["features"] = fit(FeatureTrainer(BoostingOptions(seed=0), sha256), train)
    for block in ("reading", "words", "features"):
        options_ = ReadOnceOptions(blocks=(block,))
        models[f"read-once, {block} alone"] = fit(ReadOnceTrainer(options_, sha256), train)
    for knows in Baseline:
        models[f"baseline {knows.value}"] = fit(BaselineTrainer(knows), train)
    tables = {name: level_table(model, report) for name, model in models.items()}
    scorer = LevelScorer(shipped)
    told = [scorer.score(row.item).level is not None for row in report]
    agreed = [row for row, read in zip(report, reads, strict=True) if read.first is read.second]
    return {
        "rows": {"train": len(train), "report": len(report)},
        "models": {
            name: plain(evaluate_levels(tables[name], model.calibration)) for name, model in models.items()
        },
        "shipped above": {
            name: plain(beats(tables["shipped"], table))
            for name, table in tables.items()
            if name != "shipped"
        },
        "shipped, readings that agree": plain(
            evaluate_levels(level_table(shipped, agreed), shipped.calibration)
        ),
        "not enough to tell": len(told) - sum(told),
        "by certainty": by_certainty(tables["shipped"]),
        "agreement": agreement(),
    }


def by_certainty(table: LevelTable) -> dict[str, Any]:
    """Return how often the likeliest level is the read one, where its probability is above some."""
    exact = table.exact()
    sure, right = exact.probabilities.max(axis=1), exact.probabilities.argmax(axis=1) == exact.ranks
    found = {}
    for least in (0.0, 0.5, 0.6, 0.7):
        kept = sure >= least
        if kept.any():
            found[f"{least:.1f}"] = {"share": float(kept.mean()), "right": float(right[kept].mean())}
    return found


def agreement() -> dict[str, Any]:
    """Return how the two readings of the report part agree."""
    with JUDGEMENTS.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["part"] == "report"]
    first, second = (
        np.array([LEVELS.index(Level(row[name])) for row in rows]) for name in ("first", "second")
    )
    return {
        "resumes": len(rows),
        "first": dict(Counter(row["first"] for row in rows)),
        "same level": plain(bootstrap(lambda i: float((first[i] == second[i]).mean()), range(len(rows)))),
        "kappa": plain(bootstrap(lambda i: kappa(first[i], second[i]), range(len(rows)))),
        "quadratic weighted kappa": plain(
            bootstrap(lambda i: quadratic_weighted_kappa(first[i], second[i]), range(len(rows)))
        ),
    }


def kappa(first: np.ndarray[Any, Any], second: np.ndarray[Any, Any]) -> float:
    """Return Cohen's kappa of two readings."""
    same = float((first == second).mean())
    chance = sum(float((first == k).mean() * (second == k).mean()) for k in range(len(LEVELS)))
    return (same - chance) / (1 - chance) if chance < 1 else 1.0


def plain(record: Any) -> Any:
    """Return a record as JSON holds it, numbers to four places."""
    if isinstance(record, Interval):
        return [round(record.value, 4), round(record.low, 4), round(record.high, 4)]
    if hasattr(record, "__dataclass_fields__"):
        return {name: plain(getattr(record, name)) for name in record.__dataclass_fields__}
    if isinstance(record, dict):
        return {name: plain(value) for name, value in record.items()}
    return record


def file_sha256(path: Path) -> str:
    """Return the hash of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@contextmanager
def opened() -> Iterator[tuple[Engine, str]]:
    """Yield an engine without a model of levels, and the hash of its encoder."""
    settings = options.load_settings()
    models = Models.load(shipped_models()[BASE], options.runtime(settings))
    with Engine(
        options.load_taxonomy(settings.taxonomy, settings),
        limits=settings.limits,
        as_of=options.parse_month(AS_OF),
        models=models,
    ) as engine:
        yield engine, models.encoder.sha256


def main() -> None:
    """Run what the command line names."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("agree", "fit", "report"))
    parser.add_argument("--data", type=Path)
    parser.add_argument("--cache", type=Path, default=Path("cache"))
    parser.add_argument("--model", type=Path)
    parser.add_argument("--output", type=Path)
    given = parser.parse_args()
    if given.what == "agree":
        print(json.dumps(agreement(), indent=1))
        return
    if given.data is None or given.output is None:
        parser.error(f"{given.what} needs --data and --output")
    given.cache.mkdir(parents=True, exist_ok=True)
    if given.what == "fit":
        write_model(given.data, given.cache, given.output)
        return
    found = json.dumps(measure(given.data, given.cache, given.model), indent=1)
    given.output.write_text(found + "\n", encoding="utf-8")
    print(found)


if __name__ == "__main__":
    main()
