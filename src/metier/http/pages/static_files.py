"""Styles, scripts and pictures of pages; all of them come from here, none from elsewhere."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from metier.errors import NotFound
from metier.report.page import style

router = APIRouter()

_FOLDER: Final = Path(__file__).parent / "static"
_KINDS: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_REPORT: Final = "report.css"


@router.get("/static/{path:path}")
def static_file(path: str, request: Request) -> Response:
    """Return a file of the package; a browser that has it is told so."""
    content, kind, tag = _read(path)
    headers = {"ETag": tag, "Cache-Control": "public, max-age=3600"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=kind, headers=headers)


@lru_cache(maxsize=64)
def _read(path: str) -> tuple[bytes, str, str]:
    """Return content, type and tag of a file.

    Raises:
        NotFound: there is none of that name.
    """
    known = {str(file.relative_to(_FOLDER).as_posix()): file for file in _FOLDER.rglob("*") if file.is_file()}
    if path == _REPORT:
        content, suffix = style("report.css", "interview.css")[0].encode(), ".css"
    elif path in known and known[path].suffix in _KINDS:
        content, suffix = known[path].read_bytes(), known[path].suffix
    else:
        raise NotFound("There is no file of that name.")
    return content, _KINDS[suffix], f'"{hashlib.sha256(content).hexdigest()[:32]}"'
