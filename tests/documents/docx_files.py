"""Word files for tests."""

import zipfile
from io import BytesIO

from docx import Document
from docx.oxml import parse_xml

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def word_file(*paragraphs, table=None, header=None, footer=None, xml=None, heading=None):
    """Return the bytes of a Word file: paragraphs, then a table (rows of cells of lines), then raw XML."""
    document = Document()
    if heading:
        document.add_heading(heading, level=1)
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    for row in table or ():
        cells = (
            document.tables[0].add_row() if document.tables else document.add_table(1, len(row)).rows[0]
        ).cells
        for cell, lines in zip(cells, row, strict=True):
            cell.text = lines
    if header:
        document.sections[0].header.paragraphs[0].text = header
    if footer:
        document.sections[0].footer.paragraphs[0].text = footer
    if xml:
        document.element.body.insert(0, parse_xml(f'<w:p xmlns:w="{W}">{xml}</w:p>'))
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


NAMESPACES = {
    "w": W,
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "wpg": "http://schemas.microsoft.com/office/word/2010/wordprocessingGroup",
    "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
    "v": "urn:schemas-microsoft-com:vml",
}
_DECLARED = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_CM = 360_000


def element(xml):
    """Return one element, with all prefixes of Word declared."""
    return parse_xml(f"<w:x {_DECLARED}>{xml}</w:x>")[0]


def part(tag, xml):
    """Return the bytes of an XML part with a root element."""
    return f'<?xml version="1.0"?><{tag} {_DECLARED}>{xml}</{tag}>'.encode()


def raw_word_file(body, *, before="", header=None, extra=(), relations="", **parts):
    """Return the bytes of a Word file made of raw XML.

    Args:
        body: what is in `w:body`.
        before: what stands before it in `w:document`.
        header: what is in a header that `body` may name as `header`.
        extra: more parts, as pairs of name and bytes.
        relations: more relationships of the main part.
        parts: what is in the parts `styles`, `settings`, `numbering`; `theme` is that in `a:clrScheme`.
    """
    files = {"word/document.xml": part("w:document", f"{before}<w:body>{body}</w:body>")}
    for name, xml in parts.items():
        files[f"word/{name}.xml"] = _root(name, xml)
    if header is not None:
        files["word/header.xml"] = part("w:hdr", header)
    names = [name.removeprefix("word/").removesuffix(".xml") for name in files]
    relations += "".join(
        f'<Relationship Id="{name}" Type="{_OFFICE}/{name}" Target="{name}.xml"/>' for name in names[1:]
    )
    main = f'<Relationship Id="main" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>'
    files["[Content_Types].xml"] = _content_types(names).encode()
    files["_rels/.rels"] = relationships(main)
    files["word/_rels/document.xml.rels"] = relationships(relations)
    return archive(files | dict(extra))


def archive(files):
    """Return the bytes of a zip archive."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return buffer.getvalue()


def relationships(xml):
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{xml}</Relationships>'.encode()


def run(text="secret", look=""):
    return f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*runs, look=""):
    return f"<w:p><w:pPr>{look}</w:pPr>{''.join(runs)}</w:p>"


def color(digits):
    return f'<w:color w:val="{digits}"/>'


def shade(digits):
    return f'<w:shd w:val="clear" w:color="auto" w:fill="{digits}"/>'


def table(cell, *, properties="", cell_properties=""):
    cell = f"<w:tc><w:tcPr>{cell_properties}</w:tcPr>{cell}</w:tc>"
    return f"<w:tbl><w:tblPr>{properties}</w:tblPr><w:tr>{cell}</w:tr></w:tbl>"


def shape(inside="", *, fill="", position="", behind=0, hidden=0, size=(5, 2), style=""):
    """Return a run that holds a DrawingML shape with text; sizes and positions in centimetres."""
    box = f"<wps:txbx><w:txbxContent>{inside}</w:txbxContent></wps:txbx>" if inside else ""
    shape = f"<wps:wsp><wps:spPr>{fill}</wps:spPr>{style}{box}</wps:wsp>"
    return anchor(shape, "wordprocessingShape", position=position, behind=behind, hidden=hidden, size=size)


def anchor(inside, kind, *, position="", behind=0, hidden=0, size=(5, 2)):
    width, height = (int(side * _CM) for side in size)
    uri = f"http://schemas.microsoft.com/office/word/2010/{kind}"
    return (
        f'<w:r><w:drawing><wp:anchor behindDoc="{behind}">{position}<wp:extent cx="{width}" cy="{height}"/>'
        f'<wp:docPr id="1" name="a" hidden="{hidden}"/><a:graphic><a:graphicData uri="{uri}">{inside}'
        "</a:graphicData></a:graphic></wp:anchor></w:drawing></w:r>"
    )


def picture(size, *, behind=0, parent="anchor"):
    """Return a run that holds a picture; the size is in centimetres."""
    inside = '<pic:pic><pic:blipFill><a:blip r:embed="none"/></pic:blipFill></pic:pic>'
    return anchor(inside, "/picture", behind=behind, size=size).replace("wp:anchor", f"wp:{parent}")


def position(axis, base, offset):
    return (
        f'<wp:position{axis} relativeFrom="{base}">'
        f"<wp:posOffset>{int(offset * _CM)}</wp:posOffset></wp:position{axis}>"
    )


def solid(digits):
    return f'<a:solidFill><a:srgbClr val="{digits}"/></a:solidFill>'


def vml_box(inside, attributes="", children=""):
    return (
        f"<w:r><w:pict><v:shape {attributes}>{children}<v:textbox><w:txbxContent>{inside}</w:txbxContent>"
        "</v:textbox></v:shape></w:pict></w:r>"
    )


def _root(name, xml):
    if name == "theme":
        return part("a:theme", f"<a:themeElements><a:clrScheme>{xml}</a:clrScheme></a:themeElements>")
    return part(f"w:{name}", xml)


def _content_types(names):
    entries = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{_TYPE}.{kind}+xml"/>'
        for name in names
        if name != "theme"
        for kind in ("document.main" if name == "document" else name,)
    )
    return (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="bin" ContentType="application/octet-stream"/>'
        f"{entries}</Types>"
    )
