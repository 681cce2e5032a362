"""The form as a Word document: A4 landscape, the header row on every page, 重点任务 merged."""

from collections.abc import Sequence
from io import BytesIO

from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table, _Cell

from ledger.forms.content import (
    CONTACT_HEADINGS,
    CONTACT_WIDTHS,
    HEADINGS,
    INDICATOR_HEADINGS,
    INDICATOR_WIDTHS,
    WIDTHS,
    Cells,
    Form,
)

TEXT_FONT, TITLE_FONT = "仿宋", "方正小标宋简体"
MARGIN, WIDTH, HEIGHT = Mm(15), Mm(297), Mm(210)


def docx_bytes(form: Form) -> bytes:
    """The .docx file."""
    document = Document()
    _page(document)
    _heading(document, form.title, 16)
    for note in form.notes:
        document.add_paragraph(note)
    ledger = _table(document, HEADINGS, form.rows, WIDTHS)
    for first, count in form.sections:
        _merge(ledger, first + 1, count)
    _heading(document, form.indicators_title, 14)
    _table(document, INDICATOR_HEADINGS, form.indicators, INDICATOR_WIDTHS)
    _heading(document, form.contacts_title, 14)
    _table(document, CONTACT_HEADINGS, form.contacts, CONTACT_WIDTHS)
    document.core_properties.title = form.title
    document.core_properties.author, document.core_properties.language = "金融超市", "zh-CN"
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _page(document: DocumentObject) -> None:
    section = document.sections[0]
    section.orientation, section.page_width, section.page_height = WD_ORIENT.LANDSCAPE, WIDTH, HEIGHT
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = MARGIN
    for name, font, size in (("Normal", TEXT_FONT, 10), ("Heading 1", TITLE_FONT, 16)):
        style = document.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = font, Pt(size), RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("w:eastAsia", "w:ascii", "w:hAnsi"):
            fonts.set(qn(script), font)
        for theme in ("w:eastAsiaTheme", "w:asciiTheme", "w:hAnsiTheme"):
            fonts.attrib.pop(qn(theme), None)
        style.paragraph_format.space_after = Pt(4)


def _heading(document: DocumentObject, text: str, size: int) -> None:
    paragraph = document.add_heading(level=1)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.add_run(text).font.size = Pt(size)


def _table(document: DocumentObject, headings: Cells, rows: Sequence[Cells], widths: Sequence[int]) -> Table:
    table: Table = document.add_table(len(rows) + 1, len(headings), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    scale = (WIDTH - 2 * MARGIN) / sum(widths)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = round(width * scale)
    for row, texts in zip(table.rows, (headings, *rows), strict=True):
        for cell, text, width in zip(row.cells, texts, widths, strict=True):
            cell.width = round(width * scale)
            _write(cell, text, bold=texts is headings)
        # A row stays on one page where it fits; Word goes on to the next where it does not.
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    return table


def _write(cell: _Cell, text: str, *, bold: bool) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    if bold:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(text)
    run.bold, run.font.size = bold, Pt(9)


def _merge(table: Table, first: int, count: int) -> None:
    cells = [table.cell(first + offset, 1) for offset in range(count)]
    for cell in cells[1:]:
        cell.paragraphs[0].clear()
    merged = cells[0].merge(cells[-1])
    for empty in merged.paragraphs[1:]:
        empty._p.getparent().remove(empty._p)
