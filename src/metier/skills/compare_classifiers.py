"""Trains the three architectures on the same data and holds them against each other and the lexical floor."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any, Final

from metier.encoders.reading import Encoder
from metier.errors import InvalidInput
from metier.skills.architectures.load import load_classifier
from metier.skills.classifier_data import MeasuredPairs, check_apart
from metier.skills.evaluate_classifier import Predictions, differences, predict_pairs, report
from metier.skills.lexical_classifier import ARCHITECTURE as LEXICAL
from metier.skills.lexical_classifier import LexicalClassifier
from metier.skills.mentions import MentionFinder
from metier.skills.taxonomy import Taxonomy
from metier.skills.train_classifier import (
    ClassifierData,
    ClassifierOptions,
    Trained,
    train_classifier,
)
from metier.training.durable import write_whole
from metier.training.output import MODEL, Origin, Watch

COMPARISON: Final = "comparison.json"


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """What is trained, on what, and what all are measured on.

    Attributes:
        runs: one for each architecture to compare, each architecture once.
        data: what they are trained on.
        measured: what they are measured on; no text of it is nearly the same as one of `data`.
        origin: what the cards say; each model's name gets its architecture.

    Raises:
        InvalidInput: no architecture, or one twice; a text to measure on is trained on, or nearly.
    """

    runs: Sequence[ClassifierOptions]
    data: ClassifierData
    measured: MeasuredPairs
    origin: Origin

    def __post_init__(self) -> None:
        names = [run.architecture for run in self.runs]
        if not names or len(set(names)) < len(names):
            raise InvalidInput(f"A comparison needs architectures, each once. Got {', '.join(names)}.")
        trained = [row.text for row in (*self.data.rows, *self.data.tune)]
        check_apart(trained, (pair.text for pair in self.measured.pairs), use="measure")


def compare_classifiers(
    comparison: Comparison,
    output: Path,
    *,
    encoder: Encoder,
    watch: Callable[[str], Watch] = lambda _: Watch(),
) -> dict[str, Any]:
    """Train, measure what was saved, and write `comparison.json`.

    A call that was stopped goes on with the same arguments.

    Args:
        comparison: what is compared.
        output: gets a folder for each architecture, with its `run` and `model`, and `comparison.json`.
        encoder: what a head without a backbone reads the states of.
        watch: returns who is told how the training of an architecture goes.

    Returns:
        What is written: `data`, on how much all were trained and measured; `models`, what `report` says of
        each by its name, with how its training went; `differences` between each two of them.

    Raises:
        InvalidInput: the rows show no skill that is trained; the output holds something else.
        MissingExtra: the `train` extra is not installed.
    """
    taxonomy = comparison.data.taxonomy
    trained: dict[str, Trained] = {}
    for run in comparison.runs:
        name = run.architecture
        origin = replace(comparison.origin, name=f"{comparison.origin.name}-{name}")
        trained[name] = train_classifier(
            run, comparison.data, output / name, origin=origin, encoder=encoder, watch=watch(name)
        )
    found = {LEXICAL: predict_pairs(LexicalClassifier(taxonomy), comparison.measured.pairs, taxonomy)}
    for name in trained:
        found[name] = _predictions(output / name / MODEL, comparison, encoder)
    result = {
        "data": _data_facts(comparison),
        "models": {name: {**_training(trained.get(name)), **report(found[name])} for name in found},
        "differences": [
            {"first": first, "second": second, **differences(found[first], found[second])}
            for second, first in combinations(found, 2)
        ],
    }
    write_whole(output / COMPARISON, json.dumps(result, indent=2, allow_nan=False).encode() + b"\n")
    return result


def _predictions(folder: Path, comparison: Comparison, encoder: Encoder) -> Predictions:
    taxonomy: Taxonomy = comparison.data.taxonomy
    classifier = load_classifier(
        folder, encoder=encoder, finder=MentionFinder(taxonomy), taxonomy_sha256=taxonomy.sha256
    )
    return predict_pairs(classifier, comparison.measured.pairs, taxonomy)


def _training(trained: Trained | None) -> Mapping[str, Any]:
    if trained is None:
        return {}
    result = trained.result
    return {
        "training": {
            "seconds": result.seconds,
            "steps": result.steps,
            "best_step": result.best_step,
            "stopped": result.stopped,
            "parameters": sum(trained.card.parameters.values()),
        }
    }


def _data_facts(comparison: Comparison) -> Mapping[str, Any]:
    measured = comparison.measured
    return {
        "taxonomy": comparison.data.taxonomy.name,
        "skills": len(comparison.data.taxonomy),
        "train_texts": len(comparison.data.rows),
        "tune_texts": len(comparison.data.tune),
        "measured_texts": measured.n_texts,
        "measured_pairs": len(measured.pairs),
        "texts_with_sampled_negatives": measured.sampled_texts,
        "sampled_negatives": measured.sampled_pairs,
        "ratio": measured.options.ratio,
        "seed": measured.options.seed,
        "files": dict(comparison.origin.training_data),
    }
