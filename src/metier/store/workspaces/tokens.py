"""Secrets that whoever shows them is let in with; only their hashes are kept."""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

SECRET_BYTES: Final = 32


def new_secret() -> str:
    """Return 32 random bytes as text that fits into an address."""
    return secrets.token_urlsafe(SECRET_BYTES)


def secret_hash(secret: str) -> str:
    """Return what is kept of a secret.

    One SHA-256 is enough: nobody can try out 2**256 secrets, however fast each try is. A slow hash is for
    passwords, which people choose among few.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
