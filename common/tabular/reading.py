"""Read CSV (UTF-8, with or without BOM, or GBK/GB18030) and XLSX into rows of stripped text."""

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell.read_only import EMPTY_CELL

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED = 50 * 1024 * 1024
MAX_RATIO = 100
MAX_MEMBERS = 2_000
MAX_ROWS = 50_000
MAX_COLUMNS = 100
SHEET_ROWS = 1_048_576

# One line of the sheet: (number with the header as 1, cells).
Line = tuple[int, list[str]]

# What a spreadsheet would run: = and anything, or a sign before a function call or DDE. “-随借随还” and “+86” are text.
_FORMULA = re.compile(r"=|[-+@][-+*/(\d.\s]*[A-Z_][\w.]*\s*[(|]", re.ASCII | re.IGNORECASE)
# What a spreadsheet leaves of a formula that failed, also in the CSV it saves.
_ERROR = re.compile(r"#(?:[A-Z0/_]+[!?]|N/A)")
# Members that hold programs, or would land elsewhere if anybody unpacked them.
_RUNS = re.compile(r"vbaProject\.bin$|/(?:embeddings|activeX)/|^/|(?:^|/)\.\./")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s")
_LITERALS = re.compile(r'"[^"]*"|\\.|\[[^]]*\]')
_THOUSANDS = re.compile(r"[0#?],+(?![0#?,])")
_CHINESE = re.compile("[\u4e00-\u9fff]")
# Marks without width, which would make two names of one; a break inside a cell is one character.
_INVISIBLE = re.compile("[\u200b\u2060\ufeff]")


class BadFile(Exception):
    """The file as a whole, or one place in it, cannot be read; ``row`` and ``column`` name the place if any."""

    def __init__(self, message: str, *, row: int = 1, column: str = "") -> None:
        super().__init__(message)
        self.message, self.row, self.column = message, row, column


class Refused(str):
    """A cell that holds nothing to read: the sentence that says why and what to do."""


def read_lines(path: Path) -> Iterator[Line]:
    """Yield the non-empty lines of the sheet; raise :class:`BadFile` with a remedy in Chinese."""
    data = _bytes(path)
    filled = 0
    for number, cells in _xlsx_lines(data) if data[:4] == b"PK\x03\x04" else _csv_lines(data):
        if number > SHEET_ROWS or (filled := filled + any(cells)) > MAX_ROWS + 1:
            raise BadFile(f"超过 {MAX_ROWS} 行，请拆成几个文件导入。", row=number)
        if len(cells) > MAX_COLUMNS:
            raise BadFile(f"超过 {MAX_COLUMNS} 列，请只保留模板里的列。", row=number)
        if any(cells):
            yield number, cells


def _bytes(path: Path) -> bytes:
    try:
        if not path.is_file():
            missing = "不是文件，请给出 CSV 或 .xlsx 文件的路径。" if path.exists() else "找不到，请检查路径和文件名。"
            raise BadFile(f"“{path.name}”{missing}")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise BadFile(f"文件有 {size >> 20} MB，超过上限 {MAX_BYTES >> 20} MB，请拆成几个文件导入。")
        data = path.read_bytes()
    except OSError as error:
        raise BadFile(f"“{path.name[:60]}”读不出来，请检查路径是否正确、有没有读取权限。") from error
    if not data:
        raise BadFile("文件是空的，请填好数据后再导入。")
    return data


def _csv_lines(data: bytes) -> Iterator[Line]:
    if b"\x00" in data:
        raise BadFile("文件不是文本，也不是 .xlsx（或加了密码）。请另存为“CSV UTF-8”或 .xlsx 后再导入。")
    reader = csv.reader(io.StringIO(_decoded(data), newline=""), strict=True)
    # A record may span lines; people count records, and so does the sheet they see.
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            # Millions of commas are refused before they are looked at.
            texts = map(_clean, cells[: MAX_COLUMNS + 1])
            yield number, [Refused(_formula(text)) if _FORMULA.match(text) else text for text in texts]
    except csv.Error as error:
        problem = "这一行读不下去：引号没有成对，或一格超过 13 万字。请检查后再导入。"
        raise BadFile(problem, row=number + 1) from error


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        lines = [line.decode("utf-8", "replace") for line in data.splitlines()]
    try:
        # GB18030 takes almost any bytes; a line of good Chinese in UTF-8 shows that the file holds both.
        if not any(_CHINESE.search(line) and "\ufffd" not in line for line in lines):
            return data.decode("gb18030")
    except UnicodeDecodeError:
        pass
    raise BadFile("无法识别文件编码，或者混有两种编码。请另存为“CSV UTF-8”后再导入。")


