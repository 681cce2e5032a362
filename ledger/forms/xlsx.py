"""The form as a workbook: the nine columns on the first sheet, indicators and contacts on the second."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from ledger.forms.content import (
    CONTACT_HEADINGS,
    HEADINGS,
    INDICATOR_HEADINGS,
    INDICATOR_WIDTHS,
    WIDTHS,
    Cells,
    Form,
)

_THIN = Side(style="thin", color="808080")
_BORDER = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_HEADER = PatternFill("solid", fgColor="E7ECF1")
_WRAP = Alignment(wrap_text=True, vertical="top")
_CENTRE = Alignment(wrap_text=True, vertical="center", horizontal="center")
_SIZE = 10.5
# Chinese characters of 10.5 pt: about half as many fit a column as its width in digits.
_CHARACTERS_PER_WIDTH = 0.5
_LINE_HEIGHT = 15
# Excel lets no row be higher than 409 pt; what needs more is set smaller, so that nothing is cut.
_HIGHEST, _SMALLEST = 405, 3


def xlsx_bytes(form: Form) -> bytes:
    """The .xlsx file."""
    book = Workbook()
    sheet = book.create_sheet("重点任务台账", 0)
    book.remove(book.worksheets[1])
    _ledger_sheet(sheet, form)
    _annexed_sheet(book.create_sheet("指标与联系人"), form)
    book.active = 0
    book.properties.title = form.title
    book.properties.creator = "金融超市"
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _ledger_sheet(sheet: Worksheet, form: Form) -> None:
    last = len(HEADINGS)
    _banner(sheet, 1, form.title, last, Font(size=16, bold=True), height=32)
    for row, note in enumerate(form.notes, start=2):
        _banner(sheet, row, note, last)
    header = len(form.notes) + 2
    _line(sheet, header, HEADINGS, _CENTRE, Font(bold=True), _HEADER)
    first = header + 1
    for at, cells in enumerate(form.rows, start=first):
        # The section's cell is merged over several rows and must not stretch the first of them.
        size = _fit(sheet, at, [*cells[:1], "", *cells[2:]], WIDTHS)
        _line(sheet, at, (int(cells[0]), *cells[1:]), _WRAP, Font(size=size))
        for column in (1, 2):
            sheet.cell(at, column).alignment = _CENTRE
    for start, count in form.sections:
        for row in range(first + start + 1, first + start + count):
            sheet.cell(row, 2).value = None
        if count > 1:
            sheet.merge_cells(start_row=first + start, end_row=first + start + count - 1, start_column=2, end_column=2)
    _widths(sheet, WIDTHS)
    sheet.freeze_panes = f"A{first}"
    sheet.print_title_rows = f"{header}:{header}"
    _landscape(sheet)


def _fit(sheet: Worksheet, at: int, cells: Sequence[str], widths: Sequence[int]) -> float:
    """Make the row high enough for its longest cell; the font size (pt) at which that is possible."""
    size = _SIZE
    while (height := _height(cells, widths, size)) > _HIGHEST and size > _SMALLEST:
        size -= 0.5
    sheet.row_dimensions[at].height = min(_HIGHEST, height)
    return size


def _height(cells: Sequence[str], widths: Sequence[int], size: float) -> float:
    scale = size / _SIZE
    lines = max(
        sum(-(-max(1, len(part)) // max(1, int(width * _CHARACTERS_PER_WIDTH / scale))) for part in text.split("\n"))
        for text, width in zip(cells, widths, strict=True)
    )
    return max(2, lines + 1) * _LINE_HEIGHT * scale


def _annexed_sheet(sheet: Worksheet, form: Form) -> None:
    last = len(INDICATOR_HEADINGS)
    _banner(sheet, 1, form.indicators_title, last, Font(size=14, bold=True), height=26)
    _line(sheet, 2, INDICATOR_HEADINGS, _CENTRE, Font(bold=True), _HEADER)
    at = 2
    for at, cells in enumerate(form.indicators, start=3):
        size = _fit(sheet, at, cells, INDICATOR_WIDTHS)
        _line(sheet, at, _numbered(cells), _WRAP, Font(size=size))
    at += 2
    _banner(sheet, at, form.contacts_title, last, Font(size=14, bold=True), height=26)
    _line(sheet, at + 1, CONTACT_HEADINGS, _CENTRE, Font(bold=True), _HEADER)
    for offset, cells in enumerate(form.contacts, start=2):
        _line(sheet, at + offset, cells, _WRAP)
    _widths(sheet, INDICATOR_WIDTHS)
    _landscape(sheet)


def _numbered(cells: Cells) -> list[Any]:
    """Figures as numbers, so that a sheet can reckon with them; the texts beside them as they are."""
    figures = {INDICATOR_HEADINGS.index(name) for name in ("数值", "目标", "分子", "分母")}
    return [_number(text) if index in figures else text for index, text in enumerate(cells)]


def _number(text: str) -> int | float | str:
    digits = text.removeprefix("-")
    if digits.isdecimal():
        return int(text)
    return float(text) if digits.replace(".", "", 1).isdecimal() else text


def _widths(sheet: Worksheet, widths: Sequence[int]) -> None:
    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width


def _banner(sheet: Worksheet, row: int, text: str, last: int, font: Font | None = None, *, height: int = 20) -> None:
    cell = _put(sheet, row, 1, text)
    cell.font = font or Font(size=_SIZE)
    cell.alignment = Alignment(horizontal="center" if font else "left", vertical="center")
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=last)
    sheet.row_dimensions[row].height = height


def _line(
    sheet: Worksheet,
    row: int,
    values: Iterable[Any],
    alignment: Alignment,
    font: Font | None = None,
    fill: PatternFill | None = None,
) -> None:
    for column, value in enumerate(values, start=1):
        cell = _put(sheet, row, column, value)
        cell.alignment, cell.border, cell.font = alignment, _BORDER, font or Font(size=_SIZE)
        if fill:
            cell.fill = fill


def _put(sheet: Worksheet, row: int, column: int, value: Any) -> Cell:
    cell = sheet.cell(row, column)
    if not isinstance(cell, Cell):
        raise TypeError("a merged cell holds no value of its own")
    if isinstance(value, str):
        cell.value = value or None
        if value:
            # Typed as text, be it =1+1 or #N/A, and marked so that a spreadsheet keeps it text when the cell is edited.
            cell.data_type, cell.quotePrefix = "s", value[:1] in ("=", "+", "-", "@")
    else:
        cell.value = value
    return cell


def _landscape(sheet: Worksheet) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = "9"  # A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top = sheet.page_margins.bottom = 0.5
    sheet.oddFooter = HeaderFooterItem(center=_HeaderFooterPart(text="第 &P 页，共 &N 页"))
