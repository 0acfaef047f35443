"""Search: documents for a few words, or for another document."""

from __future__ import annotations

from metier.http.api.admission import CallerHere, ServiceHere
from metier.http.api.declare import Declared, Routes
from metier.http.schemas.answers import SearchAnswer, answer_of
from metier.http.schemas.requests import Likeness, Query
from metier.service import searching
from metier.store.workspaces.keys import KeyRole

routes = Routes("search")


@routes.post("/search/query", Declared(KeyRole.VIEWER))
def search_query(service: ServiceHere, caller: CallerHere, body: Query) -> SearchAnswer:
    """Find documents for a few words, in any language of theirs, and say why each was found.

    The words go in the body: an address stands in logs and histories. More than 50,000 characters are refused
    (413).
    """
    return answer_of(searching.query(service, caller, body.text, options=body.options()))


@routes.post("/search/similar", Declared(KeyRole.VIEWER, refuses=(404,)))
def search_similar(service: ServiceHere, caller: CallerHere, body: Likeness) -> SearchAnswer:
    """Find vacancies for a resume, resumes for a vacancy, or, with `role`, documents of the same kind."""
    return answer_of(searching.similar(service, caller, body.document, options=body.options()))
