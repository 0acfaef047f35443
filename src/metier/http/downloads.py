"""Answers that a browser keeps as files instead of showing them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote

from starlette.responses import Response, StreamingResponse

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
    return Response(content, media_type=media_type, headers=_kept_as(name))


def streamed(parts: Iterable[str], name: str, media_type: str) -> Response:
    """Return text as a file to be kept that is sent while it is made, a part at a time, each in a thread.

    Where making a part fails, the connection is cut: half a file must not look like a whole one.

    Args:
        parts: of the content.
        name: that the file is to have.
        media_type: of the content.
    """
    content = (part.encode("utf-8", "replace") for part in parts)
    return StreamingResponse(content, media_type=media_type, headers=_kept_as(name))


def safe_cell(value: str) -> str:
    """Return the text of a cell so that no spreadsheet runs it.

    >>> safe_cell("=1+1"), safe_cell("Anna")
    ("'=1+1", 'Anna')
    """
    return f"'{value}" if value.startswith(_FORMULA_STARTS) else value


def _kept_as(name: str) -> dict[str, str]:
    plain = _PLAIN.sub("_", name)[:150] or "file"
    whole = quote(name.encode("utf-8", "replace"), safe="")
    return {"Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}"}
