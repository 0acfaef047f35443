"""Measures linking on sentences with annotated skills.

Source of the format: Decorte et al. 2022 (arXiv:2209.05987), spans of SkillSpan linked to ESCO.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from metier.errors import InvalidInput, NotFound
from metier.skills.linking.linker import Linker
from metier.skills.linking.scoring import best_first
from metier.training.intervals import Interval, bootstrap
from metier.training.metrics import mrr, rp_at_k
from metier.types import Skill

NO_TARGETS: Final = frozenset({"LABEL NOT PRESENT", "UNDERSPECIFIED"})
KS: Final = (1, 5, 10)
_COLUMNS: Final = ("sentence", "label")
_MAX_FIELD_CHARS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class LinkingRow:
    """A sentence and the label of one skill in it."""

    sentence: str
    label: str


@dataclass(frozen=True, slots=True)
class LinkingReport:
    """How well sentences are linked.

    Attributes:
        intervals: mean over sentences of `mrr`, `rp@1`, `rp@5` and `rp@10`, with 95 % bootstrap intervals.
        n_sentences: sentences with at least one target that the taxonomy has.
        n_targets: such targets, each counted once a sentence.
        n_skills: skills of the taxonomy, all of them ranked.
        n_missing_targets: targets that the taxonomy lacks; they are no part of the figures.
        made_with: names and hashes of head, encoder, taxonomy and reranker, and the weights.
    """

    intervals: Mapping[str, Interval]
    n_sentences: int
    n_targets: int
    n_skills: int
    n_missing_targets: int
    made_with: Mapping[str, Any]

    def to_mapping(self) -> dict[str, Any]:
        """Return the report as plain dictionaries and numbers, each figure under its name at the top."""
        counts = ("n_sentences", "n_targets", "n_skills", "n_missing_targets")
        return {
            **{name: interval.value for name, interval in self.intervals.items()},
            "intervals": {name: [each.low, each.high] for name, each in self.intervals.items()},
            **{name: getattr(self, name) for name in counts},
            **self.made_with,
        }


def read_linking_rows(path: Path) -> tuple[LinkingRow, ...]:
    """Return the rows of a CSV file with the columns `sentence` and `label`; other columns are passed over.

    Raises:
        NotFound: there is no such file.
        InvalidInput: it is no such file, or a row has no sentence; the message names the row.
    """
    if not path.is_file():
        raise NotFound(f"There is no file of annotations at {path}. Check the path.")
    previous = csv.field_size_limit(_MAX_FIELD_CHARS)  # the limit is one for the whole process
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return tuple(_rows(csv.DictReader(file), path.name))
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput(f"{path.name} must be a CSV file in UTF-8. It is not. Save it so.") from error
    except OSError as error:
        raise InvalidInput(f"{path.name} cannot be opened: {error.strerror}.") from error
    finally:
        csv.field_size_limit(previous)


def evaluate_linking(linker: Linker, rows: Sequence[LinkingRow], *, seed: int = 0) -> LinkingReport:
    """Return how high the annotated skills stand among all skills of the taxonomy.

    Rows with one sentence are taken together. A label is looked for among the labels, then among the names
    that only one skill has. "LABEL NOT PRESENT" and "UNDERSPECIFIED" are no targets; targets that the
    taxonomy lacks are counted and left out; so are sentences without a target.

    Args:
        linker: what is measured.
        rows: sentences with labels.
        seed: of the bootstrap.

    Raises:
        InvalidInput: no row has a target that the taxonomy has.
    """
    targets, n_missing = targets_of(rows, linker.index.skills)
    if not targets:
        raise InvalidInput(
            f"No row has a target that taxonomy {linker.index.taxonomy} has; it lacks {n_missing:,} "
            f"{'target' if n_missing == 1 else 'targets'}. "
            "Name the taxonomy that the rows were annotated with."
        )
    return LinkingReport(
        intervals=ranking_figures(linker.scores(list(targets)), targets.values(), seed=seed),
        n_sentences=len(targets),
        n_targets=sum(map(len, targets.values())),
        n_skills=len(linker.index.skills),
        n_missing_targets=n_missing,
        made_with=_made_with(linker),
    )


def ranking_figures(
    scores: Iterable[NDArray[np.floating]], targets: Iterable[Collection[int]], *, seed: int = 0
) -> dict[str, Interval]:
    """Return mean `mrr`, `rp@1`, `rp@5` and `rp@10` over sentences, with 95 % bootstrap intervals.

    Args:
        scores: for each sentence the score of every skill, (n_skills,).
        targets: for each sentence the places of its skills, at least one.
        seed: of the bootstrap.
    """
    figures: dict[str, list[float]] = {"mrr": [], **{f"rp@{k}": [] for k in KS}}
    for wanted, row in zip(targets, scores, strict=True):
        hits = np.isin(best_first(row, len(row)), list(wanted))
        figures["mrr"].append(mrr([hits]))
        for k in KS:
            figures[f"rp@{k}"].append(rp_at_k(hits, k=k, n_targets=len(wanted)))
    return {name: _interval(np.array(values), seed) for name, values in figures.items()}


def _rows(reader: csv.DictReader[str], source: str) -> list[LinkingRow]:
    missing = [column for column in _COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise InvalidInput(f"{source} must have the columns sentence and label. It lacks {missing[0]}.")
    rows = []
    for number, row in enumerate(reader, 2):  # the header is row 1
        sentence, label = ((row[column] or "").strip() for column in _COLUMNS)
        if not sentence:
            raise InvalidInput(f"{source}, row {number}, field sentence: it must not be empty. Fill it in.")
        rows.append(LinkingRow(sentence, label))
    return rows


def targets_of(rows: Sequence[LinkingRow], skills: Sequence[Skill]) -> tuple[dict[str, set[int]], int]:
    """Return the places of the skills of each sentence that has any, and how many targets are missing."""
    place = _places(skills)
    targets: dict[str, set[int]] = {}
    missing: set[tuple[str, str]] = set()
    for row in rows:
        if not row.label or row.label in NO_TARGETS:
            continue
        if row.label in place:
            targets.setdefault(row.sentence, set()).add(place[row.label])
        else:
            missing.add((row.sentence, row.label))
    return targets, len(missing)


def _places(skills: Sequence[Skill]) -> dict[str, int]:
    """Return the place of a skill by its label, the first of equals, or by an alias of it alone."""
    owners: dict[str, set[int]] = {}
    for i, skill in enumerate(skills):
        for alias in skill.aliases:
            owners.setdefault(alias, set()).add(i)
    places = {alias: min(owned) for alias, owned in owners.items() if len(owned) == 1}
    labels = {skill.label: i for i, skill in reversed(list(enumerate(skills)))}
    return places | labels


def _interval(values: NDArray[np.float64], seed: int) -> Interval:
    return bootstrap(lambda rows: float(values[rows].mean()), range(len(values)), seed=seed)


def _made_with(linker: Linker) -> dict[str, Any]:
    head, encoder, index, reranker = linker.head, linker.encoder, linker.index, linker.reranker
    made = {
        "model": head.name,
        "model_sha256": head.sha256,
        "encoder": encoder.name,
        "encoder_sha256": encoder.sha256,
        "taxonomy": index.taxonomy,
        "taxonomy_sha256": index.taxonomy_sha256,
        "reranker": reranker.name if reranker else None,
        "reranker_sha256": reranker.sha256 if reranker else None,
        "priors": index.priors is not None,
        "weights": asdict(linker.weights),
    }
    return made
