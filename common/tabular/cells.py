"""Cell parsers: text in, a typed value out, or a ValueError whose Chinese message says what is expected.

An empty cell is ``None`` (unknown) for every parser; ``required`` turns it into an error.
"""

import re
import unicodedata
from collections.abc import Callable, Collection
from datetime import date
from decimal import Decimal
from typing import Any

Parser = Callable[[str], Any]

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,10})?")
_SEPARATOR = re.compile(r"[;；]")


def required(parse: Parser) -> Parser:
    """Refuse an empty cell."""

    def parser(cell: str) -> Any:
        if not cell:
            raise ValueError("必填，不能为空")
        return parse(cell)

    return parser


def text(limit: int = 200) -> Parser:
    """Text of at most ``limit`` characters, without control characters."""

    def parser(cell: str) -> str | None:
        if len(cell) > limit:
            raise ValueError(f"最多 {limit} 个字，现有 {len(cell)} 个")
        if any(unicodedata.category(char) in ("Cc", "Cf") and char not in "\n\t" for char in cell):
            raise ValueError("含有不可见的控制字符，请删除后再导入")
        return cell or None

    return parser


def scaled(scale: int = 1, *, low: int = 0, high: int = 10**9, unit: str = "") -> Parser:
    """A plain decimal number between ``low`` and ``high`` in the file's unit, as an integer number of 1/scale units.

    万元 → 元 is ``scaled(10_000)``; percent → basis points is ``scaled(100)``. More digits than the scale holds are
    refused rather than rounded away.
    """

    def parser(cell: str) -> int | None:
        if not cell:
            return None
        digits = cell.removesuffix("%") if unit == "%" else cell
        if not _NUMBER.fullmatch(digits):
            raise ValueError(f"“{cell[:20]}”不是数字，请只填半角数字{unit and f'（单位：{unit}）'}，例如 500 或 3.95")
        number = Decimal(digits)
        if number < low:
            raise ValueError(f"不能小于 {low}{unit}，现为 {cell}")
        if number > high:
            raise ValueError(f"不能大于 {high}{unit}，现为 {cell}，请检查单位")
        value = number * scale
        if value != value.to_integral_value():
            raise ValueError(f"小数位过多，最多保留 {len(str(scale)) - 1} 位小数")
        return int(value)

    return parser


def iso_date(*, low: date = date(1900, 1, 1), high: date = date(2100, 12, 31)) -> Parser:
    """A real calendar date as YYYY-MM-DD (also YYYY/M/D and YYYY年M月D日)."""

    def parser(cell: str) -> date | None:
        if not cell:
            return None
        parts = re.fullmatch(r"([0-9]{4})[-/年.]([0-9]{1,2})[-/月.]([0-9]{1,2})日?", cell)
        try:
            value = date(*(int(part) for part in parts.groups())) if parts else None
        except ValueError:
            value = None
        if value is None:
            raise ValueError(f"“{cell[:20]}”不是有效日期，请写成 2026-11-23 的样子")
        if not low <= value <= high:
            raise ValueError(f"日期应在 {low} 与 {high} 之间，现为 {value}")
        return value

    return parser


def one_of(choices: Collection[str]) -> Parser:
    """One word of a closed list."""

    def parser(cell: str) -> str | None:
        if cell and cell not in choices:
            raise ValueError(f"“{cell[:20]}”不在可选范围，请填：{'、'.join(choices)}")
        return cell or None

    return parser


def many_of(choices: Collection[str] | None = None, *, limit: int = 60) -> Parser:
    """Words separated by ``;`` in the order given, without repeats; ``None`` for an empty cell, ``[]`` for 无."""

    def parser(cell: str) -> list[str] | None:
        if not cell:
            return None
        words = list(dict.fromkeys(word.strip() for word in _SEPARATOR.split(cell) if word.strip()))
        if words == ["无"]:
            return []
        if not words or "无" in words:
            raise ValueError("“无”不能和其他项同时填写；确实没有就只填“无”，不清楚就留空")
        for word in words:
            if len(word) > limit:
                raise ValueError(f"“{word[:20]}…”过长，请用分号“;”分隔各项")
            if choices is not None and word not in choices:
                raise ValueError(f"“{word}”不在可选范围，请填：{'、'.join(choices)}，多项用分号分隔")
        return words

    return parser


def yes_no(cell: str) -> bool | None:
    """是/否 (also 有/无, true/false, 1/0)."""
    if not cell:
        return None
    if cell.lower() in ("是", "有", "true", "1", "y", "yes"):
        return True
    if cell.lower() in ("否", "无", "false", "0", "n", "no"):
        return False
    raise ValueError(f"“{cell[:20]}”请填“是”或“否”")
