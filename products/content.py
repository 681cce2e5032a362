"""What a product version says, apart from who made it and when: checked, compared and hashed as one value."""

import hashlib
import json
import re
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from common.errors import Invalid
from enterprises import tags
from enterprises.facts import GUARANTEES, TAX_GRADES
from products.models import ProductVersion

MAX_AMOUNT = 10**11
MAX_REVENUE = 10**12
MAX_MONTHS = 1_200
MAX_BASIS_POINTS = 10_000
MAX_TEXT = 2_000
MAX_ADDRESS = 500
VERIFIED = ("source", "partly")

_LIMITS = {
    "amount_min": MAX_AMOUNT,
    "amount_max": MAX_AMOUNT,
    "min_revenue": MAX_REVENUE,
    "term_min_months": MAX_MONTHS,
    "term_max_months": MAX_MONTHS,
    "min_age_months": MAX_MONTHS,
    "rate_min_bp": MAX_BASIS_POINTS,
    "rate_max_bp": MAX_BASIS_POINTS,
    "max_debt_ratio_bp": MAX_BASIS_POINTS,
}
# A ceiling of nothing would offer nothing; an unstated one is left empty instead.
_POSITIVE = ("amount_max", "term_max_months")
_PAIRS = (
    ("amount_min", "amount_max", "额度"),
    ("term_min_months", "term_max_months", "期限"),
    ("rate_min_bp", "rate_max_bp", "利率（费率）"),
)
_LENGTHS = {
    "name": 120,
    "region_text": 200,
    "target": 300,
    "other_conditions": MAX_TEXT,
    "features": MAX_TEXT,
    "source_url": MAX_ADDRESS,
}
_AS_OF = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_web_address = URLValidator(schemes=["http", "https"])


@dataclass(frozen=True)
class VersionContent:
    """Field for field what ProductVersion stores: amounts 元, terms months, rates basis points; empty is unknown."""

    name: str
    region_text: str = ""
    target: str = ""
    amount_min: int | None = None
    amount_max: int | None = None
    term_min_months: int | None = None
    term_max_months: int | None = None
    rate_min_bp: int | None = None
    rate_max_bp: int | None = None
    guarantee_methods: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    required_tags: tuple[str, ...] = ()
    min_age_months: int | None = None
    min_revenue: int | None = None
    tax_grades: tuple[str, ...] = ()
    max_debt_ratio_bp: int | None = None
    other_conditions: str = ""
    features: str = ""
    source_url: str = ""
    source_as_of: str = ""
    source_verified: str = ""

    def columns(self) -> dict[str, Any]:
        """The values as model columns: lists where the model keeps JSON lists."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


COLUMNS = tuple(item.name for item in fields(VersionContent))


def content_of(version: ProductVersion) -> VersionContent:
    """What a stored version says."""
    stored: dict[str, Any] = {name: getattr(version, name) for name in COLUMNS}
    values: dict[str, Any] = {name: tuple(item) if isinstance(item, list) else item for name, item in stored.items()}
    return VersionContent(**values)


def checked(content: VersionContent) -> VersionContent:
    """``content`` with its tags in their normal form; Invalid naming the field that breaks a rule."""
    normal = tuple(dict.fromkeys(tags.normal(tag) for tag in content.required_tags))
    content = replace(content, required_tags=normal)
    if not content.name.strip():
        raise Invalid("请填写产品名称。", field="name")
    for name, limit in _LENGTHS.items():
        if len(getattr(content, name)) > limit:
            raise Invalid(f"最多 {limit} 个字，请缩短后再提交。", field=name)
    _check_numbers(content)
    _check_words("guarantee_methods", content.guarantee_methods, GUARANTEES)
    _check_words("tax_grades", content.tax_grades, TAX_GRADES)
    _check_words("source_verified", (content.source_verified,) if content.source_verified else (), VERIFIED)
    _check_source(content)
    return content


def content_hash(content: VersionContent, rules: list[dict[str, object]]) -> str:
    """SHA-256 (hex) over the canonical JSON of every content field and the stored rules."""
    body = json.dumps({**content.columns(), "rules": rules}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(body.encode()).hexdigest()


def is_as_of(text: str) -> bool:
    """Whether ``text`` is a real YYYY, YYYY-MM or YYYY-MM-DD between 1990 and 2100."""
    parts = _AS_OF.fullmatch(text)
    if parts is None:
        return False
    year, month, day = (int(part) if part else 1 for part in parts.groups())
    try:
        return 1990 <= date(year, month, day).year <= 2100
    except ValueError:
        return False


def is_web_address(text: str) -> bool:
    """Whether ``text`` is an http or https address."""
    try:
        _web_address(text)
    except ValidationError:
        return False
    return True


def _check_numbers(content: VersionContent) -> None:
    for name, limit in _LIMITS.items():
        value = getattr(content, name)
        if value is not None and not 0 <= value <= limit:
            raise Invalid("数值不在合理范围，请核对单位。", field=name)
        if value == 0 and name in _POSITIVE:
            raise Invalid("应大于 0；没有载明请留空。", field=name)
    for low, high, label in _PAIRS:
        lowest, highest = getattr(content, low), getattr(content, high)
        if lowest is not None and highest is not None and lowest > highest:
            raise Invalid(f"{label}下限大于上限，请核对。", field=low)


def _check_words(name: str, words: Collection[str], choices: Collection[str]) -> None:
    for word in words:
        if word not in choices:
            raise Invalid(f"“{word[:20]}”不在可选范围，请填：{'、'.join(choices)}。", field=name)


def _check_source(content: VersionContent) -> None:
    if content.source_as_of and not is_as_of(content.source_as_of):
        raise Invalid("请写成 2025、2025-12 或 2025-12-26 的样子，且须是真实日期。", field="source_as_of")
    if content.source_url and not is_web_address(content.source_url):
        raise Invalid("不是有效网址，请填以 http:// 或 https:// 开头的完整网址。", field="source_url")


def shelf_hash(contents: Iterable[tuple[str, str]]) -> str:
    """SHA-256 (hex) over (product code, content hash); the order does not matter."""
    return hashlib.sha256("".join(f"{code}:{content}\n" for code, content in sorted(contents)).encode()).hexdigest()
