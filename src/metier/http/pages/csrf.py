"""Whether a form was sent from a page of ours by whoever it was made for."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers

FIELD: Final = "csrf"
_PURPOSE: Final = b"metier form"
# Of what a browser says of who sends: this site, or nobody but the person.
_OURS: Final = frozenset({"same-origin", "none"})


def form_token(secret: str) -> str:
    """Return what a visitor's forms carry: it follows from the visitor's secret, and does not tell it."""
    return hmac.new(secret.encode(), _PURPOSE, hashlib.sha256).hexdigest()


def is_token_right(secret: str, token: str) -> bool:
    """Tell whether a form carries the token of its visitor; without a secret nothing is right."""
    return bool(secret) and hmac.compare_digest(form_token(secret).encode(), token.encode())


def is_from_here(headers: Headers, public_url: str) -> bool:
    """Tell whether what the browser says of the sender names this site.

    A browser that says nothing passes: the token in the form still has to be right.

    Args:
        headers: of the request.
        public_url: `HttpOptions.public_url`; empty for the host that the browser asked for.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in _OURS
    origin = headers.get("origin")
    if origin is None:
        return True
    ours = urlsplit(public_url).netloc if public_url else headers.get("host", "")
    return urlsplit(origin).netloc == ours
