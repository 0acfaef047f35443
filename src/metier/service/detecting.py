"""Skills and levels of a text that is not kept."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from metier.documents.source import Source
from metier.documents.view import scoring_view
from metier.engine.expertise import Applying
from metier.errors import InvalidInput, LimitExceeded
from metier.service import documents, taxonomies
from metier.service.access import Caller
from metier.service.service import Service
from metier.skills.linking.linker import LinkedSkill
from metier.store.workspaces.keys import KeyRole
from metier.types import Document, Expertise, Level, Role, SkillEvidence

MAX_TOP_K: Final = 100
MAX_POSITION_CHARS: Final = 500
MOST_PASSING_CHARS: Final = 50_000
"""How long a text may be that is not kept: while one is looked at, all others wait for the models."""
_HALVES: Final = re.compile("[\ud800-\udfff]")


def detect(service: Service, caller: Caller, text: str) -> tuple[SkillEvidence, ...]:
    """Return what a text shows of each skill of the taxonomy in use; a blank one shows nothing.

    It is taken as it is: nothing is masked, and quotes are in offsets of it.

    Raises:
        LimitExceeded: it is longer than 50,000 characters, or than the limits allow.
        Overloaded: too many wait for the models.
    """
    caller.require(KeyRole.VIEWER)
    checked = _checked(service, text)
    if not checked.strip():
        return ()
    taxonomy = taxonomies.in_use(service, caller.workspace)
    with service.engines.engine(taxonomy, service.this_month()) as engine:
        return engine.examine(scoring_view(_as_it_is(checked))).skills


def link(service: Service, caller: Caller, text: str, *, top_k: int = 5) -> tuple[LinkedSkill, ...]:
    """Return the skills of ESCO that a text is nearest to, the nearest first; a blank one has none.

    Args:
        service: to link with.
        caller: who asks.
        text: a sentence or more.
        top_k: how many skills, 1 to 100.

    Raises:
        NotFound: ESCO is not imported; the message says how to.
        InvalidInput: `top_k` is out of its range.
        LimitExceeded: the text is longer than 50,000 characters, or than the limits allow.
        Overloaded: too many wait for the models.
    """
    caller.require(KeyRole.VIEWER)
    if not 1 <= top_k <= MAX_TOP_K:
        raise InvalidInput(f"top_k must be from 1 to {MAX_TOP_K}. Got {top_k}.")
    checked = _checked(service, text)
    with service.engines.linker() as linker:
        if not checked.strip():
            return ()
        return tuple(linker.link(checked, top_k=min(top_k, len(linker.index.skills)), role=Role.VACANCY))


def score_level(
    service: Service,
    caller: Caller,
    *,
    document: str | None = None,
    text: str | None = None,
    level: Level | None = None,
    position: str = "",
) -> Expertise:
    """Return how experienced a resume shows a person to be.

    Args:
        service: to score with.
        caller: who asks.
        document: id of a document; or else
        text: that of a resume, which is not kept.
        level: the level to test for, or None.
        position: the role in words; empty for the title that the resume states.

    Raises:
        NotFound: there is no such document in the workspace.
        DocumentError: it cannot be read; the class says why.
        InvalidInput: not one of document and text; no model of levels; or the resume cannot be scored.
        LimitExceeded: the text is longer than 50,000 characters, or than the limits allow.
        Overloaded: too many wait for the models.
    """
    caller.require(KeyRole.VIEWER)
    if (document is None) == (text is None):
        raise InvalidInput("Give the id of a document, or a text, and not both.")
    if len(position) > MAX_POSITION_CHARS:
        raise InvalidInput(
            f"position must have at most {MAX_POSITION_CHARS} characters. Got {len(position):,}."
        )
    read = _of_text(service, text) if text is not None else documents.read(service, caller, str(document))
    # The name of a file is in no message.
    unnamed = replace(read, source="The resume")
    taxonomy = taxonomies.in_use(service, caller.workspace)
    with service.engines.engine(taxonomy, service.this_month()) as engine:
        if engine.levels is None:
            raise InvalidInput("The server goes by words alone, so it tells no level. Set `model` to base.")
        return engine.score_level(unnamed, Applying(position=_whole(position), level=level))


def _of_text(service: Service, text: str) -> Document:
    with service.engines.reader(service.this_month()) as reader:
        return reader.read(Source("document", text=_checked(service, text)), role=Role.RESUME)


def check_passing(service: Service, text: str) -> None:
    """Make sure that a text that is not kept is short enough for the models: 50,000 characters, or less.

    Raises:
        LimitExceeded: it is not.
    """
    limit = min(MOST_PASSING_CHARS, service.options.limits.max_chars)
    if len(text) > limit:
        raise LimitExceeded(
            f"A text that is not kept may have {limit:,} characters. This one has {len(text):,}. Send less, "
            "or add it as a document."
        )


def _checked(service: Service, text: str) -> str:
    check_passing(service, text)
    return _whole(text)


def _whole(text: str) -> str:
    """Return a text of the same length that UTF-8 holds."""
    return _HALVES.sub("\ufffd", text)


def _as_it_is(text: str) -> Document:
    return Document(
        id="",
        source="",
        role=Role.VACANCY,
        language="und",
        text=text,
        sections=(),
        periods=(),
        months=None,
        findings=(),
        pages=(),
    )
