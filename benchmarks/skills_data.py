"""The data of `skills.py`: one taxonomy, rows to train on, and labelled pairs to measure on.

Taxonomy: the ESCO skills that SkillSkape or the linked SkillSpan rows name, and metier's own skills that
employers' tags of Russian vacancies name; where the two share a name they are one skill.

Train: SkillSkape train; SkillSpan train sentences in which one marked span gave way to a name of a random
skill (explicit, and the only words of which something is known); one passage of each of some damaged Russian
vacancies (`hh_2022_noisy`) with the employer's tags. Texts that are nearly the same as one to be measured on
are left out, and when measuring, so are texts of which three tenths or more stand in a training text.

Measured on, by set:
    linked   sentences of SkillSpan's development part with the ESCO skills that people linked: explicit
    skape    SkillSkape dev: explicit where a name of the skill occurs, else implicit
    russian  clean Russian vacancies with employers' tags: explicit where a name occurs, else implicit
each with two sampled skills per shown one that count as none. `judgements/skills_none.csv` says of 500 of
those whether a reader agreed.

Held out: the 40 skills whose hash is lowest are never seen in training by their id. ESCO has near twins: one
of the 40 (Jenkins) is trained under a longer label, some others have neighbours of nearly the same meaning.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from metier.documents.sentences import find_sentences
from metier.skills.data import EXPLICIT, IMPLICIT, NONE, LabelledText
from metier.skills.esco import import_esco
from metier.skills.labelled_csv import read_label_table
from metier.skills.linking.tasks import fill
from metier.skills.negatives import LabelledPair, NegativeOptions, NegativeSampler
from metier.skills.skill_names import NameSpotter
from metier.skills.span_sets import read_span_sets
from metier.skills.tag_lists import HH_FIELDS, read_tag_lists
from metier.skills.taxonomy import Taxonomy, TaxonomyEntry
from metier.skills.taxonomy_files import default_taxonomy
from metier.training.splits import near_duplicates

SEED = 20261121
NO_TARGET = {"LABEL NOT PRESENT", "UNDERSPECIFIED"}
HELD_OUT_SHARE = 0.12
N_FILLED = 1200
N_RUSSIAN_TRAIN = 400
N_SKAPE = 400
N_RUSSIAN = 100
PASSAGE_CHARS = 600
NEGATIVES = 2
_RUN = 8
_SHARED = 0.3
SETS = ("linked", "skape", "russian")


@dataclass(frozen=True)
class BenchData:
    """All that the benchmark works with; `pairs` by set."""

    taxonomy: Taxonomy
    train: list[LabelledText]
    tune: list[LabelledText]
    pairs: dict[str, list[LabelledPair]]
    held_out: frozenset[str]


def load(data: Path) -> BenchData:
    """Read the folder of data; the same folder gives the same result."""
    esco = import_esco(data / "esco/skills_en.csv", language="en")
    linked = read_linked(data, esco)
    skape = {part: list(read_label_table(data / f"skillskape/{part}.csv", esco, unknown="skip").rows)
             for part in ("train", "dev")}  # fmt: skip
    own = default_taxonomy()
    russian = [*read_tag_lists(data / "vacancies-ru/hh_2022.jsonl", own, fields=HH_FIELDS).rows,
               *read_tag_lists(data / "vacancies-ru/hh_2025.jsonl", own, fields=HH_FIELDS).rows]  # fmt: skip
    noisy = list(read_tag_lists(data / "vacancies-ru/hh_2022_noisy.jsonl", own, fields=HH_FIELDS).rows)
    wanted_esco = {s for row in [*linked, *skape["train"], *skape["dev"]] for s in row.labels}
    counts = Counter(s for row in noisy for s in row.labels)
    wanted_own = {s for s, n in counts.items() if n >= 2} | {s for row in russian for s in row.labels}
    taxonomy, same = merge(esco, wanted_esco, own, wanted_own)
    rename = lambda rows: [_renamed(row, same, taxonomy) for row in rows]  # noqa: E731
    linked, skape = rename(linked), {part: rename(rows) for part, rows in skape.items()}
    sets = {
        "linked": linked,
        "skape": _some([row for row in skape["dev"] if row.shown], N_SKAPE),
        "russian": _some([row for row in rename(russian) if row.shown], N_RUSSIAN),
    }
    held_out = choose_held_out(sets.values())
    spotter = NameSpotter(taxonomy)
    train = [
        *skape["train"],
        *filled_sentences(data, taxonomy, held_out),
        *(passage(row, spotter) for row in _some([r for r in rename(noisy) if r.shown], N_RUSSIAN_TRAIN)),
    ]
    train = unseen(train, [row.text for rows in sets.values() for row in rows])
    fit, tune = cut(train)
    pairs = {name: with_negatives(rows, taxonomy) for name, rows in sets.items()}
    return BenchData(taxonomy, fit, tune, pairs, held_out)


def read_linked(data: Path, esco: Taxonomy) -> list[LabelledText]:
    """Return the sentences of the linked rows with their ESCO skills, all explicit."""
    by_label = {entry.skill.label: entry.skill.id for entry in esco.entries}
    found: dict[str, dict[str, float]] = {}
    for name in ("tech", "house"):
        with (data / f"esco-linking/{name}_validation_annotations.csv").open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                skill = by_label.get(row["label"].strip())
                if skill and row["label"] not in NO_TARGET:
                    found.setdefault(row["sentence"], {})[skill] = EXPLICIT
    return [LabelledText(text, labels, complete=False) for text, labels in found.items()]


def merge(
    esco: Taxonomy, wanted_esco: set[str], own: Taxonomy, wanted_own: set[str]
) -> tuple[Taxonomy, dict[str, str]]:
    """Return one taxonomy of both, and the id that each ESCO skill goes by in it."""
    entries = {
        entry.skill.id: replace(entry, implies=()) for entry in own.entries if entry.skill.id in wanted_own
    }
    by_name = {name.casefold(): entry.skill.id for entry in entries.values() for name in entry.names}
    same: dict[str, str] = {}
    for entry in esco.entries:
        if entry.skill.id not in wanted_esco:
            continue
        double = by_name.get(entry.skill.label.casefold())
        same[entry.skill.id] = double or entry.skill.id
        if double is None:  # the usual copy of ESCO has no descriptions of their own, so labels must do
            entries[entry.skill.id] = replace(entry, skill=replace(entry.skill, description=""))
        else:
            entries[double] = _with_names(entries[double], entry)
    return Taxonomy("head-to-head", entries.values()), same


def _with_names(entry: TaxonomyEntry, other: TaxonomyEntry) -> TaxonomyEntry:
    names = dict.fromkeys([*entry.skill.aliases, *other.names])
    names.pop(entry.skill.label, None)
    return replace(
        entry,
        skill=replace(entry.skill, aliases=tuple(names)),
        exact=tuple(dict.fromkeys([*entry.exact, *other.exact])),
        ambiguous=tuple(dict.fromkeys([*entry.ambiguous, *other.ambiguous])),
    )


def _renamed(row: LabelledText, same: dict[str, str], taxonomy: Taxonomy) -> LabelledText:
    labels = {same.get(skill, skill): label for skill, label in row.labels.items()}
    return replace(row, labels={skill: label for skill, label in labels.items() if skill in taxonomy})


def _some(rows: Sequence[LabelledText], n: int) -> list[LabelledText]:
    return sorted(rows, key=lambda row: key_of(row.text))[:n]


def key_of(*parts: str) -> str:
    """Return a hash that names a text, or a text and a skill, without holding a word of it."""
    return hashlib.sha256(f"{SEED}\0{chr(0).join(parts)}".encode(errors="replace")).hexdigest()[:20]


def choose_held_out(sets: Iterable[Sequence[LabelledText]]) -> frozenset[str]:
    """Return the skills, of those that the measured texts show, that training must not see."""
    shown = sorted({skill for rows in sets for row in rows for skill in row.shown}, key=key_of)
    return frozenset(shown[: max(40, round(HELD_OUT_SHARE * len(shown)))])


def filled_sentences(data: Path, taxonomy: Taxonomy, held_out: frozenset[str]) -> list[LabelledText]:
    """Return SkillSpan train sentences in which a span is a name of a skill, explicit."""
    rng = random.Random(SEED)
    rows = [row for row in read_span_sets(data / "skillspan/train.json") if row.spans]
    skills = [entry.skill for entry in taxonomy.entries if entry.skill.id not in held_out]
    found = []
    while len(found) < N_FILLED:
        row, skill = rng.choice(rows), rng.choice(skills)
        made = fill(row, [skill], rng)
        if made.label == skill.label:
            found.append(LabelledText(made.text, {skill.id: EXPLICIT}, complete=False))
    return found


def passage(row: LabelledText, spotter: NameSpotter) -> LabelledText:
    """Return the 600 characters of a long text, whole sentences, that name most of its explicit skills."""
    spans = find_sentences(row.text)
    best, most = row.text[:PASSAGE_CHARS], -1
    for first in range(0, len(spans), 3):
        start = spans[first].start
        last = max((s.end for s in spans[first:] if s.end - start <= PASSAGE_CHARS), default=start)
        text = row.text[start:last]
        named = spotter.names_in(text)
        n = sum(named.has(skill) for skill, label in row.labels.items() if label == EXPLICIT)
        if n > most and text.strip():
            best, most = text, n
    named = spotter.names_in(best)
    labels = {skill: label for skill, label in row.labels.items() if label == IMPLICIT or named.has(skill)}
    return LabelledText(best, labels, complete=False)


def shares_passages(texts: Sequence[str], others: Sequence[str]) -> list[bool]:
    """Tell of each text whether three tenths or more of its runs of eight words stand in one of the others.

    Near-duplicates are parted before; this finds a sentence that a longer or changed text holds.
    """
    known = {run for other in others for run in _runs(other)}
    return [bool(own) and len(own & known) >= _SHARED * len(own) for own in map(_runs, texts)]


def _runs(text: str) -> set[tuple[str, ...]]:
    words = text.lower().split()
    return {tuple(words[i : i + _RUN]) for i in range(max(1, len(words) - _RUN + 1)) if len(words) >= _RUN}


def unseen(train: Sequence[LabelledText], measured: Sequence[str]) -> list[LabelledText]:
    """Return the rows that are not nearly the same as a text to be measured on."""
    groups = near_duplicates([*(row.text for row in train), *measured])
    taken = set(groups[len(train) :])
    return [row for row, group in zip(train, groups, strict=False) if group not in taken]


def cut(rows: Sequence[LabelledText]) -> tuple[list[LabelledText], list[LabelledText]]:
    """Return rows to fit and some 300 to tune on; near-duplicates are on one side."""
    groups = near_duplicates([row.text for row in rows])
    names = [key_of(rows[group].text) for group in groups]
    edge = sorted(set(names))[min(300, len(set(names)) // 10)]
    fit = [row for row, name in zip(rows, names, strict=True) if name >= edge]
    return fit, [row for row, name in zip(rows, names, strict=True) if name < edge]


def with_negatives(rows: Sequence[LabelledText], taxonomy: Taxonomy) -> list[LabelledPair]:
    """Return all shown skills of some texts, and for each two sampled ones that count as none."""
    sampler = NegativeSampler(taxonomy, NegativeOptions(NEGATIVES, seed=SEED))
    pairs: list[LabelledPair] = []
    for row in rows:
        pairs += [LabelledPair(row.text, skill, row.labels[skill]) for skill in sorted(row.shown)]
        pairs += [LabelledPair(row.text, skill, NONE) for skill in sampler.sample(row)]
    return pairs


def main() -> None:
    """Print what the data come to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    found = load(parser.parse_args().data)
    counts = {
        "skills": len(found.taxonomy),
        "held out": len(found.held_out),
        "texts to train on": len(found.train),
        "texts to tune on": len(found.tune),
        "pairs": {name: Counter(pair.label for pair in pairs) for name, pairs in found.pairs.items()},
    }
    print(json.dumps(counts, indent=1))


if __name__ == "__main__":
    main()
