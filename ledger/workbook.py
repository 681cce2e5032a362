"""The ledger as a workbook to file: annex 2's nine columns first, indicators and contacts on a second sheet."""

import re
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from common import clock
from ledger.indicators import IndicatorValue
from ledger.selectors import LedgerRow, LedgerTable, number

HEADINGS = (
    "序号", "重点任务", "工作措施", "牵头单位", "配合单位", "完成时限", "进展情况", "存在问题", "下一步工作计划",
)  # fmt: skip
WIDTHS = (6, 14, 52, 18, 24, 22, 30, 18, 20)
INDICATOR_HEADINGS = ("指标", "数值", "目标", "单位", "分子", "分母", "口径", "说明")
CONTACT_HEADINGS = ("牵头单位", "科室负责人", "联系人", "联系方式")

# Excel cannot hold these characters in a cell, and the library refuses the whole file for one of them.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_THIN = Side(style="thin", color="808080")
_BORDER = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_HEADER = PatternFill("solid", fgColor="E7ECF1")
_WRAP = Alignment(wrap_text=True, vertical="top")
_CENTRE = Alignment(wrap_text=True, vertical="center", horizontal="center")
# Chinese characters of 10.5 pt: about half as many fit a column as its width in digits.
_CHARACTERS_PER_WIDTH = 0.5
_LINE_HEIGHT = 15


def workbook_bytes(table: LedgerTable) -> bytes:
    """The .xlsx file."""
    book = Workbook()
    sheet = book.create_sheet("重点任务台账", 0)
    book.remove(book.worksheets[1])
    _ledger_sheet(sheet, table)
    _annexed_sheet(book.create_sheet("指标与联系人"), table)
    book.active = 0
    book.properties.title = f"{table.plan.title}重点任务台账（{table.quarter.label}）"
    book.properties.creator = "金融超市"
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _ledger_sheet(sheet: Worksheet, table: LedgerTable) -> None:
    last = len(HEADINGS)
    _banner(sheet, 1, f"{table.plan.title}重点任务台账", last, Font(size=16, bold=True), height=32)
    due = f"{table.due.isoformat()}{'（暂定）' if table.due_tentative else ''}"
    period = "（方案期外，仅供查阅）" if table.outside_plan else ""
    _banner(sheet, 2, f"填报季度：{table.quarter.label}{period}    报送截止：{due}", last)
    _banner(sheet, 3, f"文号：{table.plan.document_number}    制表日期：{clock.today().isoformat()}", last)
    header = 4
    _line(sheet, header, HEADINGS, _CENTRE, Font(bold=True), _HEADER)
    for offset, row in enumerate(table.rows, start=1):
        _measure(sheet, header + offset, row)
    _merge_sections(sheet, header + 1, table.rows)
    for column, width in zip("ABCDEFGHI", WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = f"A{header + 1}"
    sheet.print_title_rows = f"{header}:{header}"
    _landscape(sheet)


def _measure(sheet: Worksheet, at: int, row: LedgerRow) -> None:
    values = (
        row.number, row.section, row.measure, "、".join(row.lead), "、".join(row.support), row.deadline,
        row.progress, row.problems, row.next_steps,
    )  # fmt: skip
    _line(sheet, at, values, _WRAP)
    for column in (1, 2):
        sheet.cell(at, column).alignment = _CENTRE
    # The section's cell is merged over several rows and must not stretch the first of them.
    cells = [(str(value), width) for value, width in zip(values, WIDTHS, strict=True) if value != row.section]
    lines = max(-(-len(text) // max(1, int(width * _CHARACTERS_PER_WIDTH))) for text, width in cells)
    sheet.row_dimensions[at].height = min(400, max(2, lines + 1) * _LINE_HEIGHT)


def _merge_sections(sheet: Worksheet, first: int, rows: Sequence[LedgerRow]) -> None:
    start = 0
    for index in range(1, len(rows) + 1):
        if index < len(rows) and rows[index].section == rows[start].section:
            continue
        if index - start > 1:
            sheet.merge_cells(start_row=first + start, end_row=first + index - 1, start_column=2, end_column=2)
        start = index


def _annexed_sheet(sheet: Worksheet, table: LedgerTable) -> None:
    last = len(INDICATOR_HEADINGS)
    _banner(sheet, 1, f"指标（截至{table.quarter.end.isoformat()}）", last, Font(size=14, bold=True), height=26)
    _line(sheet, 2, INDICATOR_HEADINGS, _CENTRE, Font(bold=True), _HEADER)
    at = 2
    for at, item in enumerate(table.indicators, start=3):
        _line(sheet, at, _indicator(item), _WRAP)
        sheet.row_dimensions[at].height = _LINE_HEIGHT * max(2, -(-len(item.definition) // 27))
    at += 2
    _banner(sheet, at, "牵头单位联系人（请各单位填写）", last, Font(size=14, bold=True), height=26)
    _line(sheet, at + 1, CONTACT_HEADINGS, _CENTRE, Font(bold=True), _HEADER)
    units = dict.fromkeys(unit for row in table.rows for unit in row.lead)
    for offset, unit in enumerate(units, start=2):
        _line(sheet, at + offset, (unit, "", "", ""), _WRAP)
    for column, width in zip("ABCDEFGH", (30, 14, 14, 20, 18, 18, 56, 36), strict=True):
        sheet.column_dimensions[column].width = width
    _landscape(sheet)


def _indicator(item: IndicatorValue) -> tuple[Any, ...]:
    unknown, no_target = "未知", "无"
    return (
        item.name,
        unknown if item.value is None else number(item.value),
        no_target if item.target is None else number(item.target),
        item.unit,
        "" if item.numerator is None else item.numerator,
        "" if item.denominator is None else item.denominator,
        item.definition,
        item.status,
    )


def _banner(sheet: Worksheet, row: int, text: str, last: int, font: Font | None = None, *, height: int = 20) -> None:
    cell = _put(sheet, row, 1, text)
    cell.font = font or Font(size=10.5)
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
        cell.alignment, cell.border, cell.font = alignment, _BORDER, font or Font(size=10.5)
        if fill:
            cell.fill = fill


def _put(sheet: Worksheet, row: int, column: int, value: Any) -> Cell:
    cell = sheet.cell(row, column)
    if not isinstance(cell, Cell):
        raise TypeError("a merged cell holds no value of its own")
    if isinstance(value, str):
        cell.value = _CONTROL.sub("", value)
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
