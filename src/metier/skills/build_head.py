"""Builds the head for skills: reads the examples with an encoder, fits, calibrates, writes a model folder."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from metier.encoders.folder import CARD, ModelCard, ModelFolder, file_entry, file_hashes
from metier.encoders.reading import Encoder, TextKind
from metier.encoders.torch_network import load_torch_encoder
from metier.errors import InvalidInput, NotFound
from metier.skills import examples as ex
from metier.skills.fit import fit_attention, fit_calibration, fit_names
from metier.skills.head import ATTENTION, HEAD, N_FEATURES, SETTINGS, TASK, VECTORS, SkillHead
from metier.skills.implicit import ImplicitDetector
from metier.skills.semantics import Semantics
from metier.skills.taxonomy import Taxonomy
from metier.skills.vectors import encode_skills, practices, skill_vectors
from metier.training.corpus import read_texts
from metier.types import Span

NAME: Final = "metier-skills"
SEED: Final = 20261121
FIT: Final = (0.0, 0.7)
CALIBRATE: Final = (0.7, 0.85)
REPORT: Final = (0.85, 1.0)
WRITTEN_FIT: Final = (0.0, 0.8)
PRECISION: Final = 0.75
_TEXTS_PER_FILE: Final = 500
_CENTER_TEXTS: Final = 400


@dataclass(frozen=True, slots=True)
class HeadOptions:
    """What `build_head` works with.

    Attributes:
        texts: files of job texts and resumes: the usual document is taken from one part of them, the judged
            sentences stand in another.
        judged: a CSV of judged pairs to calibrate with; without one the head shows no skill yet.
        float32: folder of the encoder before it was made small, to measure what that costs; or None.
    """

    texts: tuple[Path, ...]
    judged: Path | None = None
    float32: Path | None = None


@dataclass(frozen=True, slots=True)
class JudgedPair:
    """A sentence of a text, which its hash names, a skill, and whether a reader saw that skill in it."""

    text_sha256: str
    start: int
    end: int
    skill: str
    part: str
    shows: bool


def build_head(
    options: HeadOptions,
    taxonomy: Taxonomy,
    encoder: Encoder,
    output: Path,
    *,
    say: Callable[[str], None],
) -> ModelCard:
    """Write a head for skills as a model folder, and return its card.

    Args:
        options: texts and files.
        taxonomy: whose practices it is fitted to.
        encoder: what it reads the states of.
        output: a folder that does not exist yet or is empty.
        say: told in a sentence what is being done.

    Raises:
        InvalidInput: the output folder is not empty, or no text is long enough.
        NotFound: a file is missing.
        MissingExtra: the `train` extra is not installed.
    """
    if output.exists() and any(output.iterdir()):
        raise InvalidInput(f"{output} must be empty. Name another folder with --output.")
    texts = documents(options.texts, FIT)
    if not texts:
        raise InvalidInput(f"No text of {ex.MIN_CHARS} characters is in the files. Name others with --texts.")
    say(f"Reading {len(texts):,} texts with {encoder.name}.")
    head = _fitted(taxonomy, encoder, texts, say)
    metrics: dict[str, Any] = {}
    if options.judged is not None:
        say("Calibrating with judged sentences.")
        head, metrics = _calibrated(head, taxonomy, encoder, options)
    if options.float32 is not None:
        say("Comparing with the float32 encoder.")
        metrics = {**metrics, "int8": compare_float32(head, taxonomy, encoder, options.float32)}
    return write_head(head, output, options, metrics)


def compare_float32(
    head: SkillHead, taxonomy: Taxonomy, encoder: Encoder, float32: Path
) -> dict[str, float | int]:
    """Return what the encoder's small numbers cost: probabilities beside those with float32 states in torch.

    On the written sentences that fitted nothing, each held against every practice.

    Args:
        head: calibrated.
        taxonomy: whose practices are asked.
        encoder: the one in use.
        float32: folder of the same encoder in float32, with weights for torch.

    Raises:
        NotFound: no model folder.
        ModelError: it is damaged, or no encoder.
        MissingExtra: the `train` extra is not installed.
    """
    card = ModelFolder.open(float32).card
    prefixes = {TextKind(kind): words for kind, words in card.prefixes.items()}
    exact = load_torch_encoder(str(float32), name=card.name, prefixes=prefixes)
    sentences = [sentence.text for sentence in written_part((WRITTEN_FIT[1], 1.0))]
    vectors = skill_vectors(taxonomy, encoder, head, cache=None)
    small, large = (
        ImplicitDetector(each, head, practices(taxonomy), vectors).probabilities(sentences)
        for each in (encoder, exact)
    )
    gaps = np.abs(small - large)
    changed = (small >= head.threshold) != (large >= head.threshold)
    return {
        "sentences": len(sentences),
        "pairs": int(gaps.size),
        "largest_difference": round(float(gaps.max()), 4),
        "mean_difference": round(float(gaps.mean()), 6),
        "pairs_decided_otherwise": int(changed.sum()),
        "pairs_shown": int((large >= head.threshold).sum()),
    }


def documents(files: Sequence[Path], part: tuple[float, float]) -> list[str]:
    """Return texts of 300 characters or more in a part of all texts, at most 500 a file, cut at 9,000."""
    texts: list[str] = []
    for file in files:
        own = [text[: ex.MAX_CHARS] for text in read_texts([file]) if len(text) >= ex.MIN_CHARS]
        texts += sorted(text for text in own if ex.in_part(text, low=part[0], high=part[1]))[:_TEXTS_PER_FILE]
    return texts


def name_states(sentences: Sequence[ex.AmbiguousSentence], encoder: Encoder) -> NDArray[np.float32]:
    """Return the mean state of the name in each sentence, (n, dim), each read by itself.

    Raises:
        InvalidInput: a sentence does not hold its name.
    """
    states = np.zeros((len(sentences), encoder.dim), np.float32)
    for i, sentence in enumerate(sentences):
        place = re.search(rf"(?<!\w){re.escape(sentence.name)}(?!\w)", sentence.text, re.IGNORECASE)
        if place is None:
            raise InvalidInput(f"Sentence {i + 1} on {sentence.skill} must hold the name {sentence.name!r}.")
        reading = encoder.read(sentence.text)
        inside = (reading.spans[:, 0] >= place.start()) & (reading.spans[:, 0] < place.end())
        states[i] = reading.states[inside].mean(axis=0, dtype=np.float64)
    return states


def read_judged(file: Path) -> list[JudgedPair]:
    """Return the judged pairs of a CSV file.

    Raises:
        NotFound: no such file.
        InvalidInput: a row breaks the layout.
    """
    if not file.is_file():
        raise NotFound(f"There is no file of judged sentences {file}.")
    try:
        with file.open(encoding="utf-8", newline="") as table:
            return [
                JudgedPair(
                    row["text_sha256"],
                    int(row["start"]),
                    int(row["end"]),
                    row["skill"],
                    row["part"],
                    bool(int(row["shows"])),
                )
                for row in csv.DictReader(table)
            ]
    except (KeyError, ValueError, TypeError) as error:
        raise InvalidInput(
            f"{file.name} needs the columns text_sha256, start, end, skill, part and shows (0 or 1)."
        ) from error


def text_sha256(text: str) -> str:
    """Return the hash that names a text among the judged pairs."""
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:16]


def judged_features(
    pairs: Sequence[JudgedPair], texts: Sequence[str], semantics: Semantics
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return what the calibration weighs and what the reader said, for pairs whose text is at hand.

    Returns:
        Features (n, 3) and labels (n,).
    """
    by_text: dict[str, list[JudgedPair]] = {}
    for pair in pairs:
        by_text.setdefault(pair.text_sha256, []).append(pair)
    features: list[NDArray[np.float64]] = []
    labels: list[bool] = []
    for text in texts:
        own = by_text.pop(text_sha256(text), [])
        if own:
            wanted = list(dict.fromkeys(Span(pair.start, pair.end) for pair in own))
            found = semantics.detector.features([text[span.start : span.end] for span in wanted])
            features += [found[wanted.index(Span(p.start, p.end)), semantics.index(p.skill)] for p in own]
            labels += [pair.shows for pair in own]
    return np.array(features, np.float64).reshape(-1, N_FEATURES), np.array(labels, np.int64)


