"""Which boxes the elements of a page make: blocks, rows, cells, or none of their own."""

from __future__ import annotations

from typing import Final

from metier.documents.css import Style, Styles
from metier.documents.html_tree import Tree

BLOCK: Final = "block"
INLINE: Final = "inline"
INLINE_BLOCK: Final = "inline-block"
LIST_ITEM: Final = "list-item"
ROW: Final = "row"
CELL: Final = "cell"

HEADINGS: Final = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
# Parts of a page that are set off by an empty line.
SECTIONS: Final = frozenset("article aside footer header hr main nav section".split())
_BLOCKS: Final = (
    HEADINGS
    | SECTIONS
    | frozenset(
        "address blockquote body caption center details dialog dir div dl dt dd fieldset figcaption figure "
        "form hgroup html legend listing menu ol optgroup option p plaintext pre search summary table tbody "
        "tfoot thead ul xmp text".split()
    )
)
_BY_TAG: Final = {"li": LIST_ITEM, "tr": ROW, "td": CELL, "th": CELL, **dict.fromkeys(_BLOCKS, BLOCK)} | {
    tag: INLINE_BLOCK for tag in ("button", "select", "textarea", "img", "svg", "meter", "progress")
}
_BY_DISPLAY: Final = {
    "inline": INLINE,
    "contents": INLINE,
    "ruby": INLINE,
    "list-item": LIST_ITEM,
    "table-row": ROW,
    "table-cell": CELL,
}


def kinds_of(tree: Tree, styles: Styles) -> list[str]:
    """Return which box each element makes; a part of a flexible box or grid is none within a line.

    Args:
        tree: the page.
        styles: what holds for its elements.
    """
    kinds: list[str] = []
    for element, style in zip(tree.elements, styles.of, strict=True):
        kind = box_kind(element.tag, style)
        around = styles.of[element.parent].get("display", "") if element.parent >= 0 else ""
        if around.endswith(("flex", "grid")) and kind in (INLINE, INLINE_BLOCK):
            kind = BLOCK
        kinds.append(kind)
    return kinds


def box_kind(tag: str, style: Style) -> str:
    """Return which box an element makes.

    A flexible box whose parts stand side by side is a row; a floating or freely placed word is a box
    within its line. What is not displayed is read as if it were.
    """
    usual = _BY_TAG.get(tag, INLINE)
    display = style.get("display", "none")
    if display.startswith("revert") or display == "none":
        kind = usual
    elif display in ("unset", "initial"):
        kind = INLINE
    elif display in _BY_DISPLAY:
        kind = _BY_DISPLAY[display]
    elif display.startswith(("inline-", "-webkit-inline")):
        kind = INLINE_BLOCK
    elif display in ("flex", "-webkit-flex", "-webkit-box"):
        kind = BLOCK if style.get("flex-direction", "row").startswith("col") else ROW
    else:
        kind = BLOCK
    floats = style.get("float", "none") not in ("none", "unset", "initial")
    if kind == INLINE and (floats or style.get("position") in ("absolute", "fixed")):
        return INLINE_BLOCK
    return kind
