"""Search by words or by a document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import Response

from metier.engine.search import SearchOptions
from metier.errors import InvalidInput
from metier.http.pages.forms import PostedBySignedIn, number_of
from metier.http.pages.visit import SignedIn, Visit
from metier.report.words import LANGUAGES
from metier.search.hits import HitPassage
from metier.service import documents, searching
from metier.store.filters import Condition, Field, Filter, Operator
from metier.types import Level, Role

router = APIRouter()

_HITS: Final = 20
_FIELDS: Final = ("q", "like", "role", "level", "years", "language", "skills")
_MOST_YEARS: Final = 80.0
_MOST_SKILLS: Final = 20


@router.get("/search")
def search_like(visit: SignedIn) -> Response:
    """Return what is near to a document, or the form; words in the address count for nothing."""
    params = visit.request.query_params
    return _search(visit, {name: params.get(name, "") for name in _FIELDS if name != "q"})


@router.post("/search")
def search_words(posted: PostedBySignedIn) -> Response:
    """Return what is near in meaning or in words to what was asked for: it may be a name, so it is a form."""
    return _search(posted.visit, {name: posted.text(name) for name in _FIELDS if name != "like"})


def pieces(passage: HitPassage) -> Iterator[tuple[str, bool]]:
    """Yield the words of a passage in their order, each with whether the query has them too."""
    at = 0
    for span in sorted(passage.words):
        if span.start >= at:
            yield passage.text[at : span.start], False
            yield passage.text[span.start : span.end], True
            at = span.end
    yield passage.text[at:], False


def _search(visit: Visit, fields: Mapping[str, str]) -> Response:
    given = {name: fields.get(name, "").strip()[:5_000] for name in _FIELDS}
    like = documents.get(visit.service, visit.caller, given["like"]) if given["like"] else None
    context: dict[str, Any] = {
        "given": given,
        "like": like,
        "found": None,
        "pieces": pieces,
        "error": "",
        "roles": [role.value for role in (Role.RESUME, Role.VACANCY)],
        "levels": [level.value for level in Level],
        "languages": sorted(code for code in LANGUAGES if code != "und"),
    }
    if not given["q"] and like is None:
        return visit.show("search.html.j2", context)
    try:
        options = SearchOptions(top_k=_HITS, where=_filter(given))
        context["found"] = (
            searching.similar(visit.service, visit.caller, like.id, options=options)
            if like
            else searching.query(visit.service, visit.caller, given["q"], options=options)
        )
    except InvalidInput as error:
        return visit.show("search.html.j2", context | {"error": str(error)}, status=422)
    return visit.show("search.html.j2", context)


def _filter(given: Mapping[str, str]) -> Filter:
    return Filter(tuple(_conditions(given)))


def _conditions(given: Mapping[str, str]) -> Iterator[Condition]:
    for name, field in (("role", Field.ROLE), ("level", Field.LEVEL), ("language", Field.LANGUAGE)):
        if given[name]:
            yield Condition(field, Operator.EQUAL, (given[name].lower(),))
    years = number_of(given, "years", least=0, most=_MOST_YEARS)
    if years is not None:
        yield Condition(Field.YEARS, Operator.LEAST, (years,))
    skills = [skill.strip().lower() for skill in given["skills"].split(",") if skill.strip()]
    for skill in skills[:_MOST_SKILLS]:
        yield Condition(Field.SKILL, Operator.EQUAL, (skill,))
