"""What texts the database takes: names without characters that a database cannot hold; contents as they are.

PostgreSQL holds neither NUL nor halves of surrogate pairs in a text. So names, titles and notes with such
characters are refused in both databases; contents (texts of documents, records) are kept as bytes or as JSON
in ASCII, which hold any.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from metier.errors import InvalidInput

MAX_NAME_CHARS: Final = 500
MAX_NOTE_CHARS: Final = 20_000
MAX_JSON_CHARS: Final = 64_000_000
_UNHOLDABLE: Final = re.compile("[\x00\ud800-\udfff]")
# Ids, hashes, slugs, versions, times: no room for a name with its spaces or a sentence.
_PLAIN: Final = re.compile(r"[A-Za-z0-9._:+/@=-]{0,200}")


def check_text(field: str, value: str, *, max_chars: int = MAX_NAME_CHARS, may_be_empty: bool = False) -> str:
    """Return a text that both databases hold as it is.

    Raises:
        InvalidInput: it is too long, blank though it must not be, or holds NUL or half a surrogate pair.
    """
    if len(value) > max_chars:
        raise InvalidInput(f"{field} must have at most {max_chars:,} characters. Got {len(value):,}.")
    if not may_be_empty and not value.strip():
        raise InvalidInput(f"{field} must not be blank. Got {len(value)} characters.")
    found = _UNHOLDABLE.search(value)
    if found:
        raise InvalidInput(
            f"{field} must hold no NUL and no half of a surrogate pair. Got U+{ord(found[0]):04X} at "
            f"character {found.start()}."
        )
    return value


def folded(text: str) -> str:
    """Return a text in which neither case nor the way of writing accents differs, to look for names in."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def to_bytes(text: str) -> bytes:
    """Return any text as bytes, halves of surrogate pairs too."""
    return text.encode("utf-8", "surrogatepass")


def to_text(content: bytes) -> str:
    """Return the text that `to_bytes` made into bytes."""
    return content.decode("utf-8", "surrogatepass")


def to_json(field: str, value: object) -> str:
    """Return a value as canonical JSON: keys sorted, no spaces, ASCII.

    Raises:
        InvalidInput: JSON would not give back the same value, or it is too long.
    """
    try:
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
        faithful = json.loads(text) == value
    except (TypeError, ValueError, RecursionError) as exc:
        raise InvalidInput(f"{field} cannot be kept as JSON: {type(exc).__name__}.") from exc
    if not faithful:
        raise InvalidInput(f"{field} must be of dicts with text keys, lists, texts, numbers, bools and None.")
    if len(text) > MAX_JSON_CHARS:
        raise InvalidInput(f"{field} must have at most {MAX_JSON_CHARS:,} characters as JSON.")
    return text


def check_plain(field: str, value: object) -> None:
    """Make sure that a value holds nothing but ids, hashes, slugs, times, whole numbers, bools and None.

    That keeps names and sentences out of what outlives an erasure.

    Raises:
        InvalidInput: it holds something else.
    """
    if isinstance(value, Mapping):
        for key, inner in value.items():
            check_plain(f"A key of {field}", key)
            check_plain(f"{field}.{key}", inner)
    elif isinstance(value, list):
        for inner in value:
            check_plain(field, inner)
    elif isinstance(value, str):
        if not _PLAIN.fullmatch(value):
            raise InvalidInput(
                f"{field} must be an id, a hash or a slug: at most 200 of A-Z, a-z, 0-9 and ._:+/@=-. "
                f"Got {len(value):,} characters that are not."
            )
    elif value is not None and not isinstance(value, int):
        raise InvalidInput(
            f"{field} must be an id, a whole number, a bool or None. Got {type(value).__name__}."
        )
