"""Is the evidence evidence? A skill's probability after its evidence is deleted, and after as much else is.

Model: a label-attention folder (`--model`), as `skills.py` trains it. Texts: those that `skills.py` measures
on. For every pair of text and skill that the model rightly decides, with evidence that is not the whole
text: the words of the evidence are deleted, the text is read anew, and the fall of the probability of "shown"
is noted; then spans elsewhere, whole words, as many and, within four characters, as long (seeded, five draws,
mean). The difference of the two falls, explicit and implicit apart, with a paired bootstrap interval over
texts. The long Russian texts are left out: a deletion reads the whole text anew.

Overlap: on SkillSpan's development part, how much of the evidence of skills that the model shows lies in
spans that people marked, beside the share of all characters that they marked; interval over texts.

    python benchmarks/skills_evidence.py --data FOLDER --model FOLDER --output FILE
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import skills_data

from metier.encoders.load import Runtime, load_encoder, shipped_models
from metier.skills.architectures.classifier import CLASSES, NONE, SkillClassifier
from metier.skills.architectures.load import load_classifier
from metier.skills.mentions import MentionFinder
from metier.skills.span_sets import read_span_sets
from metier.training.intervals import Interval, bootstrap
from metier.types import Skill, Span

SEED = 20261121
DRAWS = 5
_SLACK = 4  # characters by which a span elsewhere may be longer or shorter
N_OVERLAP = 200
_WORD = re.compile(r"\S+")


@dataclass(frozen=True)
class Fall:
    """How far a probability fell: without the evidence, and without as much elsewhere."""

    text: int
    kind: int
    evidence: float
    elsewhere: float


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    import torch

    torch.set_num_threads(1)
    data = skills_data.load(arguments.data)
    classifier = load_classifier(
        arguments.model,
        encoder=load_encoder(shipped_models()["base"], Runtime(threads=1)),
        finder=MentionFinder(data.taxonomy),
    )
    found = {**deletion(classifier, data), **overlap(classifier, data, arguments.data)}
    arguments.output.write_text(json.dumps(found, indent=1))
    print(json.dumps(found, indent=1))


def deletion(classifier: SkillClassifier, data: skills_data.BenchData) -> dict[str, object]:
    """Return the falls, by class."""
    falls = list(_falls(classifier, data))
    found: dict[str, object] = {}
    for kind in (1, 2):
        own = [fall for fall in falls if fall.kind == kind]
        if not own:
            continue
        groups = [fall.text for fall in own]
        evidence, elsewhere = (
            np.array([getattr(f, name) for f in own]) for name in ("evidence", "elsewhere")
        )
        found[f"{CLASSES[kind]}"] = {
            "pairs": len(own),
            "fall without the evidence": _figures(evidence, groups),
            "fall without as much elsewhere": _figures(elsewhere, groups),
            "difference": _figures(evidence - elsewhere, groups),
        }
    return found


def _falls(classifier: SkillClassifier, data: skills_data.BenchData):  # noqa: ANN202
    by_text: dict[str, dict[str, float]] = {}
    for pairs in (data.pairs["linked"], data.pairs["skape"]):
        for pair in pairs:
            if pair.label:
                by_text.setdefault(pair.text, {})[pair.skill] = pair.label
    for number, (text, labels) in enumerate(by_text.items()):
        skills = [data.taxonomy.entry(skill).skill for skill in labels]
        answer = classifier.classify([text], skills)
        decided = answer.probabilities[0].argmax(axis=1)
        for k, skill in enumerate(skills):
            spans = answer.evidence[0][k]
            if decided[k] != round(2 * labels[skill.id]) or not spans:
                continue
            before = 1 - answer.probabilities[0, k, NONE]
            others = [
                random_spans(text, spans, random.Random(f"{SEED} {number} {k} {d}")) for d in range(DRAWS)
            ]
            others = [other for other in others if other is not None]
            if not others:
                continue
            cut = [without(text, spans), *(without(text, other) for other in others)]
            after = 1 - classifier.classify(cut, [skill]).probabilities[:, 0, NONE]
            yield Fall(number, int(decided[k]), before - after[0], before - float(after[1:].mean()))


def without(text: str, spans: Sequence[Span]) -> str:
    """Return a text without some spans."""
    kept, end = [], 0
    for span in sorted(spans):
        kept.append(text[end : span.start])
        end = max(end, span.end)
    return "".join([*kept, text[end:]])


def random_spans(text: str, spans: Sequence[Span], rng: random.Random) -> list[Span] | None:
    """Return spans of whole words that touch none of the given ones, one as long as each; None if too few."""
    words = [Span(m.start(), m.end()) for m in _WORD.finditer(text)]
    free = [w for w in words if not any(w.start < s.end and s.start < w.end for s in spans)]
    chosen: list[Span] = []
    for span in spans:
        n_chars = span.end - span.start
        runs = [_run_of(text, free, i, n_chars) for i in range(len(free))]
        near = [run for run in runs if run and abs(run[-1].end - run[0].start - n_chars) <= _SLACK]
        if not near:
            return None
        run = rng.choice(near)
        chosen.append(Span(run[0].start, run[-1].end))
        free = [word for word in free if word not in run]
    return chosen


def _run_of(text: str, words: Sequence[Span], first: int, n_chars: int) -> list[Span]:
    """Return the words from one on that together are nearest to a length, with blanks alone between them."""
    run = [words[first]]
    for word in words[first + 1 :]:
        longer = word.end - run[0].start
        if text[run[-1].end : word.start].strip() or longer - n_chars > n_chars - (
            run[-1].end - run[0].start
        ):
            break
        run.append(word)
    return run


def overlap(classifier: SkillClassifier, data: skills_data.BenchData, folder: Path) -> dict[str, object]:
    """Return the share of evidence that lies in marked spans, beside the share of all that is marked."""
    rows = [row for row in read_span_sets(folder / "skillspan/dev.json") if row.spans]
    rows = sorted(rows, key=lambda row: skills_data.key_of(row.text))[:N_OVERLAP]
    skills: list[Skill] = [entry.skill for entry in data.taxonomy.entries]
    inside, chance = [], []
    for row in rows:
        marked = np.zeros(len(row.text), bool)
        for labelled in row.spans:
            marked[labelled.span.start : labelled.span.end] = True
        answer = classifier.classify([row.text], skills)
        shown = answer.probabilities[0].argmax(axis=1) != NONE
        spans = [span for k in np.flatnonzero(shown) for span in answer.evidence[0][k]]
        if spans:
            inside.append(float(np.mean([marked[s.start : s.end].mean() for s in spans])))
            chance.append(float(marked.mean()))
    groups = range(len(inside))
    return {
        "overlap with marked spans": {
            "texts with evidence": len(inside),
            "share of evidence inside": _figures(np.array(inside), groups),
            "share of the text inside": _figures(np.array(chance), groups),
        }
    }


def _figures(values: np.ndarray, groups: Sequence[int]) -> list[float]:
    found: Interval = bootstrap(lambda rows: float(values[rows].mean()), list(groups), seed=SEED)
    return [round(found.value, 4), round(found.low, 4), round(found.high, 4)]


if __name__ == "__main__":
    main()
