"""Markdown, read by way of the HTML that it stands for; what is hidden there is hidden here."""

from __future__ import annotations

import re

from metier.documents.extracted import Extracted
from metier.documents.html import read_html
from metier.documents.plain import clean_text, decode_text
from metier.limits import ReadingLimits

# Metadata that some programs put in front; no renderer shows it.
_FRONT_MATTER = re.compile(
    r"\A\s*---[ \t]*\n(?:[\w-]+:[^\n]*\n|[ \t]+[^\n]*\n|#[^\n]*\n|\s*\n){0,200}(?:---|\.\.\.)[ \t]*(?:\n|\Z)"
)
_MAX_NESTING = 50


def extract_markdown(data: bytes, name: str, limits: ReadingLimits) -> Extracted:
    """Return the text of a Markdown file, CommonMark with tables, as a browser would show it.

    Args:
        data: the whole file, encoded as plain text may be.
        name: its name, for messages.
        limits: `max_chars` applies.

    Raises:
        UnsupportedFormat: binary data, or another encoding.
        LimitExceeded: too many characters, or elements within each other.
    """
    from markdown_it import MarkdownIt

    text, findings = decode_text(data, name)
    body = _FRONT_MATTER.sub("", clean_text(text), count=1)
    renderer = MarkdownIt("commonmark", {"maxNesting": _MAX_NESTING}).enable(["table", "strikethrough"])
    extracted = read_html(renderer.render(body), name, limits)
    return Extracted(
        extracted.text,
        extracted.pages,
        findings=(*findings, *extracted.findings),
        excluded=extracted.excluded,
    )
