"""Skills shown by meaning: how often a reader agrees, and how many are found. Ambiguous names: accuracy.

Data: the texts of resumes-en, vacancies-en and vacancies-ru (without the damaged rows of hh_2022_noisy),
parted by the hash of each text: 70 % fitted the head, 15 % calibrated it, 15 % are for this report only.

Reading: on all judged pairs, label attention without the words in common, on the states of a sentence as it
stands in its text and as it is read by itself.

Judged pairs: a sentence and a skill; each skill of a text once, with its best sentence. Of the calibration
part 349 of the pairs that the head liked best before it was calibrated were read, to fit weights and
threshold (150 of them from what is now the report part; those fit nothing). Of the report part, those of
the shown pairs whose hash is lowest are read, to say how often what is shown is right. The reader is the
author; a pair is right if a careful recruiter would say from that sentence alone that the person does that,
or that the job asks for it. `--write-sample FILE` writes what has no verdict yet; verdicts go into
judgements/skills_implicit.csv, which holds no words of the documents.

Written sentences (`src/metier/skills/data/implied.csv`): a fifth of them, by hash, fitted nothing; how many
of those show their skill, and how many of those that show none are held to show one.

Ambiguous names: the sentences of `src/metier/skills/data/ambiguous.csv`, written for this, 48 for and 48
against each name, half English, half Russian. Accuracy of ten-fold cross-validation over the sentences
(seed 0), and of names that the fit had never seen (each left out in turn), beside the rule that needs no
encoder. Intervals are Wilson's, 95 %.

    python benchmarks/skills_implicit.py --data FOLDER
"""

from __future__ import annotations

import argparse
import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from metier.encoders.load import Runtime, load_encoder, shipped_models
from metier.encoders.reading import Encoder, Reading
from metier.skills import examples as ex
from metier.skills.build_head import (
    CALIBRATE,
    REPORT,
    WRITTEN_FIT,
    JudgedPair,
    documents,
    name_states,
    read_judged,
    text_sha256,
)
from metier.skills.detect import SkillDetector
from metier.skills.head import SkillHead
from metier.skills.implicit import telling_sentences
from metier.skills.mentions import MentionFinder
from metier.skills.semantics import Semantics
from metier.skills.taxonomy import Taxonomy
from metier.skills.taxonomy_files import default_taxonomy
from metier.skills.vectors import practices, skill_vectors

JUDGEMENTS = Path(__file__).parent / "judgements" / "skills_implicit.csv"
FILES = (
    "resumes-en/livecareer.jsonl",
    "vacancies-en/linkedin_2024.jsonl",
    "vacancies-en/nofluffjobs_2022.jsonl",
    "vacancies-ru/hh_2022.jsonl",
    "vacancies-ru/hh_2025.jsonl",
    "vacancies-ru/superjob_2018.jsonl",
)
PARTS = {"calibrate": CALIBRATE, "report": REPORT}
N_LIKED = 400  # the pairs of a part that the head likes best
N_READ = {"calibrate": 200, "report": 100}
N_TEXTS = 150
FOLDS = 10


@dataclass(frozen=True)
class Pair:
    """A sentence of a text and a skill that it may show."""

    text_sha256: str
    start: int
    end: int
    skill: str
    probability: float
    shown: str

    @property
    def key(self) -> str:
        """Return what names the pair and orders it by chance."""
        place = f"{self.text_sha256}:{self.start}:{self.end}:{self.skill}"
        return hashlib.sha256(place.encode()).hexdigest()


def pairs(texts: Sequence[str], detector: SkillDetector) -> Iterator[Pair]:
    """Yield for each text every practice that it neither names nor implies, with its best sentence."""
    ids = [skill.id for skill in practices(detector.taxonomy)]
    names = [skill.label for skill in practices(detector.taxonomy)]
    semantics = detector.semantics
    for text in texts:
        evidence = detector.detect(text)
        known = {item.skill for item in evidence}
        starts = np.sort([quote.span.start for item in evidence for quote in item.quotes])
        spans = telling_sentences(text)
        if semantics is None or not spans:
            continue
        found = semantics.detector.probabilities([text[span.start : span.end] for span in spans])
        for i, span in enumerate(spans):
            if np.any((starts >= span.start) & (starts < span.end)):
                found[i] = 0.0
        for k, skill in enumerate(ids):
            best = int(found[:, k].argmax())
            if skill not in known and found[best, k] > 0:
                span = spans[best]
                words = " ".join(text[span.start : span.end].split())
                yield Pair(
                    text_sha256(text),
                    span.start,
                    span.end,
                    skill,
                    float(found[best, k]),
                    f"{names[k]} | {words}",
                )


