"""Word files for tests."""

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