def write_head(head: SkillHead, output: Path, options: HeadOptions, metrics: Mapping[str, Any]) -> ModelCard:
    """Write a head as a model folder, and return its card."""
    output.mkdir(parents=True, exist_ok=True)
    facts = {
        "encoder_sha256": head.encoder_sha256,
        "taxonomy_sha256": head.taxonomy_sha256,
        "settled_names": sorted(head.settled_names),
        **{name: getattr(head, name) for name in SETTINGS},
    }
    tensors = {name: np.ascontiguousarray(getattr(head, name)) for name in VECTORS}
    tensors |= {ATTENTION + name: array for name, array in head.attention.stored().items()}
    tensors["practice_vectors"] = head.practice_vectors
    (output / HEAD).write_bytes(save(tensors, metadata={"facts": json.dumps(facts, sort_keys=True)}))
    card = ModelCard(
        name=NAME,
        task=TASK,
        base=f"head for encoder {head.encoder_sha256}",
        license="MIT",
        languages=("en", "ru"),
        dim=head.attention.dim,
        max_tokens=0,
        prefixes={},
        command="metier skills fit-head --texts FILE... --judged FILE",
        training_data=file_hashes(path for path in (*options.texts, options.judged) if path is not None),
        parameters={name: int(tensor.size) for name, tensor in sorted(tensors.items())},
        metrics=dict(metrics),
        files={HEAD: file_entry(output / HEAD)},
    )
    (output / CARD).write_bytes(card.dump())
    return card


