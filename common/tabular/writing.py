"""Tables as files for spreadsheets; no cell can become a formula."""

import csv
from collections.abc import Iterable, Sequence
from io import BytesIO, StringIO

from openpyxl import Workbook

Cells = Sequence[str | int | None]

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_bytes(rows: Iterable[Cells]) -> bytes:
    """UTF-8 with the mark by which Excel knows it."""
    text = StringIO()
    csv.writer(text).writerows([_plain(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def xlsx_bytes(title: str, rows: Iterable[Cells]) -> bytes:
    """One sheet called ``title``."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    for row in rows:
        sheet.append([_plain(cell) for cell in row])
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _plain(cell: str | int | None) -> str | int | None:
    """Text that a spreadsheet would calculate stands behind an apostrophe."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_STARTS_A_FORMULA) else cell
