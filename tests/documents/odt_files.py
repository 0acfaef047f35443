"""OpenDocument texts for tests."""

import zipfile
from io import BytesIO

MIMETYPE = "application/vnd.oasis.opendocument.text"
_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
NAMESPACES = {
    "office": f"{_OASIS}:office:1.0",
    "style": f"{_OASIS}:style:1.0",
    "text": f"{_OASIS}:text:1.0",
    "table": f"{_OASIS}:table:1.0",
    "draw": f"{_OASIS}:drawing:1.0",
    "fo": f"{_OASIS}:xsl-fo-compatible:1.0",
    "svg": f"{_OASIS}:svg-compatible:1.0",
    "xlink": "http://www.w3.org/1999/xlink",
    "loext": "urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0",
}
DECLARED = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())


def odt_file(body, *, automatic="", common="", pages="", masters="", extra=(), mimetype=MIMETYPE):
    """Return the bytes of an OpenDocument text made of raw XML.

    Args:
        body: what is in `office:text`.
        automatic: automatic styles of the body.
        common: what is in `office:styles`.
        pages: automatic styles of the pages.
        masters: what is in `office:master-styles`.
        extra: more parts, as pairs of name and content; they replace others of the name.
        mimetype: content of the part of that name; None leaves it out.
    """
    content = _root(
        "content",
        f"<office:automatic-styles>{automatic}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body>",
    )
    styles = _root(
        "styles",
        f"<office:styles>{common}</office:styles>"
        f"<office:automatic-styles>{pages}</office:automatic-styles>"
        f"<office:master-styles>{masters}</office:master-styles>",
    )
    parts = {"mimetype": mimetype, "content.xml": content, "styles.xml": styles} | dict(extra)
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            if part is not None:
                archive.writestr(name, part)
    return buffer.getvalue()


def _root(kind, xml):
    return f'<?xml version="1.0"?><office:document-{kind} {DECLARED}>{xml}</office:document-{kind}>'


def style(name, inside="", *, family="text", parent=None, more=""):
    above = f' style:parent-style-name="{parent}"' if parent else ""
    return f'<style:style style:name="{name}" style:family="{family}"{above} {more}>{inside}</style:style>'


def letters(attributes):
    return f"<style:text-properties {attributes}/>"


def back(kind, color):
    return f'<style:{kind}-properties fo:background-color="{color}"/>'


def p(inside, style_name=None):
    name = f' text:style-name="{style_name}"' if style_name else ""
    return f"<text:p{name}>{inside}</text:p>"


def span(style_name, text="secret"):
    return f'<text:span text:style-name="{style_name}">{text}</text:span>'


def table(*rows, more=""):
    cells = (
        "".join(f"<table:table-cell {attributes}>{inside}</table:table-cell>" for attributes, inside in row)
        for row in rows
    )
    inside = "".join(f"<table:table-row>{row}</table:table-row>" for row in cells)
    return f"<table:table {more}>{inside}</table:table>"


def box(inside, *, style_name="Fr", more="", size=("5cm", "3cm")):
    width, height = size
    return (
        f'<draw:frame draw:style-name="{style_name}" svg:width="{width}" svg:height="{height}" {more}>'
        f"<draw:text-box>{inside}</draw:text-box></draw:frame>"
    )


def graphic(name, attributes):
    return style(name, f"<style:graphic-properties {attributes}/>", family="graphic")


def page_layout(color, *, more=""):
    return (
        f'<style:page-layout style:name="pm1"><style:page-layout-properties fo:background-color="{color}">'
        f"{more}</style:page-layout-properties></style:page-layout>"
    )


def master(inside="", *, name="Standard", more=""):
    named = f'style:name="{name}" style:page-layout-name="pm1"'
    return f"<style:master-page {named} {more}>{inside}</style:master-page>"