def written_part(part: tuple[float, float]) -> list[ex.WrittenSentence]:
    """Return the written sentences in a part of all of them, by their hash."""
    return [s for s in ex.written_sentences() if ex.in_part(s.text, low=part[0], high=part[1])]


def _fitted(taxonomy: Taxonomy, encoder: Encoder, texts: list[str], say: Callable[[str], None]) -> SkillHead:
    names = ex.ambiguous_sentences()
    weights, bias = fit_names(name_states(names, encoder), np.array([name.shows for name in names], np.int64))
    sample = texts[:: max(1, len(texts) // _CENTER_TEXTS)]
    center = encoder.encode(sample, kind=TextKind.PASSAGE).mean(axis=0, dtype=np.float64)
    sentences = written_part(WRITTEN_FIT)
    say(f"Fitting to {len(sentences):,} sentences.")
    return SkillHead(
        name=NAME,
        sha256="",
        encoder_sha256=encoder.sha256,
        attention=fit_attention(sentences, practices(taxonomy), encoder, seed=SEED, say=say),
        feature_weights=np.array([1, 0, 0], np.float32),
        intercept=0.0,
        threshold=1.0,
        document_center=center.astype(np.float32),
        name_weights=weights,
        name_bias=bias,
        settled_names=frozenset(name.skill for name in names),
        taxonomy_sha256=taxonomy.sha256,
        practice_vectors=encode_skills(taxonomy, encoder),
    )


def _calibrated(
    head: SkillHead, taxonomy: Taxonomy, encoder: Encoder, options: HeadOptions
) -> tuple[SkillHead, dict[str, Any]]:
    pairs = [pair for pair in read_judged(options.judged or Path()) if pair.part == "calibrate"]
    texts = documents(options.texts, CALIBRATE)
    features, shows = judged_features(pairs, texts, Semantics(taxonomy, encoder, head))
    weights, intercept, threshold = fit_calibration(features, shows, precision=PRECISION)
    metrics = {"calibration": {"pairs": len(shows), "shown": int(shows.sum()), "precision": PRECISION}}
    return replace(head, feature_weights=weights, intercept=intercept, threshold=threshold), metrics
