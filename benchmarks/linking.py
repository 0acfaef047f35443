"""Linking sentences to ESCO: MRR and RP@k of the shipped head, a tuned backbone, and simple partners.

Data: esco-linking/{tech,house}_validation_annotations.csv; a sentence's targets are the labels of its rows
that are neither LABEL NOT PRESENT nor UNDERSPECIFIED and that the taxonomy has. All labelled skills of
esco/skills_en.csv are candidates (13,352; its other 587 rows have no label). The sentences are few: intervals
are 95 % bootstrap over sentences, and settings were chosen with these sentences in view, so expect less on
others. Nothing was trained on them: taggers on skillspan/train.json, a tenth kept for tuning; the tuned
backbone on names and descriptions of ESCO and skillskape/train.csv too.

    python benchmarks/linking.py build  --data FOLDER --work FOLDER --run frozen|tuned [--backbone FOLDER]
    python benchmarks/linking.py report --data FOLDER --work FOLDER
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metier.encoders.load import Runtime, load_encoder, shipped_models
from metier.encoders.reading import Encoder, TextKind
from metier.skills.esco import import_esco
from metier.skills.linking.build import LinkerOptions, build_linker
from metier.skills.linking.evaluate import (
    LinkingReport,
    evaluate_linking,
    ranking_figures,
    read_linking_rows,
    targets_of,
)
from metier.skills.linking.linker import Linker
from metier.skills.linking.load import LinkingOptions, load_linker
from metier.skills.linking.skill_index import index_skills
from metier.skills.taxonomy import Taxonomy
from metier.training.intervals import Interval
from metier.training.options import TrainOptions
from metier.training.output import MODEL, Origin, Watch

SEED = 20261121
SETS = ("tech", "house")
STEPS = {"frozen": 600, "tuned": 350}
FROZEN_LAYERS = 6
Scorer = Callable[[Sequence[str]], NDArray[np.float64]]


def build(arguments: argparse.Namespace) -> None:
    """Train one of the two heads."""
    import torch

    torch.set_num_threads(1)
    tuned = arguments.run == "tuned"
    train = TrainOptions(
        steps=STEPS[arguments.run],
        head_rate=1e-3,
        backbone_rate=7e-5,
        seed=SEED,
        evaluate_every=50 if tuned else 75,
        checkpoint_every=50 if tuned else 300,
    )
    options = LinkerOptions(
        spans=arguments.data / "skillspan/train.json",
        train=train,
        backbone=str(arguments.backbone) if tuned else None,
        labelled=arguments.data / "skillskape/train.csv",
        frozen_layers=FROZEN_LAYERS,
    )
    build_linker(
        options,
        import_esco(arguments.data / "esco/skills_en.csv", language="en"),
        arguments.work / arguments.run,
        origin=Origin(
            name="metier-linking" if not tuned else "metier-linking-tuned",
            license="MIT",
            languages=("en",),
            command=f"python benchmarks/linking.py build --run {arguments.run}",
        ),
        encoder=load_encoder(shipped_models()["base"], Runtime(threads=1)),
        watch=Watch(say=lambda words: print(words, file=sys.stderr, flush=True)),
    )


def report(arguments: argparse.Namespace) -> None:
    """Print and write the figures of the shipped head, of what was built, and of the partners."""
    import torch

    torch.set_num_threads(1)
    esco = import_esco(arguments.data / "esco/skills_en.csv", language="en")
    base = load_encoder(shipped_models()["base"], Runtime(threads=1))
    options = LinkingOptions(cache=arguments.work / "cache")
    heads = {"shipped head": shipped_models().get("linking")}
    heads |= {f"{run} head": arguments.work / run / MODEL for run in STEPS}
    figures: dict[str, Any] = {}
    for name in SETS:
        rows = read_linking_rows(arguments.data / f"esco-linking/{name}_validation_annotations.csv")
        for label, path in heads.items():
            if path is None or not path.is_dir():
                continue
            linker = load_linker(path, esco, lambda: base, options=options)
            show(figures, name, label, evaluate_linking(linker, rows))
            for part in ("span", "sentence", "lexical"):
                weights = replace(linker.weights, **{part: 0.0})
                less = Linker(linker.encoder, linker.head, linker.index, weights=weights)
                show(figures, name, f"{label}, without {part}", evaluate_linking(less, rows))
        targets, _ = targets_of(rows, [entry.skill for entry in esco.entries])
        texts = list(targets)
        for label, scorer in partners(esco, base, arguments.work / "cache").items():
            show(figures, name, label, ranking_figures(scorer(texts), targets.values()))
    (arguments.work / "linking.json").write_text(json.dumps(figures, indent=1))


def show(figures: dict[str, Any], name: str, label: str, found: LinkingReport | dict[str, Interval]) -> None:
    """Print a line and keep its figures."""
    intervals = found.intervals if isinstance(found, LinkingReport) else found
    cells = "  ".join(f"{key} {i.value:.3f} [{i.low:.3f}, {i.high:.3f}]" for key, i in intervals.items())
    print(f"{name:6} {label:34} {cells}", flush=True)
    figures.setdefault(name, {})[label] = {key: [i.value, i.low, i.high] for key, i in intervals.items()}
    if isinstance(found, LinkingReport):
        mapping = found.to_mapping()
        counts = {key: mapping[key] for key in ("n_sentences", "n_targets", "n_skills", "n_missing_targets")}
        figures[name]["counts"] = counts


def partners(esco: Taxonomy, encoder: Encoder, cache: Path) -> dict[str, Scorer]:
    """Return BM25, character TF-IDF and the encoder as it is, each over whole sentences."""
    import bm25s
    import Stemmer
    from sklearn.feature_extraction.text import TfidfVectorizer

    skills = [entry.skill for entry in esco.entries]
    labels = [skill.label for skill in skills]
    stemmer = Stemmer.Stemmer("english")

    def tokens(texts: list[str]) -> Any:
        return bm25s.tokenize(texts, stopwords="en", stemmer=stemmer, return_ids=False, show_progress=False)

    index = bm25s.BM25()
    index.index(tokens([f"{skill.label} {skill.description}" for skill in skills]), show_progress=False)
    spelling = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)
    names = spelling.fit_transform(labels)
    vectors = index_skills(esco, encoder, cache=cache, spelling=False).vectors.astype(np.float32)
    return {
        "BM25": lambda texts: np.array([index.get_scores(each) for each in tokens(list(texts))]),
        "char TF-IDF": lambda texts: (spelling.transform(texts) @ names.T).toarray(),
        "untuned encoder": lambda texts: encoder.encode(texts, kind=TextKind.PASSAGE) @ vectors.T,
    }


def main() -> None:
    """Run one of the commands."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    commands = parser.add_subparsers(required=True)
    for name, call in (("build", build), ("report", report)):
        command = commands.add_parser(name)
        command.set_defaults(call=call)
        command.add_argument("--data", type=Path, required=True)
        command.add_argument("--work", type=Path, required=True)
        command.add_argument("--backbone", type=Path)
        command.add_argument("--run", choices=tuple(STEPS))
    arguments = parser.parse_args()
    arguments.call(arguments)


if __name__ == "__main__":
    main()
