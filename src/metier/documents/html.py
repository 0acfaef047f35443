"""HTML: the text as a browser lays it out, and what of it nobody sees."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from metier.documents.extracted import Extracted
from metier.documents.html_lines import LineBuilder
from metier.documents.html_look import Look, inherit, root_look
from metier.documents.plain import clean_text, decode_text
from metier.errors import LimitExceeded
from metier.limits import ReadingLimits
from metier.types import Finding, Severity, Span

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{3,20})", re.IGNORECASE)
_CHARSET_REACH = 4096
_MAX_NESTED: Final = 512  # as in browsers; the parser's time grows with the square of the depth
_TAGS = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*?(/?)>")
# Elements that a browser closes by itself nest no deeper however often they are opened.
_CLOSED: Final = frozenset(
    "area base br col embed hr img input link meta param source track wbr p li dt dd tr td th thead tbody "
    "tfoot option optgroup colgroup html head body".split()
)
_UNSHOWN: Final = frozenset(
    "head script style template noscript iframe object canvas audio video svg math select textarea title "
    "datalist".split()
)
_BLOCKS: Final = frozenset(
    "address article aside blockquote body caption center details dialog dir div dl dt dd fieldset "
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre "
    "search section summary table tbody tfoot thead tr ul".split()
)
_BLOCK_DISPLAYS: Final = frozenset(("block", "flex", "grid", "list-item", "table", "flow-root"))
_HEADINGS: Final = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_CONTACT: Final = re.compile(
    r"(?:mailto:|tel:)|https?://(?:[\w-]+\.)*(?:linkedin|github|gitlab|t|telegram|vk|habr|behance|dribbble|kaggle)"
    r"\.(?:com|me|org|io|ru|net)/\S",
    re.IGNORECASE,
)


def extract_html(data: bytes, name: str, limits: ReadingLimits) -> Extracted:
    """Return the text of a page.

    Blocks are lines, headings are set off by an empty line, list items begin with a bullet, cells of a row
    share a line. An address that a link holds and its words do not show follows them in brackets.

    Args:
        data: the whole file, in the encoding that it names, or as plain text.
        name: its name, for messages.
        limits: `max_chars` applies.

    Raises:
        UnsupportedFormat: binary data, or an encoding that is not known.
        LimitExceeded: too many characters, or elements within each other.
    """
    text, findings = _decoded(data, name)
    extracted = read_html(text, name, limits)
    return Extracted(
        extracted.text,
        extracted.pages,
        findings=(*findings, *extracted.findings),
        excluded=extracted.excluded,
    )


def _decoded(data: bytes, name: str) -> tuple[str, tuple[Finding, ...]]:
    declared = _META_CHARSET.search(data, 0, _CHARSET_REACH)
    if declared is not None:
        try:
            return data.decode(declared[1].decode("ascii")), ()
        except (LookupError, UnicodeDecodeError):
            pass
    return decode_text(data, name)


def read_html(markup: str, name: str, limits: ReadingLimits) -> Extracted:
    """Return the text of markup; `extract_html` has the rules."""
    from selectolax.lexbor import LexborHTMLParser

    from metier.documents.css import cascade

    _check_nesting(markup, name)
    tree = LexborHTMLParser(clean_text(markup))
    styles = cascade(tree)
    lines = LineBuilder(name, limits.max_chars)
    if tree.body is not None:
        root = root_look(knows_backgrounds=styles.knows_backgrounds)
        _read_element(tree.body, root, styles.by_node, lines)
    text, excluded = lines.assembled()
    return Extracted(text, (Span(0, len(text)),), findings=_findings(is_cut=styles.is_cut), excluded=excluded)


def _check_nesting(markup: str, name: str) -> None:
    depth = 0
    for closing, tag, empty in _TAGS.findall(markup):
        if empty or tag.lower() in _CLOSED:
            continue
        depth += -1 if closing else 1
        depth = max(depth, 0)
        if depth > _MAX_NESTED:
            raise LimitExceeded(
                f"{name} may have {_MAX_NESTED:,} elements within each other. It has more. Save it as PDF."
            )


def _findings(*, is_cut: bool) -> tuple[Finding, ...]:
    if not is_cut:
        return ()
    message = "The page has too many style rules to follow them all, so hidden words may count. Look at it."
    return (Finding("style_limit", Severity.WARNING, message),)


def _read_element(
    body: LexborNode, root: Look, styles: dict[int, dict[str, str]], lines: LineBuilder
) -> None:
    """Put the text of an element into lines; without recursion, since a page may be nested at will."""
    waiting: list[tuple[LexborNode, Look, bool]] = [(body, root, False)]
    while waiting:
        node, parent, is_end = waiting.pop()
        tag = node.tag or ""
        if is_end:
            _close(node, tag, parent, lines)
        elif tag == "-text":
            lines.add(node.text_content or "", parent.reason, keeps_blanks=parent.keeps_blanks)
        elif tag and tag[0] not in "-_!" and tag not in _UNSHOWN:
            look = inherit(parent, node, tag, styles.get(node.mem_id, {}))
            _open(tag, look, lines)
            waiting.append((node, look, True))
            waiting += [(child, look, False) for child in reversed(list(_children(node)))]


def _children(node: LexborNode) -> Iterator[LexborNode]:
    child = node.child
    while child is not None:
        yield child
        child = child.next


def _is_block(tag: str, look: Look) -> bool:
    if look.display in ("inline", "inline-block", "contents"):
        return False
    return tag in _BLOCKS or look.display in _BLOCK_DISPLAYS


def _open(tag: str, look: Look, lines: LineBuilder) -> None:
    if tag == "br":
        lines.end_line(forced=True)
    elif tag in ("td", "th"):
        lines.begin_cell()
    elif tag == "tr":
        lines.begin_row()
    elif _is_block(tag, look):
        lines.end_line()
        if tag in _HEADINGS or tag == "section":
            lines.empty_line()
        if tag == "li":
            lines.bullet(look.reason)


def _close(node: LexborNode, tag: str, look: Look, lines: LineBuilder) -> None:
    if tag == "a":
        address = _unshown_address(node)
        if address:
            lines.add(f" ({address})", look.reason)
    elif tag == "tr":
        lines.end_row()
    elif _is_block(tag, look):
        lines.end_line()


def _unshown_address(link: LexborNode) -> str:
    """Return where a link to a person leads, unless its words say it."""
    href = str(link.attributes.get("href") or "").strip()
    if not _CONTACT.match(href):
        return ""
    address = (
        re.sub(r"^(?:mailto:|tel:|https?://)", "", href, flags=re.IGNORECASE).partition("?")[0].rstrip("/")
    )
    shown = re.sub(r"[^\w@+.]", "", link.text(deep=True)).lower()
    return "" if re.sub(r"[^\w@+.]", "", address).lower() in shown else address
