"""Spans and links: a tagger on the encoder's states, and how high the right skills of ESCO stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
from numpy.typing import NDArray

from metier.engine.evaluation.figures import FOUND, HITS, MARKED
from metier.engine.evaluation.protocol import Bench, CannotMeasure, Outcomes, made_once
from metier.skills.architectures.token_states import FrozenStates
from metier.skills.esco import import_esco
from metier.skills.linking.evaluate import KS, read_linking_rows, targets_of
from metier.skills.linking.head import LinkingHead, LinkingWeights
from metier.skills.linking.linker import Linker
from metier.skills.linking.name_index import NameIndex
from metier.skills.linking.network import LinkingNetwork
from metier.skills.linking.scoring import best_first
from metier.skills.linking.skill_index import SkillIndex, label_vectors
from metier.skills.linking.tagger import BEGIN, INSIDE, N_KINDS, OUTSIDE, SpanTagger
from metier.skills.linking.tasks import SpanTask, is_trained_on, tags_of
from metier.skills.span_sets import read_span_sets
from metier.skills.taxonomy import Taxonomy
from metier.training.metrics import mrr, rp_at_k
from metier.training.options import Device, TrainOptions
from metier.training.sets import DataSet, SetKind, SetPart
from metier.training.trainer import train

_HEAD_RATE: Final = 1e-3
_AT_ONCE: Final = 64
_TAGGER: Final = "tagger"
_ENGLISH: Final = "en"

TokenSpan = tuple[int, int, int]
"""Kind, first token and last token."""


@dataclass(frozen=True, slots=True)
class SpansMeasure:
    """A tagger fitted to the train parts of all sets of spans, measured on the report part of one.

    A set without such a part, as SkillSpan is often divided, is measured on its tune part. An encoder whose
    best step was chosen by that part looks better there than it is.
    """

    words: str = (
        "A tagger, one small convolution over the encoder's states, fitted to the train parts of all sets of "
        "spans in a fixed number of steps. Measured is the report part, or the tune part of a set without "
        "one, which flatters an encoder whose best step was chosen by that part."
    )
    parts: tuple[SetPart, ...] = (SetPart.TRAIN,)

    def inputs(self, data: DataSet, sets: Mapping[str, DataSet]) -> Sequence[DataSet]:
        """Return the set and all sets of spans."""
        return [data, *span_sets(sets)]

    def measure(self, data: DataSet, bench: Bench) -> Outcomes:
        """Return for each text how many spans are marked, how many found, and how many are both."""
        part = next((part for part in (SetPart.REPORT, SetPart.TUNE) if part in data.files), None)
        if part is None:
            raise CannotMeasure("it has no part report or tune")
        tagger = fitted_tagger(bench)
        rows = read_span_sets(data.file(part))
        counts = np.zeros((3, len(rows)))
        readings = bench.encoder.read_all([row.text for row in rows])
        for i, (row, reading) in enumerate(zip(rows, readings, strict=True)):
            ours = tagged_spans(tagger.log_probabilities(reading.states).argmax(axis=2))
            theirs = tagged_spans(tags_of(row, reading.spans))
            counts[:, i] = len(theirs), len(ours), len(ours & theirs)
        columns = dict(zip((MARKED, FOUND, HITS), counts, strict=True))
        names = ("span_f1", "span_precision", "span_recall")
        facts: dict[str, float | str] = {"part": part.value, "steps": bench.steps.spans}
        return Outcomes(names, columns, np.arange(len(rows)), "texts", facts)


@dataclass(frozen=True, slots=True)
class LinkingMeasure:
    """The product's linking with that tagger: where the right skills stand among all of a taxonomy."""

    words: str = (
        "The tagger of the sets of spans finds candidate spans; all skills of ESCO are ranked for each "
        "sentence by the meaning and the spelling of its spans and by the whole sentence, as `metier skills "
        "link` does with its shipped weights."
    )
    parts: tuple[SetPart, ...] = (SetPart.REPORT, SetPart.TAXONOMY)

    def inputs(self, data: DataSet, sets: Mapping[str, DataSet]) -> Sequence[DataSet]:
        """Return the set and all sets of spans."""
        return [data, *span_sets(sets)]

    def measure(self, data: DataSet, bench: Bench) -> Outcomes:
        """Return reciprocal rank and R-precisions for each sentence with a target."""
        taxonomy = taxonomy_of(data, bench)
        targets, n_missing = targets_of(
            read_linking_rows(data.file(SetPart.REPORT)), [entry.skill for entry in taxonomy.entries]
        )
        if not targets:
            raise CannotMeasure("no row has a target that its taxonomy has")
        linker = make_linker(taxonomy, bench)
        figures = ("rp@5", "mrr", "rp@1", "rp@10")
        columns = ranking_columns(linker, bench, targets)
        facts = {"skills": len(taxonomy), "targets": sum(map(len, targets.values())), "lacking": n_missing}
        return Outcomes(figures, columns, np.arange(len(targets)), "sentences", facts)


