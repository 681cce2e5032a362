"""Run one import: header check, cell check, then every row in one transaction."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from django.db import connection, transaction

from common import audit
from common.errors import DomainError
from common.tabular.cells import Parser
from common.tabular.reading import BadFile, Line, Refused, read_lines

Row = dict[str, Any]
# Rows with their line of the sheet.
Rows = list[tuple[int, Row]]


class Outcome(Enum):
    """What applying one row did."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


class Importer(Protocol):
    """What one kind of file is. ``apply`` raises DomainError (``field`` = column) to reject its row."""

    @property
    def columns(self) -> Mapping[str, Parser]: ...

    @property
    def optional(self) -> Sequence[str]: ...

    @property
    def key(self) -> Sequence[str]: ...

    def apply(self, row: Row) -> Outcome: ...


@runtime_checkable
class Preparing(Protocol):
    """An importer that must see every well-formed row before the first is applied (a batch published as a whole)."""

    def prepare(self, rows: Sequence[Row]) -> None: ...


@dataclass
class ImportReport:
    """Counts, and rejected rows as ``{"row", "column", "error"}``; ``written`` is False when nothing was kept,
    ``refused`` True when the file as a whole was: no row can be skipped to save it."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[dict[str, Any]] = field(default_factory=list)
    written: bool = False
    refused: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "rejected": sorted(self.rejected, key=lambda item: item["row"]),
        }

    def reject(self, row: int, column: str, error: str) -> None:
        self.rejected.append({"row": row, "column": column, "error": error})


class _Undo(Exception):
    """Leave the transaction without keeping it."""


def run_import(
    path: Path,
    importer: Importer,
    *,
    dry_run: bool = False,
    skip_invalid: bool = False,
    read: Callable[[Path], Iterator[Line]] = read_lines,
) -> ImportReport:
    """Import ``path``; any invalid row means nothing is written, unless ``skip_invalid``."""
    rows, report = parse(read(path), importer)
    if report.refused:
        return report
    try:
        with transaction.atomic():
            apply_rows(importer, rows, report)
            if dry_run or (report.rejected and not skip_invalid):
                raise _Undo
            if report.created or report.updated:
                counts = {"created": report.created, "updated": report.updated, "rejected": len(report.rejected)}
                audit.record("import", file=path.name, kind=type(importer).__name__, counts=counts)
        report.written = True
    except _Undo:
        if report.rejected and not skip_invalid:
            report.created = report.updated = report.unchanged = 0
    return report


def parse(lines: Iterable[Line], importer: Importer) -> tuple[Rows, ImportReport]:
    """Check every cell: (good rows, report of the bad ones; ``refused`` with no rows when the file is no such file)."""
    report = ImportReport()
    try:
        return list(_parsed(lines, importer, report)), report
    except BadFile as error:
        report.reject(error.row, error.column, error.message)
        report.refused = True
        return [], report


def apply_rows(importer: Importer, rows: Rows, report: ImportReport) -> None:
    """Apply ``rows`` in the current transaction, counting into ``report``; a row that is refused leaves no trace."""
    _wait_for_other_imports()
    if isinstance(importer, Preparing):
        importer.prepare([row for _, row in rows])
    for number, row in rows:
        _apply(importer, number, row, report)


def _wait_for_other_imports() -> None:
    """Two imports with the same keys in another order would deadlock. SQLite lets one writer in anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('import'))")


def _apply(importer: Importer, number: int, row: Row, report: ImportReport) -> None:
    try:
        with transaction.atomic():
            outcome = importer.apply(row)
    except DomainError as error:
        report.reject(number, error.field or "", error.message)
        return
    setattr(report, outcome.value, getattr(report, outcome.value) + 1)


def _parsed(
    lines: Iterable[tuple[int, list[str]]], importer: Importer, report: ImportReport
) -> Iterable[tuple[int, Row]]:
    iterator = iter(lines)
    _, header = next(iterator, (0, []))
    if not header:
        raise BadFile("文件里没有内容，请保留表头并填好数据。")
    header = _checked_header(header, importer)
    seen: dict[tuple[Any, ...], int] = {}
    number = 0
    for number, cells in iterator:
        row, problems = _parse_row(header, cells, importer)
        key = tuple(row.get(column) for column in importer.key)
        if not problems and (earlier := seen.setdefault(key, number)) != number:
            problems.append((importer.key[0], f"与第 {earlier} 行重复，请只保留一行"))
        for column, message in problems:
            report.reject(number, column, message)
        if not problems:
            yield number, row
    if not number:
        raise BadFile("只有表头，没有数据行。", row=2)


def _checked_header(cells: list[str], importer: Importer) -> list[str]:
    """Names of columns as the importer spells them."""
    for index, cell in enumerate(cells, start=1):
        if isinstance(cell, Refused):
            raise BadFile(f"表头第 {index} 列不是列名：{cell}。", column=f"第 {index} 列")
    if len(cells) == 1 and (mark := re.search("[;；，、|\t]", cells[0])):
        raise BadFile(f"各列之间用的是“{mark[0].replace(chr(9), '制表符')}”，请另存为用英文逗号分隔的 CSV 或 .xlsx。")
    header = [unicodedata.normalize("NFKC", cell).strip().lower() for cell in cells]
    for column in header:
        if header.count(column) > 1:
            raise BadFile(f"列“{column or '（空白）'}”出现了两次，请删去一列。", column=column)
        if column not in importer.columns:
            raise BadFile(f"不认识的列“{column or '（空白）'}”。应有的列：{','.join(importer.columns)}", column=column)
    missing = [name for name in importer.columns if name not in header and name not in importer.optional]
    if missing:
        raise BadFile(f"缺少列：{'、'.join(missing)}。请按模板补齐表头。", column=missing[0])
    return header


def _parse_row(header: list[str], cells: list[str], importer: Importer) -> tuple[Row, list[tuple[str, str]]]:
    problems: list[tuple[str, str]] = []
    if len(cells) > len(header):
        problems.append((header[-1], f"这一行有 {len(cells)} 格，比表头多，请检查是否多了逗号"))
    row: Row = dict.fromkeys(importer.columns)
    for column, cell in zip(header, [*cells, *[""] * (len(header) - len(cells))], strict=False):
        if isinstance(cell, Refused):
            problems.append((column, cell))
            continue
        try:
            row[column] = importer.columns[column](cell)
        except ValueError as error:
            problems.append((column, str(error)))
    return row, problems
