"""The catalogue file: its columns, how each is read, and how a row becomes a reference product."""

import re
from collections.abc import Mapping
from typing import Any

from accounts.models import User
from accounts.services import system_actor
from common.errors import DomainError, Invalid
from common.tabular import Outcome
from common.tabular.cells import Parser, many_of, one_of, required, scaled, text
from common.tabular.importing import Row
from enterprises.facts import CATEGORIES, GUARANTEES, TAX_GRADES
from products.content import MAX_ADDRESS, MAX_TEXT, VERIFIED, VersionContent, is_as_of, is_web_address
from products.models import InstitutionProfile
from products.services import CatalogueProduct, catalogue_product_import

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")

_amount = scaled(10_000, high=10_000_000, unit="万元")
_term = scaled(1, high=1_200, unit="个月")
_percent = scaled(100, high=100, unit="%")
_hundredths_of_a_year = scaled(100, high=100, unit="年")

# Column of the file → content field it fills, where the names differ: a refusal must name the column people see.
_FIELDS = {
    "region": "region_text",
    "amount_min_wan": "amount_min",
    "amount_max_wan": "amount_max",
    "rate_min_pct": "rate_min_bp",
    "rate_max_pct": "rate_max_bp",
    "purpose": "purposes",
    "min_years": "min_age_months",
    "min_revenue_wan": "min_revenue",
    "max_debt_ratio_pct": "max_debt_ratio_bp",
    "as_of": "source_as_of",
    "verified": "source_verified",
}
_COLUMNS = {field: column for column, field in _FIELDS.items()}
_LISTS = ("guarantee_methods", "purpose", "required_tags", "tax_grades")
_NUMBERS = (
    "amount_min_wan",
    "amount_max_wan",
    "term_min_months",
    "term_max_months",
    "rate_min_pct",
    "rate_max_pct",
    "min_years",
    "min_revenue_wan",
    "max_debt_ratio_pct",
)
_NOT_CONTENT = ("id", "category", "institution", "institution_kind")


def _code(cell: str) -> str:
    if not _CODE.fullmatch(cell):
        raise ValueError("编号只能用字母、数字、“-”和“_”，最长 40 位，例如 D001")
    return cell


def _months(cell: str) -> int | None:
    """Years as whole months; a part of a month counts as one, so that the bar is never lowered."""
    hundredths = _hundredths_of_a_year(cell)
    return None if hundredths is None else -(-hundredths * 12 // 100)


def _positive(parse: Parser) -> Parser:
    def parser(cell: str) -> int | None:
        value: int | None = parse(cell)
        if value == 0:
            raise ValueError("应大于 0；来源未说明请留空")
        return value

    return parser


def _as_of(cell: str) -> str | None:
    if cell and not is_as_of(cell):
        raise ValueError(f"“{cell[:20]}”不是有效日期，请写成 2025、2025-12 或 2025-12-26 的样子")
    return cell or None


def _web_address(cell: str) -> str | None:
    if cell and not is_web_address(cell):
        raise ValueError("不是有效网址，请填以 http:// 或 https:// 开头的完整网址，没有请留空")
    if len(cell) > MAX_ADDRESS:
        raise ValueError(f"网址最多 {MAX_ADDRESS} 个字")
    return cell or None


class CatalogueImporter:
    """Importer of ``products.csv``; every row is one reference product, known by its ``id`` alone."""

    columns: Mapping[str, Parser] = {
        "id": required(_code),
        "category": required(one_of(CATEGORIES)),
        "name": required(text(120)),
        "institution": text(200),
        "institution_kind": one_of(InstitutionProfile.Kind.values),
        "region": text(200),
        "target": text(300),
        "amount_min_wan": _amount,
        "amount_max_wan": _positive(_amount),
        "term_min_months": _term,
        "term_max_months": _positive(_term),
        "rate_min_pct": _percent,
        "rate_max_pct": _percent,
        "guarantee_methods": many_of(GUARANTEES),
        "purpose": many_of(),
        "required_tags": many_of(),
        "min_years": _months,
        "min_revenue_wan": scaled(10_000, high=100_000_000, unit="万元"),
        "tax_grades": many_of(TAX_GRADES),
        "max_debt_ratio_pct": _percent,
        "other_conditions": text(MAX_TEXT),
        "features": text(MAX_TEXT),
        "source_url": _web_address,
        "as_of": _as_of,
        "verified": one_of(VERIFIED),
    }
    optional: tuple[str, ...] = ()
    key = ("id",)

    def __init__(self) -> None:
        self._actor: User | None = None
        self._kinds: dict[str, str] = {}

    def apply(self, row: Row) -> Outcome:
        """Import one row; DomainError names the column it rejects."""
        self._actor = self._actor or system_actor("导入")
        self._check_kind(row)
        try:
            return catalogue_product_import(actor=self._actor, row=_product(row))
        except DomainError as error:
            if error.field in _COLUMNS:
                error.field = _COLUMNS[error.field]
            raise

    def _check_kind(self, row: Row) -> None:
        """An institution is of one kind throughout a file, else importing it twice would change something each time."""
        name, kind = row["institution"], row["institution_kind"]
        if name and kind and self._kinds.setdefault(name, kind) != kind:
            raise Invalid(f"“{name}”在本文件前面填的是“{self._kinds[name]}”，请改为一致。", field="institution_kind")


def _product(row: Row) -> CatalogueProduct:
    given: dict[str, Any] = {
        _FIELDS.get(column, column): _content_value(column, row[column]) for column in row if column not in _NOT_CONTENT
    }
    return CatalogueProduct(
        code=row["id"],
        category=row["category"],
        institution=row["institution"],
        institution_kind=row["institution_kind"],
        content=VersionContent(**given),
    )


def _content_value(column: str, value: object) -> object:
    if column in _NUMBERS:
        return value
    if column in _LISTS:
        return tuple(value) if isinstance(value, list) else ()
    return value or ""
