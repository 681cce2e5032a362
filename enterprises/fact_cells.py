"""How each stored fact is written by people: its column, parser, unit, and the way back to text.

The enterprises file, the facts file and the page 我的资料 share these: amounts in 万元, ratios in %, lists by ``;``,
``无`` for an empty list, 是/否, dates as YYYY-MM-DD. Stored: 元, basis points, lists, true/false, ISO dates.
"""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from common import clock
from common.tabular import cells
from enterprises import places, tags
from enterprises.facts import FIELDS, TAX_GRADES, FieldType

REGION, ESTABLISHED = "region", "established_on"

_LIST_LIMIT = 50


@dataclass(frozen=True)
class FactCell:
    """``parse`` gives the stored value (None for an empty cell) or raises ValueError in Chinese; ``scale`` stored
    units make one written ``unit``."""

    field: str
    label: str
    column: str
    parse: cells.Parser
    where: str
    unit: str = ""
    scale: int = 1

    def text(self, value: Any) -> str:
        """The text that :attr:`parse` reads back as ``value``."""
        match value:
            case bool():
                return "是" if value else "否"
            case int():
                return _decimal(value, self.scale)
            case list():
                return ";".join(value) or "无"
            case _:
                return str(value)

    def display(self, value: Any) -> str:
        """What people read: with thousands separators, unit and official place name."""
        match value:
            case bool():
                return self.text(value)
            case int():
                whole, _, fraction = _decimal(value, self.scale).partition(".")
                return f"{int(whole):,}{'.' if fraction else ''}{fraction} {self.unit}".strip()
            case list():
                return "、".join(value) or "无"
            case str() if self.field == REGION:
                return places.label(value)
            case _:
                return str(value)


def not_in_future(parse: cells.Parser) -> cells.Parser:
    """Refuse a date after today."""

    def parser(cell: str) -> date | None:
        value: date | None = parse(cell)
        if value is not None and value > clock.today():
            raise ValueError(f"不能晚于今天（{clock.today()}），现为 {value}，请核对年份")
        return value

    return parser


def _decimal(value: int, scale: int) -> str:
    text = f"{Decimal(value) / scale:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _iso(parse: cells.Parser) -> cells.Parser:
    def parser(cell: str) -> str | None:
        value: date | None = parse(cell)
        return value.isoformat() if value else None

    return parser


def _region(cell: str) -> str | None:
    if not cell:
        return None
    code = places.canonical(cell)
    if code is None:
        raise ValueError(
            f"没有认出地区“{cell[:20]}”，请写到旗区或园区，例如“鄂尔多斯市东胜区”“准格尔旗”“蒙苏经济开发区”"
        )
    return code


def _names(cell: str) -> list[str] | None:
    words = cells.many_of(limit=40)(cell)
    if words is None:
        return None
    if len(words) > _LIST_LIMIT:
        raise ValueError(f"最多 {_LIST_LIMIT} 项，现有 {len(words)} 项")
    return list(dict.fromkeys(tags.normal(word) for word in words))


def _tax_grade(cell: str) -> str | None:
    grade: str | None = cells.one_of(TAX_GRADES)(unicodedata.normalize("NFKC", cell).upper().removesuffix("级"))
    return grade


def _cell(field: str, column: str, parse: cells.Parser, unit: str = "", scale: int = 1) -> FactCell:
    declared = FIELDS[field]
    return FactCell(field, declared.label, column, parse, declared.where, unit, scale)


def _wan(field: str) -> FactCell:
    return _cell(field, f"{field}_wan", cells.scaled(10_000, high=10**8, unit="万元"), "万元", 10_000)


def _percent(field: str) -> FactCell:
    return _cell(field, f"{field}_pct", cells.scaled(100, high=1_000, unit="%"), "%", 100)


def _count(field: str, unit: str) -> FactCell:
    return _cell(field, field, cells.scaled(high=1_000_000, unit=unit), unit)


FACT_CELLS: Mapping[str, FactCell] = {
    cell.field: cell
    for cell in (
        FactCell(REGION, "所在地区", "region", _region, FIELDS["places"].where),
        _cell("industry", "industry", cells.text(60)),
        FactCell(
            ESTABLISHED, "成立日期", "established_on", _iso(not_in_future(cells.iso_date())), FIELDS["age_months"].where
        ),
        _count("employees", "人"),
        _wan("revenue"),
        _wan("total_assets"),
        _percent("debt_ratio"),
        _percent("rd_ratio"),
        _count("invention_patents", "件"),
        _count("utility_patents", "件"),
        _count("software_copyrights", "件"),
        _cell("tags", "tags", _names),
        _cell("tax_grade", "tax_grade", _tax_grade),
        _cell("has_prior_loan", "has_prior_loan", cells.yes_no),
        _cell("leader_titles", "leader_titles", _names),
    )
}

_BY_NAME = {name: cell.field for cell in FACT_CELLS.values() for name in (cell.field, cell.column, cell.label)}


def field_named(name: str) -> str | None:
    """The fact field that a code, column of the enterprises file or Chinese label names."""
    return _BY_NAME.get(name)


def problem_of(field: str, value: Any) -> str | None:
    """What is wrong with a stored value, in Chinese; None when it fits its field."""
    if field not in FACT_CELLS:
        label = FIELDS[field].label if field in FIELDS else field
        return f"“{label}”不是可登记的资料，可登记：{'、'.join(cell.label for cell in FACT_CELLS.values())}。"
    fits = _CHECKS.get(field) or _TYPE_CHECKS[FIELDS[field].type]
    return None if fits(value) else f"“{FACT_CELLS[field].label}”的值不合要求：{str(value)[:40]}。"


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 10**13


def _is_past_date(value: Any) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value) <= clock.today()
    except ValueError:
        return False


_CHECKS: Mapping[str, Callable[[Any], bool]] = {
    REGION: lambda value: isinstance(value, str) and value in places.PLACES,
    ESTABLISHED: _is_past_date,
    "tax_grade": lambda value: value in TAX_GRADES,
}
_TYPE_CHECKS: Mapping[FieldType, Callable[[Any], bool]] = {
    FieldType.NUMBER: _is_count,
    FieldType.BOOL: lambda value: isinstance(value, bool),
    FieldType.CATEGORY: lambda value: isinstance(value, str) and bool(value),
    FieldType.SET: lambda value: isinstance(value, list) and all(isinstance(item, str) and item for item in value),
}