def _xlsx_lines(data: bytes) -> Iterator[Line]:
    """Lines of the visible sheet; a damaged file raises anything from KeyError up, on opening or at any later cell."""
    try:
        _check_archive(data)
        with warnings.catch_warnings(action="ignore"):
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
            # A width above the limit of columns is enough to refuse; the stated size of a sheet may be wrong.
            # Rows left out are one and the same tuple: a single row far below must not cost a million looks.
            empty: Any = None
            for number, row in enumerate(_sheet(book).iter_rows(max_col=MAX_COLUMNS + 1), start=1):
                if row is not empty and all(cell is EMPTY_CELL for cell in row):
                    empty = row
                cells = [] if row is empty else [_as_text(cell) for cell in row]
                while cells and not cells[-1]:
                    cells.pop()
                yield number, cells
    except BadFile:
        raise
    except Exception as error:
        raise BadFile("这个 .xlsx 打不开或里面有损坏的单元格，请用表格软件重新另存为 .xlsx 后再导入。") from error


def _sheet(book: Any) -> Any:
    """The sheet that the file opens with, unless hidden, then the first visible one."""
    shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    for sheet in shown:
        sheet.reset_dimensions()
    chosen = book.active if book.active in shown else shown[0]
    with book._archive.open(chosen._worksheet_path) as source:
        if _MERGED.search(source.read()):
            raise BadFile(f"工作表“{chosen.title}”里有合并的单元格，请取消合并、逐格填写后再导入。")
    heads = [next(sheet.iter_rows(max_row=1, max_col=MAX_COLUMNS, values_only=True), ()) for sheet in shown]
    head = heads[shown.index(chosen)]
    if any(head) and heads.count(head) > 1:
        raise BadFile("有几张工作表的表头相同，无法确定导入哪一张。一次只导入一张，请分别另存为文件。")
    return chosen


def _check_archive(data: bytes) -> None:
    """Refuse a bomb by its directory alone, before anything is unpacked (measured: 7 µs); then entities."""
    archive = zipfile.ZipFile(io.BytesIO(data))
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    packed = max(1, sum(member.compress_size for member in members))
    if len(members) > MAX_MEMBERS or unpacked > MAX_UNPACKED or unpacked / packed > MAX_RATIO:
        raise BadFile("这个 .xlsx 解压后异常巨大，已拒绝。请只保留数据表，另存后再导入。")
    names = {member.filename for member in members}
    if "[Content_Types].xml" not in names:
        raise BadFile("这是压缩包，不是 .xlsx。请导入 CSV 或 .xlsx。")
    if any(_RUNS.search(name) for name in names):
        raise BadFile("文件含有宏或嵌入的对象，已拒绝。请只保留数据表，另存为不含宏的 .xlsx。")
    if any(b"<!DOCTYPE" in archive.read(name) for name in names if name.endswith((".xml", ".rels"))):
        raise ValueError("a document type: no spreadsheet writes one, and not every XML parser refuses its entities")


def _formula(text: str) -> str:
    return f"单元格是公式（{text[:20]}），请粘贴为数值或文字后再导入"


def _clean(text: str) -> str:
    plain = _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    return Refused(f"单元格是错误值（{plain}），请改成正确的内容，不清楚就留空") if _ERROR.fullmatch(plain) else plain


def _as_text(cell: Any) -> str:
    match cell.value:
        case None:
            return ""
        case value if cell.data_type == "f":
            return Refused(_formula(str(getattr(value, "text", value))))
        case bool(value):
            return "是" if value else "否"
        case int() | float() as value:
            return _number(value, cell.number_format)
        case value:
            return _clean(str(value).removesuffix(" 00:00:00"))


def _number(value: int | float, style: str) -> str:
    """What the sheet shows, exactly: 15 digits without binary noise, 0.7 styled as a percentage is 70%."""
    if not abs(value) < 1e15:
        return Refused("表格只能准确保存 15 位数字，请把这一格设为文本格式后重新填写")
    if re.fullmatch("0{2,}", style) and value == int(value) >= 0:
        return str(int(value)).zfill(len(style))
    plain = _LITERALS.sub("", style)
    if _THOUSANDS.search(plain):
        return Refused("数字格式把数缩小了千倍以上显示，请改为常规格式，核对后再导入")
    percent = "%" in plain
    text = f"{Decimal(f'{value:.15g}').scaleb(2 if percent else 0):f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + "%" * percent
