"""Ids: 26 characters that sort by the time they were made at and that nobody can guess."""

from __future__ import annotations

import re
import secrets
from datetime import datetime
from typing import Final

from metier.errors import NotFound

# The base32 of Crockford, in lower case: no i, l, o or u, which are mistaken for others.
ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH: Final = 26
_RANDOM_BITS: Final = 80
_TIME_BITS: Final = 48
_ID: Final = re.compile(f"[0-7][{ALPHABET}]{{{LENGTH - 1}}}")
_MAX_SHOWN: Final = 40


def new_id(at: datetime) -> str:
    """Return a new id: 48 bits of the time in milliseconds, then 80 random ones, as a ULID has them."""
    milliseconds = max(0, round(at.timestamp() * 1000)) % (1 << _TIME_BITS)
    number = milliseconds << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
    return "".join(ALPHABET[number >> 5 * i & 31] for i in reversed(range(LENGTH)))


def is_id(text: str) -> bool:
    """Tell whether a text can be an id; what cannot is never looked up."""
    return _ID.fullmatch(text) is not None


def missing(kind: str, identifier: str) -> NotFound:
    """Return the error that says that a workspace holds no such thing, be it unknown or another's."""
    return NotFound(f"There is no {kind} {identifier[:_MAX_SHOWN]!a} in this workspace.")
