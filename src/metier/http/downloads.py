"""Answers that a browser keeps as files instead of showing them."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from starlette.responses import Response

# A spreadsheet runs a cell that begins like a formula; a leading apostrophe makes it text again.
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
_PLAIN: Final = re.compile(r"[^A-Za-z0-9._-]+")


def attachment(content: bytes, name: str, media_type: str) -> Response:
    """Return bytes as a file to be kept, never to be shown, whatever is in them.

    Args:
        content: of the file.
        name: that it is to have; odd characters stand in a second form of the header only.
        media_type: of the content.
    """
    plain = _PLAIN.sub("_", name)[:150] or "file"
    whole = quote(name.encode("utf-8", "replace"), safe="")
    told = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}"
    return Response(content, media_type=media_type, headers={"Content-Disposition": told})


def safe_cell(value: str) -> str:
    """Return the text of a cell so that no spreadsheet runs it.

    >>> safe_cell("=1+1"), safe_cell("Anna")
    ("'=1+1", 'Anna')
    """
    return f"'{value}" if value.startswith(_FORMULA_STARTS) else value
