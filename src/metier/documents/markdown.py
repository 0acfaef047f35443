"""Markdown: CommonMark with tables, read as the page that it becomes."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from metier.documents.extracted import Extracted
from metier.documents.formats import READABLE
from metier.documents.html import read_html
from metier.documents.plain import clean_text, decode_text
from metier.errors import LimitExceeded, UnsupportedFormat
from metier.limits import ReadingLimits

_MAX_NESTING: Final = 50
_FENCE = re.compile(r"---[ \t]*")
_FENCE_END = re.compile(r"(?:---|\.\.\.)[ \t]*")
_KEY = re.compile(r"[\w.\"' -]{1,60}:(?:\s|$)")
_METADATA = re.compile(r"(?:[ \t]|- |#|$)")
_MAX_METADATA_LINES: Final = 200
# The parser looks for the end of each link to the end of its paragraph.
_MAX_BRACKETS: Final = 20_000
_NUL_SHARE: Final = 0.005


def extract_markdown(data: bytes, name: str, limits: ReadingLimits) -> Extracted:
    """Return the text of a Markdown file, and which of its words nobody sees.

    It becomes a page and is read as one; line ends within paragraphs stay. Metadata at the start is left out.

    Args:
        data: the whole file, encoded as plain text may be.
        name: the file's name, for messages.
        limits: `max_chars` applies.

    Raises:
        UnsupportedFormat: binary data, or another encoding.
        LimitExceeded: too many characters, tags, or elements within each other.
    """
    from markdown_it import MarkdownIt

    text, findings = decode_text(data, name)
    if text.count("\0") > _NUL_SHARE * len(text):
        raise UnsupportedFormat(f"{name} holds binary data, not text. {READABLE}.")
    if len(text) > 2 * limits.max_chars:
        raise LimitExceeded(
            f"{name} may have {2 * limits.max_chars:,} characters with its marks. It has {len(text):,}. "
            "Raise max_chars if that is wanted."
        )
    n_brackets = text.count("[")
    if n_brackets > _MAX_BRACKETS:
        raise LimitExceeded(
            f"{name} may have {_MAX_BRACKETS:,} opening brackets. It has {n_brackets:,}. "
            "Save it as plain text."
        )
    # Who breaks lines in a resume means them, whatever a renderer makes of them.
    options = {"maxNesting": _MAX_NESTING, "html": True, "breaks": True}
    renderer = MarkdownIt("commonmark", options).enable(["table", "strikethrough"])
    page = renderer.render(without_metadata(clean_text(text)))
    extracted = read_html(f"<!doctype html>{page}", name, limits)
    return replace(extracted, findings=(*findings, *extracted.findings))


def without_metadata(text: str) -> str:
    r"""Return a Markdown text without the YAML metadata that some programs put in front.

    >>> without_metadata("---\ntitle: CV\n---\nAnna")
    'Anna'
    >>> without_metadata("---\nAnna\n---\n")
    '---\nAnna\n---\n'
    """
    first, _, rest = text.lstrip("\ufeff").partition("\n")
    if not _FENCE.fullmatch(first):
        return text
    n_keys = 0
    for _ in range(_MAX_METADATA_LINES):
        line, found, rest = rest.partition("\n")
        if _FENCE_END.fullmatch(line):
            return rest if n_keys else text
        is_key = bool(_KEY.match(line))
        n_keys += is_key
        if not found or not (is_key or _METADATA.match(line)):
            return text
    return text
