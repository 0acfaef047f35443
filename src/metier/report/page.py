"""What every page shares: templates that escape all they write, and a style that is the only one allowed."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment

# Browsers drop or misread these; an override (U+202D, U+202E) would show words in a false order.
_UNSHOWABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_EMBEDDINGS = frozenset("\u202a\u202b\u202c\u2066\u2067\u2068\u2069")


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return what renders the templates of this package; they escape whatever they are given."""
    return make_environment("metier.report")


def make_environment(package: str) -> Environment:
    """Return what renders the templates of a package: escaping, and a name that is not there is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_showable,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def style(*names: str) -> tuple[str, str]:
    """Return style sheets joined, and the hash by which a page's security policy admits them."""
    css = "".join(environment().get_template(name).render() for name in names)
    return css, base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()


def showable(text: str) -> str:
    """Return a text with a visible sign for each character that no page or terminal can show."""
    return _UNSHOWABLE.sub(_sign, text)


def _showable(value: Any) -> Any:
    return showable(value) if type(value) is str else value


def _sign(match: re.Match[str]) -> str:
    char = match[0]
    if char in _EMBEDDINGS:
        return ""
    if char in "\f\v":
        return "\n"
    if char < " ":
        return chr(0x2400 + ord(char))
    return "\N{SYMBOL FOR DELETE}" if char == "\x7f" else "\N{REPLACEMENT CHARACTER}"
