"""Signing in with a key, signing out, and choosing how pages look."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from metier.errors import TooManyRequests, Unauthenticated
from metier.http.pages import look
from metier.http.pages.forms import PostedByAnyone, PostedBySignedIn
from metier.http.pages.look import Look, Theme
from metier.http.pages.visit import FORM, SESSION, Anyone, Visit, local_path, without_done
from metier.service import access

router = APIRouter()


@router.get("/sign-in")
def ask_for_key(visit: Anyone) -> Response:
    """Return the page that asks for a key; who is signed in already goes on."""
    back = local_path(visit.request.query_params.get("next", ""))
    return visit.go(back) if visit.who else _page(visit, back, "")


@router.post("/sign-in")
def sign_in(posted: PostedByAnyone) -> Response:
    """Begin a session with a key."""
    visit, back = posted.visit, local_path(posted.text("next"))
    key = posted.text("key")
    try:
        _, secret = access.sign_in(visit.service, key, lasts_s=visit.site.options.session_s)
    except Unauthenticated:
        _count_failure(visit)
        return _page(visit, back, visit.words["sign_in_failed" if key else "sign_in_empty"], status=422)
    response = visit.go(back)
    visit.keep(response, SESSION, secret)
    response.delete_cookie(FORM)
    return response


@router.post("/sign-out")
def sign_out(posted: PostedBySignedIn) -> Response:
    """End the session."""
    visit = posted.visit
    access.sign_out(visit.service, visit.caller)
    response = visit.go("/sign-in", done="signed_out")
    response.delete_cookie(SESSION)
    return response


@router.post("/look")
def choose_look(posted: PostedByAnyone) -> Response:
    """Keep the chosen language or theme; whatever else was sent changes nothing."""
    visit = posted.visit
    language, theme = posted.text("language"), posted.text("theme")
    chosen = Look(
        language if language in look.LANGUAGES else visit.look.language,
        Theme(theme) if theme in set(Theme) else visit.look.theme,
    )
    response = visit.go(without_done(local_path(posted.text("back"))))
    visit.keep(response, look.COOKIE, str(chosen))
    return response


def _count_failure(visit: Visit) -> None:
    """Count a key that does not work; those that work are not, or an address could be locked out by others.

    Raises:
        TooManyRequests: too many of them came from one address.
    """
    address = visit.request.client.host if visit.request.client else ""
    allowance = visit.site.attempts.take(address)
    if allowance.retry_after_s:
        raise TooManyRequests(
            "Too many keys that do not work came from this address. Wait, then use one that works.",
            allowance.retry_after_s,
        )


def _page(visit: Visit, back: str, error: str, *, status: int = 200) -> Response:
    return visit.show("sign-in.html.j2", {"next": back, "error": error}, status=status)
