"""Errors as pages."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from metier.errors import MetierError
from metier.http.pages.visit import anyone, local_path, stranger
from metier.http.problems import Problem, request_id


async def problem_page(request: Request, problem: Problem) -> Response:
    """Return the page of a problem; who has to sign in first is led there and back."""
    if problem.code == "unauthenticated":
        return _to_sign_in(request)
    try:
        visit = await run_in_threadpool(anyone, request)
    except MetierError:
        # The database does not say who asks: the page is for anybody then.
        visit = stranger(request)
    return visit.show(
        "problem.html.j2",
        {"problem": problem, "number": request_id(request)},
        status=problem.status,
    )


def _to_sign_in(request: Request) -> Response:
    if request.headers.get("hx-request"):
        # Part of a page is asked for: the whole page has to go.
        return Response(status_code=200, headers={"HX-Redirect": "/sign-in"})
    if request.method not in {"GET", "HEAD"} or request.url.path == "/":
        return RedirectResponse("/sign-in", 303)
    query = f"?{request.url.query}" if request.url.query else ""
    back = local_path(request.url.path + query)
    return RedirectResponse(f"/sign-in?{urlencode({'next': back})}", 303)
