"""One request of a page: who asks, how pages look to them, and what they are answered with."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from metier.errors import Forbidden, TooManyRequests, Unauthenticated
from metier.http.limits import Buckets
from metier.http.options import HttpOptions
from metier.http.pages import csrf, look
from metier.http.pages.look import Look
from metier.http.pages.phrasing import PageWords
from metier.http.pages.rendering import environment
from metier.service import access
from metier.service.access import Caller
from metier.service.service import Service
from metier.store.workspaces.keys import KeyRole

SESSION: Final = "metier_session"
SEAT: Final = "metier_seat"
FORM: Final = "metier_form"
_SEAT_S: Final = 24 * 3600


@dataclass(frozen=True, slots=True)
class Site:
    """What all pages share.

    Attributes:
        service: what answers.
        options: how the application answers.
        requests: what each visitor that is signed in may still ask for.
        attempts: how often an address may still try to sign in.
        rooms: what each seat of a candidate may still ask for.
        words: of each language.
    """

    service: Service
    options: HttpOptions
    requests: Buckets
    attempts: Buckets
    rooms: Buckets
    words: Mapping[str, PageWords]


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a page.

    Attributes:
        request: as it came.
        site: what all pages share.
        look: language and theme.
        secret: of the session, else of the visitor's forms; new where the browser had none.
        who: who asks; None where nobody is signed in.
    """

    request: Request
    site: Site
    look: Look
    secret: str
    who: Caller | None = None

    @property
    def service(self) -> Service:
        """Return what answers."""
        return self.site.service

    @property
    def caller(self) -> Caller:
        """Return who is signed in.

        Raises:
            Unauthenticated: nobody is.
        """
        if self.who is None:
            raise Unauthenticated("Nobody is signed in. Sign in with a key.")
        return self.who

    @property
    def words(self) -> PageWords:
        """Return what pages say in the visitor's language."""
        return self.site.words[self.look.language]

    @property
    def here(self) -> str:
        """Return path and query of the page, to come back to."""
        url = self.request.url
        return url.path + (f"?{url.query}" if url.query else "")

    def may(self, role: str) -> bool:
        """Tell whether the visitor's role includes another."""
        return self.who is not None and self.who.role.includes(KeyRole(role))

    def show(self, template: str, context: Mapping[str, Any], *, status: int = 200) -> Response:
        """Return a page."""
        everything = {
            "visit": self,
            "words": self.words,
            "w": self.words.phrases,
            "csrf_token": csrf.form_token(self.secret),
            "done": self.request.query_params.get("done", ""),
            **context,
        }
        body = environment().get_template(template).render(everything)
        response = HTMLResponse(body.encode("utf-8", "replace"), status)
        if self.who is None and self.request.cookies.get(FORM) != self.secret:
            self.keep(response, FORM, self.secret)
        return response

    def go(self, path: str, *, done: str = "", anchor: str = "") -> RedirectResponse:
        """Return the way to another page, which then says what was done."""
        if done:
            path = f"{path}{'&' if '?' in path else '?'}done={done}"
        return RedirectResponse(path + (f"#{anchor}" if anchor else ""), 303)

    def keep(self, response: Response, name: str, value: str, *, path: str = "/") -> None:
        """Set a cookie that scripts cannot read."""
        options = self.site.options
        secure = options.is_secure
        lasts = {look.COOKIE: look.LASTS_S, SESSION: int(options.session_s), SEAT: _SEAT_S}.get(name)
        response.set_cookie(
            name, value, max_age=lasts, path=path, secure=secure, httponly=True, samesite="lax"
        )


def local_path(path: str, default: str = "/") -> str:
    r"""Return a path of this site as it is, the default instead of whatever leads elsewhere.

    >>> local_path("/people?after=x"), local_path("//evil.example"), local_path("/\\evil.example")
    ('/people?after=x', '/', '/')
    """
    plain = path.isascii() and path.isprintable() and "\\" not in path and " " not in path
    if not plain or not path.startswith("/") or path.startswith("//"):
        return default
    parts = urlsplit(path)
    return default if parts.scheme or parts.netloc else path


def without_done(path: str) -> str:
    """Return a path without what it says was done, so that it is not said again."""
    base, _, query = path.partition("?")
    kept = "&".join(part for part in query.split("&") if part and not part.startswith("done="))
    return f"{base}?{kept}" if kept else base


def anyone(request: Request) -> Visit:
    """Return the visit of whoever asks, signed in or not."""
    visit = stranger(request)
    secret = request.cookies.get(SESSION, "")
    if secret:
        try:
            caller = access.caller_of_session(visit.service, secret)
        except Unauthenticated:
            return visit
        request.state.caller = caller
        return replace(visit, secret=secret, who=caller)
    return visit


def stranger(request: Request) -> Visit:
    """Return the visit of somebody of whom nothing is asked but how pages shall look."""
    site: Site = request.app.state.site
    chosen = look.look_of(
        request.cookies.get(look.COOKIE, ""),
        request.headers.get("accept-language", ""),
        site.options.language,
    )
    return Visit(request, site, chosen, request.cookies.get(FORM, "") or secrets.token_urlsafe(32))


def signed_in(visit: Annotated[Visit, Depends(anyone)]) -> Visit:
    """Return the visit of somebody who is signed in.

    Raises:
        Unauthenticated: nobody is.
        TooManyRequests: the session asks for more than a minute allows.
    """
    allowance = visit.site.requests.take(visit.caller.session or visit.caller.key)
    if allowance.retry_after_s:
        raise TooManyRequests(
            f"A session has {allowance.limit:,} requests a minute. Try again in "
            f"{allowance.retry_after_s:.0f} s.",
            allowance.retry_after_s,
        )
    return visit


def check_form(visit: Visit, token: str) -> None:
    """Make sure that a form was sent from a page of ours, by whom it was made for.

    Raises:
        Forbidden: it was not.
    """
    public_url = visit.site.options.public_url
    if not csrf.is_from_here(visit.request.headers, public_url) or not csrf.is_token_right(
        visit.secret, token
    ):
        raise Forbidden(
            "This form was not sent from a page that is open for you. Open the page again and send it "
            "from there."
        )


Anyone = Annotated[Visit, Depends(anyone)]
SignedIn = Annotated[Visit, Depends(signed_in)]
