"""Levels of any number of applications, in their order; an interrupted run goes on where it stopped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from metier.engine.assess import Engine
from metier.engine.expertise import InputMaker
from metier.errors import InvalidInput, NotFound
from metier.expertise.application import Application
from metier.limits import ReadingLimits
from metier.records import from_mapping, to_mapping
from metier.store.journal import Journal
from metier.types import Expertise, Failure


@dataclass(frozen=True, slots=True)
class LevelOutcome:
    """What became of one application: how experienced it shows a person to be, or why that is not known."""

    id: str
    expertise: Expertise | None = None
    failure: Failure | None = None


def levels_fingerprint(engine: Engine, maker_settings: Iterable[str]) -> str:
    """Return what two runs must share for one to take over the other's results.

    Args:
        engine: what reads.
        maker_settings: what else decides, such as the hash of a table of employers.
    """
    limits: ReadingLimits = engine.limits
    levels = engine.levels.model.sha256 if engine.levels else ""
    content = [to_mapping(engine.provenance), to_mapping(limits), levels, list(maker_settings)]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def score_applications(
    engine: Engine,
    maker: InputMaker,
    applications: Iterable[Application],
    *,
    journal: Journal | None = None,
    on_progress: Callable[[], None] = lambda: None,
) -> Iterator[LevelOutcome]:
    """Yield what becomes of each application, in their order.

    Args:
        engine: with a model of levels.
        maker: makes what the model takes.
        applications: each with an id of its own.
        journal: keeps results as they come, or None.
        on_progress: called after each.

    Raises:
        InvalidInput: the engine has no model of levels.
    """
    if engine.levels is None:
        raise InvalidInput("There is no model of levels. Name an encoder, not --model none.")
    for application in applications:
        key = _key(application)
        if journal is not None and key in journal.done:
            outcome = from_mapping(LevelOutcome, journal.done[key])
        else:
            outcome = _outcome(engine, maker, application)
            if journal is not None:
                journal.record(key, to_mapping(outcome))
        yield outcome
        on_progress()


def _outcome(engine: Engine, maker: InputMaker, application: Application) -> LevelOutcome:
    try:
        item = maker.of_application(application)
        expertise = engine.levels.score(item, claimed=application.claimed) if engine.levels else None
    except (InvalidInput, NotFound) as error:
        return LevelOutcome(application.id, failure=Failure(application.id, error.code, str(error)))
    return LevelOutcome(application.id, expertise)


def _key(application: Application) -> str:
    """Return a key that changes with the row's content, so that a changed row is scored anew."""
    content = json.dumps([application.id, sorted(application.fields.items()), application.claimed])
    return f"{application.id} {hashlib.sha256(content.encode()).hexdigest()[:16]}"
