"""Many documents in one run: bad ones do not stop it, and an interrupted run goes on."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from metier.assessment import Assessment
from metier.documents.source import Source
from metier.engine import Engine, Vacancy
from metier.errors import InvalidInput, NotFound
from metier.records import from_mapping, to_mapping
from metier.store.journal import Journal
from metier.types import Document, Failure


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one source: an assessment with its document, or a failure."""

    source: str
    assessment: Assessment | None = None
    document: Document | None = None
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class BatchResult:
    """All outcomes of a run, in the order of the sources."""

    outcomes: tuple[Outcome, ...]
    n_resumed: int = 0
    failures: tuple[Failure, ...] = field(init=False)

    def __post_init__(self) -> None:
        failures = tuple(item.failure for item in self.outcomes if item.failure is not None)
        object.__setattr__(self, "failures", failures)

    @property
    def assessments(self) -> tuple[Assessment, ...]:
        """Return the assessments, those of unreadable documents among them."""
        return tuple(item.assessment for item in self.outcomes if item.assessment is not None)

    def failure_counts(self) -> dict[str, int]:
        """Return how many sources failed by error code, the most frequent first."""
        return dict(Counter(failure.code for failure in self.failures).most_common())


def run_fingerprint(engine: Engine, vacancy: Vacancy | None, *, keep_text: bool) -> str:
    """Return what two runs must share for one to take over the other's results."""
    content = [
        to_mapping(engine.provenance),
        engine.levels and engine.levels.model.sha256,
        to_mapping(engine.limits),
        vacancy and vacancy.document.id,
        keep_text,
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def assess_sources(
    engine: Engine,
    sources: Sequence[Source],
    *,
    vacancy: Vacancy | None = None,
    keep_text: bool = True,
    journal: Journal | None = None,
    on_progress: Callable[[], None] = lambda: None,
) -> BatchResult:
    """Read and assess documents one after the other.

    Args:
        engine: what reads and assesses.
        sources: the documents.
        vacancy: what to hold them against.
        keep_text: keep the documents for a report that shows their text; without it a large run needs
            less memory.
        journal: an open journal; results in it are taken over, new ones are put into it.
        on_progress: called after each source.
    """
    outcomes = []
    n_resumed = 0
    for source, key in keyed(sources):
        if journal is not None and key in journal.done:
            outcomes.append(_outcome(source.name, journal.done[key]))
            n_resumed += 1
        else:
            outcome = assess_source(engine, source, vacancy, keep_text=keep_text)
            outcomes.append(outcome)
            if journal is not None:
                journal.record(key, _row(outcome))
        on_progress()
    return BatchResult(tuple(outcomes), n_resumed)


def assess_source(engine: Engine, source: Source, vacancy: Vacancy | None, *, keep_text: bool) -> Outcome:
    """Return what becomes of one document; `assess_sources` has the arguments."""
    try:
        document = engine.read(source)
    except (InvalidInput, NotFound) as exc:
        return Outcome(source.name, failure=Failure(source.name, exc.code, str(exc)))
    assessment = engine.assess(document, vacancy=vacancy)
    # The look of each character serves reading only; a report has no use for it.
    kept = replace(document, runs=()) if keep_text else None
    return Outcome(source.name, assessment=assessment, document=kept)


def keyed(sources: Iterable[Source]) -> Iterator[tuple[Source, str]]:
    """Yield each source with a key that changes when its content does; equal ones are told apart."""
    seen: Counter[str] = Counter()
    for source in sources:
        content = _content_key(source)
        seen[content] += 1
        yield source, f"{content}:{seen[content]}"


def _content_key(source: Source) -> str:
    if source.path is not None:
        try:
            stat = source.path.stat()
        except OSError:
            return f"{source.name}:unreadable"
        return f"{source.name}:{stat.st_size}:{stat.st_mtime_ns}"
    content = source.data if source.data is not None else (source.text or "").encode("utf-8", "replace")
    return f"{source.name}:{hashlib.sha256(content).hexdigest()}"


def _row(outcome: Outcome) -> dict[str, Any]:
    records = {
        "assessment": outcome.assessment,
        "document": outcome.document,
        "failure": outcome.failure,
    }
    return {name: to_mapping(record) for name, record in records.items() if record is not None}


def _outcome(source: str, row: dict[str, Any]) -> Outcome:
    return Outcome(
        source,
        assessment=from_mapping(Assessment, row["assessment"]) if "assessment" in row else None,
        document=from_mapping(Document, row["document"]) if "document" in row else None,
        failure=from_mapping(Failure, row["failure"]) if "failure" in row else None,
    )