def span_sets(sets: Mapping[str, DataSet]) -> list[DataSet]:
    """Return the sets of spans that can be trained on, by name."""
    found = [data for data in sets.values() if data.kind is SetKind.SPANS and SetPart.TRAIN in data.files]
    return sorted(found, key=lambda data: data.name)


def fitted_tagger(bench: Bench) -> SpanTagger:
    """Return the tagger of this encoder, trained where no set asked for it yet.

    Raises:
        CannotMeasure: the folder has no set of spans.
        MissingExtra: the `train` extra is not installed.
    """
    return made_once(bench.of_encoder, _TAGGER, lambda: _fit_tagger(bench))


def _fit_tagger(bench: Bench) -> SpanTagger:
    sets = span_sets(bench.sets)
    if not sets:
        raise CannotMeasure("the folder has no set of spans with a train part")
    rows = [row for data in sets for row in read_span_sets(data.file(SetPart.TRAIN)) if is_trained_on(row)]
    network = LinkingNetwork(FrozenStates(bench.encoder), seed=bench.seed)
    bench.say(f"Fitting a tagger of spans to {len(rows):,} texts, {bench.steps.spans} steps.")
    options = head_options(bench.steps.spans, rate=_HEAD_RATE, seed=bench.seed)
    with TemporaryDirectory() as folder:
        train(network.module, [SpanTask(network, rows, rows[:1])], options, Path(folder) / "run")
    return network.numpy_tagger()


def head_options(steps: int, *, rate: float, seed: int) -> TrainOptions:
    """Return how a head is trained: on the processor, in a fixed number of steps; the last counts."""
    return TrainOptions(steps=steps, head_rate=rate, seed=seed, checkpoint_every=steps, device=Device.CPU)


def tagged_spans(tags: NDArray[np.int64]) -> set[TokenSpan]:
    """Return the spans that tags mark, as kind, first and last token.

    Args:
        tags: (n_tokens, 2); what goes on without a beginning is no span.

    >>> sorted(tagged_spans(np.array([[0, 2], [1, 2], [2, 1]])))
    [(0, 0, 1)]
    """
    spans: set[TokenSpan] = set()
    for kind in range(N_KINDS):
        first = None
        for i, tag in enumerate([*tags[:, kind].tolist(), OUTSIDE]):
            if first is not None and tag != INSIDE:
                spans.add((kind, first, i - 1))
                first = None
            if tag == BEGIN:
                first = i
    return spans


def taxonomy_of(data: DataSet, bench: Bench) -> Taxonomy:
    """Return the taxonomy of a set of links; sets with the same file share it."""
    language = data.languages[0] if data.languages else _ENGLISH
    key = f"taxonomy {language} {data.files[SetPart.TAXONOMY].sha256}"
    return made_once(bench.of_all, key, lambda: import_esco(data.file(SetPart.TAXONOMY), language=language))


def make_linker(taxonomy: Taxonomy, bench: Bench) -> Linker:
    """Return the product's linker with this encoder and its tagger."""
    encoder, tagger = bench.encoder, fitted_tagger(bench)
    skills = tuple(entry.skill for entry in taxonomy.entries)
    names = made_once(
        bench.of_all,
        f"names {taxonomy.sha256}",
        lambda: NameIndex([(skill.label, *skill.aliases) for skill in skills]),
    )
    vectors = made_once(
        bench.of_encoder,
        f"labels {taxonomy.sha256}",
        lambda: label_vectors(taxonomy, encoder, cache=bench.cache, say=bench.say).astype(np.float32),
    )
    index = SkillIndex(taxonomy.name, taxonomy.sha256, encoder.sha256, skills, vectors, names)
    return Linker(encoder, LinkingHead("tagger", "", encoder.sha256, tagger, LinkingWeights()), index)


def ranking_columns(
    linker: Linker, bench: Bench, targets: Mapping[str, set[int]]
) -> dict[str, NDArray[np.float64]]:
    """Return `mrr` and `rp@k` of each sentence, (n_sentences,) each."""
    sentences = list(targets)
    columns = {name: np.zeros(len(sentences)) for name in ("mrr", *(f"rp@{k}" for k in KS))}
    for first in range(0, len(sentences), _AT_ONCE):
        part = sentences[first : first + _AT_ONCE]
        bench.encoder.read_all(part)  # together, which is sooner done; the linker reads one by one
        for i, scores in enumerate(linker.scores(part), first):
            wanted = targets[sentences[i]]
            hits = np.isin(best_first(scores, len(scores)), list(wanted))
            columns["mrr"][i] = mrr([hits])
            for k in KS:
                columns[f"rp@{k}"][i] = rp_at_k(hits, k=k, n_targets=len(wanted))
    return columns
