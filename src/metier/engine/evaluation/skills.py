"""Skill evidence by a label-attention head over the encoder's states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.engine.evaluation.figures import GOLD, TOLD
from metier.engine.evaluation.linking import head_options
from metier.engine.evaluation.protocol import Bench, CannotMeasure, Outcomes, made_once
from metier.skills.architectures import attention_head
from metier.skills.architectures.attention_network import LabelAttentionNetwork
from metier.skills.architectures.label_attention import LabelAttentionClassifier
from metier.skills.architectures.rows import examples_from_pairs
from metier.skills.architectures.task import SkillRows, SkillTask, SkillTaskOptions
from metier.skills.architectures.token_states import FrozenStates
from metier.skills.data import LabelledText
from metier.skills.labelled_json import read_label_rows
from metier.skills.mentions import MentionFinder
from metier.skills.negatives import LabelledPair
from metier.skills.taxonomy import Taxonomy
from metier.skills.taxonomy_files import load_taxonomy
from metier.skills.train_classifier import ClassifierOptions, make_examples, never_shown
from metier.training.sets import DataSet, SetPart
from metier.training.trainer import train

_HEAD_RATE: Final = 2e-3
_NONE_SHARE: Final = 4.0
_STATE_BYTES: Final = 3_000_000_000
_AT_ONCE: Final = 64


@dataclass(frozen=True, slots=True)
class SkillsMeasure:
    """Label attention over the states, fitted to the train part."""

    words: str = (
        "A label-attention head over the encoder's states, fitted to the train part in a fixed number of "
        "steps; each text of the report part is asked of all skills that it is labelled with, none included. "
        "Resampled by text."
    )
    parts: tuple[SetPart, ...] = (SetPart.TRAIN, SetPart.REPORT, SetPart.TAXONOMY)

    def inputs(self, data: DataSet, sets: Mapping[str, DataSet]) -> Sequence[DataSet]:
        """Return the set alone."""
        del sets
        return [data]

    def measure(self, data: DataSet, bench: Bench) -> Outcomes:
        """Return the true class and the one told of each pair of text and skill."""
        key = f"taxonomy {data.files[SetPart.TAXONOMY].sha256}"
        taxonomy = made_once(bench.of_all, key, lambda: load_taxonomy(data.file(SetPart.TAXONOMY)))
        rows, report = (
            read_label_rows(data.file(part), taxonomy).rows for part in (SetPart.TRAIN, SetPart.REPORT)
        )
        asked = [row for row in report if row.labels]
        if not asked:
            raise CannotMeasure("no row of its report part has a label")
        classifier = fitted_classifier(rows, taxonomy, bench)
        found = [told_classes(classifier, taxonomy, part, bench) for part in _parts(asked)]
        gold, told, sizes = (np.concatenate(columns) for columns in zip(*found, strict=True))
        texts = {text: i for i, text in enumerate(dict.fromkeys(row.text for row in asked))}
        groups = np.repeat([texts[row.text] for row in asked], sizes)
        columns = {GOLD: gold.astype(np.float64), TOLD: told.astype(np.float64)}
        facts = {"texts": len(texts), "train rows": len(rows), "steps": bench.steps.skills}
        names = ("macro_f1", "f1_none", "f1_implicit", "f1_explicit")
        return Outcomes(names, columns, groups, "pairs", facts)


def fitted_classifier(
    rows: Sequence[LabelledText], taxonomy: Taxonomy, bench: Bench
) -> LabelAttentionClassifier:
    """Return a label-attention head on the encoder as it is, trained on labelled texts.

    Raises:
        MissingExtra: the `train` extra is not installed.
    """
    steps, skills = bench.steps.skills, [entry.skill for entry in taxonomy.entries]
    options = head_options(steps, rate=_HEAD_RATE, seed=bench.seed)
    held_out = never_shown(rows, taxonomy)
    chosen = ClassifierOptions(attention_head.ARCHITECTURE, None, options, ratio=1, held_out=held_out)
    examples = make_examples(chosen, rows, taxonomy, skills)
    if not examples:
        raise CannotMeasure("its train part shows no skill")
    source = FrozenStates(bench.encoder, cache_bytes=_STATE_BYTES)
    network = LabelAttentionNetwork(source, seed=bench.seed, finder=MentionFinder(taxonomy))
    bench.say(f"Fitting label attention to {len(examples):,} texts, {steps} steps.")
    network.set_centers([row.text for row in rows], skills)
    # A task must have something to be tuned on; nothing is chosen here, so one pair will do.
    some = examples_from_pairs([LabelledPair(examples[0].text, skills[0].id, 0.0)], skills)
    task = SkillTask(network, SkillRows(skills, examples, some), SkillTaskOptions(none_share=_NONE_SHARE))
    with TemporaryDirectory() as folder:
        train(network.module, [task], options, Path(folder) / "run")
    return network.classifier()


def told_classes(
    classifier: LabelAttentionClassifier, taxonomy: Taxonomy, rows: Sequence[LabelledText], bench: Bench
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return true classes and told ones of all pairs, row after row, and how many each row has."""
    bench.encoder.read_all([row.text for row in rows])  # together, which is sooner done
    gold, told = [], []
    for row in rows:
        asked = sorted(row.labels)
        logits = classifier.logits([row.text], [taxonomy.entry(skill).skill for skill in asked])
        told.append(logits[0].argmax(axis=1))
        gold.append(np.array([round(2 * row.labels[skill]) for skill in asked], np.int64))
    return np.concatenate(gold), np.concatenate(told), np.array([len(each) for each in gold], np.int64)


def _parts(rows: Sequence[LabelledText]) -> list[Sequence[LabelledText]]:
    return [rows[first : first + _AT_ONCE] for first in range(0, len(rows), _AT_ONCE)]