def verdicts() -> dict[tuple[str, int, int, str], int]:
    """Return the reader's verdicts by pair."""
    if not JUDGEMENTS.exists():
        return {}
    with JUDGEMENTS.open(encoding="utf-8", newline="") as file:
        return {
            (row["text_sha256"], int(row["start"]), int(row["end"]), row["skill"]): int(row["shows"])
            for row in csv.DictReader(file)
        }


def wilson(n_right: int, n: int) -> str:
    """Return a share with its 95 % interval (Wilson 1927, doi:10.1080/01621459.1927.10502953)."""
    if not n:
        return "none"
    z, p = 1.959964, n_right / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
    return f"{p:.3f} [{max(0.0, middle - half):.3f}, {min(1.0, middle + half):.3f}] n={n}"


def report_judged(data: Path, detector: SkillDetector, head: SkillHead, sample: Path | None) -> None:
    """Print how often the reader agreed, and write what has no verdict yet."""
    known = verdicts()
    lines = []
    for part, share in PARTS.items():
        texts = documents([data / name for name in FILES], share)
        texts = sorted(texts, key=text_sha256)[:N_TEXTS]
        found = sorted(pairs(texts, detector), key=lambda pair: (-pair.probability, pair.key))
        shown = [pair for pair in found if pair.probability >= head.threshold]
        # To fit the threshold, what lies around it must be read; to report, only what is shown.
        pool = shown if part == "report" else found[:N_LIKED]
        sample_of = sorted(pool, key=lambda pair: pair.key)[: N_READ[part]]
        read = {pair: known.get((pair.text_sha256, pair.start, pair.end, pair.skill)) for pair in sample_of}
        judged = [(pair, verdict) for pair, verdict in read.items() if verdict is not None]
        right = [verdict for pair, verdict in judged if pair.probability >= head.threshold]
        print(f"{part}: {len(texts)} texts, {len(shown)} skills shown, {len(shown) / len(texts):.2f} a text")
        print(f"  shown and judged, right: {wilson(sum(right), len(right))}")
        n_right = sum(verdict for _, verdict in judged)
        print(f"  judged {len(judged)} of {len(sample_of)}; right {n_right}, of which shown {sum(right)}")
        if judged:
            error = np.mean([(pair.probability - verdict) ** 2 for pair, verdict in judged])
            print(f"  Brier score {error:.3f}")
        for pair, verdict in read.items():
            if verdict is None:
                place = pair.text_sha256, str(pair.start), str(pair.end), pair.skill, part, pair.shown
                lines.append("\t".join(place))
    if sample:
        sample.write_text("\n".join(lines), encoding="utf-8")


def report_reading(data: Path, semantics: Semantics) -> None:
    """Print how well label attention tells right pairs from wrong, by what the sentence is read with."""
    judged = read_judged(JUDGEMENTS)
    vectors = skill_vectors(default_taxonomy(), semantics.encoder, semantics.head, cache=None)
    queries = semantics.head.prepare(vectors)
    for part, share in PARTS.items():
        by_text: dict[str, list[JudgedPair]] = {}
        for pair in judged:
            if pair.part == part:
                by_text.setdefault(pair.text_sha256, []).append(pair)
        rows: list[tuple[float, float, bool]] = []
        for text in documents([data / name for name in FILES], share):
            own = by_text.pop(text_sha256(text), [])
            whole = semantics.encoder.read(text) if own else None
            for pair in own if whole is not None else ():
                first, last = np.searchsorted(whole.spans[:, 0], [pair.start, pair.end])
                within = Reading(whole.states[first:last], whole.spans[first:last], whole.frame)
                alone = semantics.encoder.read(text[pair.start : pair.end])
                place = semantics.index(pair.skill)
                overlap = np.zeros((2, len(queries), 2))
                found = semantics.head.features([within, alone], queries, overlap)[:, place, 0]
                rows.append((float(found[0]), float(found[1]), pair.shows))
        values = np.array(rows)
        within, alone = (area(values[:, column], values[:, 2]) for column in (0, 1))
        print(
            f"{part}: area under the curve of {len(rows)} pairs: within {within:.3f}, by itself {alone:.3f}"
        )


