"""What a skill classifier is trained and measured on, from files: rows, and pairs of text and skill."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from metier.documents.source import printable_name
from metier.encoders.folder import file_sha256
from metier.errors import InvalidInput
from metier.skills.data import NONE, LabelledText
from metier.skills.labelled_files import read_labelled
from metier.skills.negatives import LabelledPair, NegativeOptions, NegativeSampler, labelled_pairs
from metier.skills.skill_names import OnUnknown
from metier.skills.taxonomy import Taxonomy
from metier.training.splits import near_duplicates

MOST_PAIRS: Final = 300_000
"""A thousand resamples of so many pairs take some ten seconds."""


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file of labelled texts as it was read.

    Attributes:
        name: of the file.
        sha256: of its bytes.
        rows: each text once.
        skipped: labels that were left out, for their name is of no skill or of several.
    """

    name: str
    sha256: str
    rows: tuple[LabelledText, ...]
    skipped: int


@dataclass(frozen=True, slots=True)
class MeasuredPairs:
    """Pairs of text and skill to measure on.

    Attributes:
        pairs: each text and skill once.
        n_texts: texts that have a pair.
        sampled_texts: those of them whose negatives were sampled.
        sampled_pairs: negatives that were sampled; nobody said of them that they are none.
        options: how they were sampled.
    """

    pairs: tuple[LabelledPair, ...]
    n_texts: int
    sampled_texts: int
    sampled_pairs: int
    options: NegativeOptions


def read_data(path: Path, taxonomy: Taxonomy, *, unknown: OnUnknown = "error") -> DataFile:
    """Return the labelled texts of a file; equal texts become one.

    Raises:
        NotFound: there is no such file.
        InvalidInput: `read_labelled`; or a text stands there twice with labels that contradict each other.
    """
    found = read_labelled(path, taxonomy, unknown=unknown)
    name = printable_name(path.name)
    skipped = sum(found.unknown.values()) + sum(found.ambiguous.values())
    return DataFile(name, file_sha256(path), tuple(join_repeats(found.rows, name=name)), skipped)


def check_apart(trained: Iterable[str], held_out: Iterable[str], *, use: str) -> None:
    """Check that no text is nearly the same as one that is trained on, as `near_duplicates` has it.

    Args:
        trained: texts that weights are fitted to.
        held_out: texts that must be others.
        use: what those are for, as a verb, for messages.

    Raises:
        InvalidInput: some are nearly the same; the message says how many.
    """
    before, after = list(dict.fromkeys(trained)), list(dict.fromkeys(held_out))
    groups = near_duplicates([*before, *after])
    seen = set(groups[: len(before)])
    n_seen = sum(group in seen for group in groups[len(before) :])
    if n_seen:
        raise InvalidInput(
            f"Texts to {use} on must not be nearly the same as texts to train on. {n_seen:,} of "
            f"{len(after):,} are; case, spaces and digits do not count. Take them out of one of the files, "
            "or give other texts."
        )


def join_repeats(rows: Sequence[LabelledText], *, name: str) -> list[LabelledText]:
    """Return each text once, with the labels of all its rows; complete if one of them is.

    Args:
        rows: labelled texts.
        name: of the file, for messages.

    Raises:
        InvalidInput: two rows of a text contradict each other, or one is complete and lacks a skill that
            the other shows.
    """
    joined: dict[str, LabelledText] = {}
    first: dict[str, int] = {}
    for number, row in enumerate(rows, 1):
        before = joined.get(row.text)
        if before is None:
            joined[row.text], first[row.text] = row, number
            continue
        skill = _contradiction(before, row)
        if skill is not None:
            raise InvalidInput(
                f"{name}: text {number} is the same as text {first[row.text]} and must agree with it on "
                f"skill {skill!r}. It does not. Keep one of them."
            )
        labels = {**before.labels, **row.labels}
        joined[row.text] = replace(before, labels=labels, complete=before.complete or row.complete)
    return list(joined.values())


def measured_pairs(
    rows: Iterable[LabelledText], taxonomy: Taxonomy, options: NegativeOptions, *, all_skills: bool = True
) -> MeasuredPairs:
    """Return the pairs that a classifier is measured on.

    A complete text is asked for every skill of the taxonomy. Of one that is not, or of all texts where
    `all_skills` is false, negatives are sampled, as training samples them.

    Args:
        rows: labelled texts, each text once.
        taxonomy: the skills.
        options: how negatives are sampled.
        all_skills: false for a sample of the negatives of complete texts too.

    Raises:
        InvalidInput: no row gives a pair, or complete texts give over 300,000.
        NotFound: the labels have a skill that the taxonomy has not.
    """
    rows = list(rows)
    n_complete = len(taxonomy) * sum(row.complete for row in rows) if all_skills else 0
    if n_complete > MOST_PAIRS:
        raise InvalidInput(
            f"There may be {MOST_PAIRS:,} pairs to measure on. Complete texts and {len(taxonomy):,} skills "
            f"give {n_complete:,}: sample their negatives (--sampled), or give fewer texts."
        )
    sampler = NegativeSampler(taxonomy, options)
    pairs: list[LabelledPair] = []
    n_texts = sampled_texts = sampled_pairs = 0
    for row in rows:
        if row.complete and all_skills:
            own = _all_pairs(row, taxonomy)
        else:
            own = list(labelled_pairs([row], sampler))
            sampled_texts += bool(own)
            sampled_pairs += len(own) - len(row.labels)
        n_texts += bool(own)
        pairs += own
    if not pairs:
        raise InvalidInput("The labelled texts must say something of at least one skill. They say nothing.")
    return MeasuredPairs(tuple(pairs), n_texts, sampled_texts, sampled_pairs, options)


def _all_pairs(row: LabelledText, taxonomy: Taxonomy) -> list[LabelledPair]:
    for skill in row.labels:
        taxonomy.entry(skill)
    return [
        LabelledPair(row.text, entry.skill.id, row.labels.get(entry.skill.id, NONE))
        for entry in taxonomy.entries
    ]


def _contradiction(one: LabelledText, other: LabelledText) -> str | None:
    """Return a skill that one text calls otherwise than the other, or None."""
    for row, against in ((one, other), (other, one)):
        for skill, label in row.labels.items():
            known = against.labels.get(skill, NONE if against.complete else label)
            if known != label:
                return skill
    return None
