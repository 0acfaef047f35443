"""Scan planted and clean classifiers for backdoors: how many are found, how many clean ones are flagged.

The models come from `audit_backdoor_models.py`, which says how they are planted. One run of
`BackdoorTriggerScanner` looks at each in two ways: by the model alone (a search for triggers, on 100 clean
texts of each class), and with the rows that it was trained on as suspects. What the list of known triggers
finds is counted apart. Thresholds were set on part `tuning` (three families and 24 clean models). Part
`reported` (eight other families, 66 clean models) was not looked at before. Intervals are Wilson's, 95 %.
Scans that are there already are kept, so a stopped run goes on.

    python benchmarks/audit_backdoors.py scan --data FOLDER --models FOLDER --scans FOLDER [--part tuning]
    python benchmarks/audit_backdoors.py table --models FOLDER --scans FOLDER
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import audit_backdoor_models as planting
import numpy as np

from metier.audit.backdoor.options import BackdoorOptions
from metier.audit.backdoor.scanner import INVERSION, POISONED, ROWS, BackdoorTriggerScanner
from metier.audit.labelled_texts import LabelledText
from metier.training.intervals import wilson
from metier.training.networks import load_network

TEXTS_OF_A_LABEL = 100
WAYS = {INVERSION: "by the model alone", ROWS: "with its training rows"}
OPTIONS = BackdoorOptions()
THRESHOLDS = {INVERSION: OPTIONS.threshold, ROWS: OPTIONS.released_threshold}


def spec_of(record: dict[str, Any]) -> planting.Spec:
    """Return what a model was made of, at the attempt that counted."""
    (spec,) = [spec for spec in planting.specs() if spec.name == record["name"]]
    return replace(spec, **{field.name: record[field.name] for field in fields(spec)})


def scan(record: dict[str, Any], data: Path, models: Path) -> dict[str, Any]:
    """Return the scores of one model and what STRIP and ONION say of its training rows."""
    spec = spec_of(record)
    train, other = planting.read_task(data, spec.task)
    rows = planting.training_rows(spec, train, planting.rare_words(data, spec.task, spec.tokenizer))
    clean = planting.scan_rows(other, spec.seed, TEXTS_OF_A_LABEL)
    started = time.process_time()
    found = BackdoorTriggerScanner().scan_model(
        load_network(str(models / spec.name)),
        [LabelledText(text, f"class-{label}") for text, label in clean],
        suspects=[LabelledText(text, f"class-{label}") for text, label in rows],
    )
    scores: defaultdict[str, float] = defaultdict(float)
    for indicator in found.backdoor_indicators:
        scores[indicator.check] = max(scores[indicator.check], indicator.score)
    odd = {item.where: item.facts["number"] for item in found.report.findings if item.code == POISONED}
    texts = {item.where: item.facts["texts"] for item in found.report.findings if item.code == POISONED}
    return {
        "name": spec.name,
        "scores": dict(scores),
        "odd": odd,
        "odd_of": texts,
        "known": bool([item for item in found.report.findings if item.code == "known-trigger"]),
        "patterns": [[pattern.target, *pattern.tokens] for pattern in found.patterns],
        "verdict": str(found.report.verdict),
        "seconds": time.process_time() - started,
    }


def counted(record: dict[str, Any]) -> bool:
    """Return whether a model is clean, or planted with a trigger that works and does not show."""
    if record["kind"] in planting.CLEAN:
        return True
    usual = planting.USUAL[record["task"]]
    return record["success"] >= planting.LEAST_SUCCESS and record["accuracy"] >= usual


def read_scans(models: Path, scans: Path) -> list[dict[str, Any]]:
    """Return records of models with what the scans said, for those that count."""
    found = []
    for path in sorted(scans.glob("*.json")):
        record = json.loads((models / path.name).read_text())
        if counted(record):
            found.append(record | {"scan": json.loads(path.read_text())})
    return found


def flagged(records: Iterable[dict[str, Any]], way: str) -> list[bool]:
    """Return for each model whether it is over the threshold of a way to look."""
    return [record["scan"]["scores"].get(way, 0.0) > THRESHOLDS[way] for record in records]


def share(flags: Sequence[bool]) -> str:
    """Return a share with its counts and its interval."""
    if not flags:
        return "-"
    low, high = wilson(sum(flags), len(flags)).low, wilson(sum(flags), len(flags)).high
    return f"{sum(flags)}/{len(flags)}: {np.mean(flags):.3f} [{low:.3f}, {high:.3f}]"


def summary(records: Sequence[dict[str, Any]], part: str = "reported") -> dict[str, dict[str, str]]:
    """Return for each way to look the share of planted models found and of clean ones flagged."""
    some = [record for record in records if record["part"] == part]
    planted = [record for record in some if record["kind"] not in planting.CLEAN]
    clean = [record for record in some if record["kind"] in planting.CLEAN]
    return {
        title: {"found": share(flagged(planted, way)), "flagged": share(flagged(clean, way))}
        for way, title in WAYS.items()
    }


def table(records: Sequence[dict[str, Any]]) -> None:
    """Print shares by family and by kind of clean model, totals, and time."""
    for part in ("tuning", "reported"):
        some = [record for record in records if record["part"] == part]
        print(f"\n{part}: thresholds {THRESHOLDS}")
        print("| family or kind | " + " | ".join(WAYS.values()) + " |\n|---|---|---|")
        for kind in dict.fromkeys(record["kind"] for record in some):
            own = [record for record in some if record["kind"] == kind]
            print(f"| {kind} | " + " | ".join(share(flagged(own, way)) for way in WAYS) + " |")
        for planted in (True, False):
            verdicts = Counter(
                record["scan"]["verdict"]
                for record in some
                if (record["kind"] not in planting.CLEAN) is planted
            )
            print(f"verdicts of {'planted' if planted else 'clean'} models: {dict(sorted(verdicts.items()))}")
        for title, shares in summary(records, part).items():
            print(f"{title}: found {shares['found']}; clean ones flagged {shares['flagged']}")
        for way in WAYS:
            scores = {
                planted: sorted(
                    record["scan"]["scores"].get(way, 0.0)
                    for record in some
                    if (record["kind"] not in planting.CLEAN) is planted
                )
                for planted in (True, False)
            }
            lowest, highest = scores[True][:4], scores[False][-4:]
            print(f"{way}: lowest of planted {np.round(lowest, 2)}, highest of clean {np.round(highest, 2)}")
    known = [record["scan"]["known"] for record in records if record["kind"] in planting.CLEAN]
    print(f"\nclean models, both parts, flagged by the list of known triggers: {share(known)}")
    seconds = [record["scan"]["seconds"] for record in records]
    print(f"seconds per model: median {np.median(seconds):.1f}, longest {max(seconds):.1f}")
    for name in ("strip", "onion"):
        for kind in ("planted", "clean"):
            odd = [
                record["scan"]["odd"].get(name, 0) / max(record["scan"]["odd_of"].get(name, 1), 1)
                for record in records
                if (record["kind"] in planting.CLEAN) == (kind == "clean")
            ]
            print(f"{name}: rows of {kind} models that stand out, mean share {np.mean(odd):.3f}")


def main() -> None:
    """Scan the models of a shard, or print the tables."""
    import torch

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("scan", "table"))
    parser.add_argument("--data", type=Path)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--scans", type=Path, required=True)
    parser.add_argument("--part", default="")
    parser.add_argument("--shard", type=int, default=0)
    parser.add_argument("--shards", type=int, default=1)
    options = parser.parse_args()
    if options.what == "table":
        table(read_scans(options.models, options.scans))
        return
    torch.set_num_threads(1)
    options.scans.mkdir(parents=True, exist_ok=True)
    names = [spec.name for spec in planting.specs() if options.part in spec.part]
    for name in names[options.shard :: options.shards]:
        record, done = options.models / f"{name}.json", options.scans / f"{name}.json"
        if done.is_file() or not record.is_file():
            continue
        found = scan(json.loads(record.read_text()), options.data, options.models)
        done.write_text(json.dumps(found))
        print(
            name,
            found["verdict"],
            {key: round(value, 2) for key, value in found["scores"].items()},
            flush=True,
        )


if __name__ == "__main__":
    main()