def area(scores: NDArray[np.float64], right: NDArray[np.float64]) -> float:
    """Return how often a right pair has a higher score than a wrong one; ties count half."""
    gaps = scores[right == 1][:, None] - scores[right == 0][None]
    return float((gaps > 0).mean() + 0.5 * (gaps == 0).mean())


def report_written(taxonomy: Taxonomy, semantics: Semantics) -> None:
    """Print how many written sentences, none of which fitted anything, show their skill."""
    held = [s for s in ex.written_sentences() if ex.in_part(s.text, low=WRITTEN_FIT[1], high=1.0)]
    if not held:
        return
    ids = [skill.id for skill in practices(taxonomy)]
    for language in sorted({s.language for s in held}):
        own = [s for s in held if s.language == language]
        found = semantics.detector.probabilities([s.text for s in own])
        shows = found >= semantics.head.threshold
        named = [i for i, s in enumerate(own) if s.skill]
        hits = sum(shows[i, ids.index(own[i].skill)] for i in named)
        first = sum(found[i].argmax() == ids.index(own[i].skill) for i in named)
        silent = [i for i, s in enumerate(own) if not s.skill]
        print(f"written, {language}: skill shown {wilson(int(hits), len(named))}")
        print(f"  ranked first of {len(ids)}: {wilson(int(first), len(named))}")
        print(f"  shown though there is none: {wilson(int(shows[silent].any(axis=1).sum()), len(silent))}")


def report_names(taxonomy: Taxonomy, encoder: Encoder) -> None:
    """Print how often ambiguous names are told apart."""
    from metier.skills.fit import fit_names

    sentences = ex.ambiguous_sentences()
    names = np.array([s.name for s in sentences])
    right = np.array([s.shows for s in sentences], np.int64)
    states = name_states(sentences, encoder)
    finder = MentionFinder(taxonomy)
    rule = np.array([any(m.skill == s.skill for m in finder.find(s.text)) for s in sentences], np.int64)
    fold = np.random.default_rng(0).permutation(len(sentences)) % FOLDS
    crossed, unseen = np.zeros(len(right), np.int64), np.zeros(len(right), np.int64)
    for groups, verdict in ((fold, crossed), (names, unseen)):
        for group in np.unique(groups):
            weights, bias = fit_names(states[groups != group], right[groups != group])
            verdict[groups == group] = states[groups == group] @ weights + bias > 0
    print("name      encoder, new sentences          encoder, new names              rule without encoder")
    for name in [*np.unique(names), "all"]:
        own = np.ones(len(names), bool) if name == "all" else names == name
        columns = [wilson(int((v == right)[own].sum()), int(own.sum())) for v in (crossed, unseen, rule)]
        print(f"{name:9}", "   ".join(columns))


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of the data")
    parser.add_argument("--head", type=Path, help="a head other than the shipped one")
    parser.add_argument("--write-sample", type=Path, help="write what has no verdict yet, for a reader")
    options = parser.parse_args()
    taxonomy = default_taxonomy()
    encoder = load_encoder(shipped_models()["base"], Runtime())
    head = SkillHead.load(options.head or shipped_models()["skills"], encoder_sha256=encoder.sha256)
    semantics = Semantics(taxonomy, encoder, head)
    detector = SkillDetector(taxonomy, semantics)
    report_names(taxonomy, encoder)
    report_written(taxonomy, semantics)
    report_reading(options.data, semantics)
    report_judged(options.data, detector, head, options.write_sample)


if __name__ == "__main__":
    main()
