"""Numbers that make sending the same form twice the same as once."""

from __future__ import annotations

import secrets


def new_once() -> str:
    """Return a number for a form that nobody can guess."""
    return secrets.token_urlsafe(18)
