"""The error of a call that would be right, were it not for what is there already."""

from __future__ import annotations

from metier.errors import InvalidInput


class Conflict(InvalidInput):
    """What is kept stands against the call: taken, changed meanwhile, ended, or held by another."""

    code = "conflict"
