"""Templates of pages; whatever they are given is escaped."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from metier import __version__
from metier.report.page import make_environment

if TYPE_CHECKING:
    from jinja2 import Environment

SIGNS: Final = {
    "clean": "✓",
    "unsafe": "✗",
    "inconclusive": "?",
    "shortlist": "✓",
    "reject": "✗",
    "note": "✎",
    "undo": "↶",
    "passed": "✓",
    "failed": "✗",
    "open": "?",
    "not-run": "–",
    "info": "i",
    "warning": "!",
    "error": "✗",
    "matched": "✓",
    "implied": "~",
    "missing": "✗",
}


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return what renders the templates of pages: autoescaping, and a name that is not there is an error."""
    made = make_environment("metier.http.pages")
    made.globals.update(signs=SIGNS, version=__version__)
    return made
