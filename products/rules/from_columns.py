"""Rules read from a version's structured columns. An empty column makes no rule: unknown is never a condition."""

from enterprises import places, tags
from products.models import ProductVersion
from products.rules.language import Between, Compare, Group, In, Node, Rule, RuleSet, SetTest

WEIGHT = 1
COLUMN_CODES = (
    "category",
    "region",
    "amount",
    "term",
    "guarantee",
    "min_years",
    "min_revenue",
    "max_debt_ratio",
    "tax_grade",
    "tags",
)


def rules_of(version: ProductVersion) -> RuleSet:
    """Every hard rule the columns of ``version`` state, each with weight 1; always one of the category."""
    tests: tuple[tuple[str, str, Node | None], ...] = (
        ("category", "产品类别", SetTest(op="any_of", field="need_kinds", values=(version.product.category,))),
        ("region", "适用地区", _any_of("places", places.resolve(version.region_text))),
        ("amount", "金额", _range("need_amount", version.amount_min, version.amount_max)),
        ("term", "期限", _range("need_term_months", version.term_min_months, version.term_max_months)),
        ("guarantee", "担保方式", _any_of("need_guarantees", version.guarantee_methods)),
        ("min_years", "成立年限", _range("age_months", version.min_age_months, None)),
        ("min_revenue", "年营业收入", _range("revenue", version.min_revenue, None)),
        ("max_debt_ratio", "资产负债率", _range("debt_ratio", None, version.max_debt_ratio_bp)),
        ("tax_grade", "纳税信用等级", _one_of("tax_grade", version.tax_grades)),
        ("tags", "资质或称号", _held(version.required_tags)),
    )
    return tuple(
        Rule(code=code, label=label, hard=True, weight=WEIGHT, test=test) for code, label, test in tests if test
    )


def _range(field: str, low: int | None, high: int | None) -> Node | None:
    if low is not None and high is not None:
        return Between(op="between", field=field, low=low, high=high)
    if low is not None:
        return Compare(op="ge", field=field, value=low)
    return None if high is None else Compare(op="le", field=field, value=high)


def _any_of(field: str, members: list[str] | tuple[str, ...]) -> Node | None:
    return SetTest(op="any_of", field=field, values=tuple(members)) if members else None


def _one_of(field: str, choices: list[str]) -> Node | None:
    return In(op="in", field=field, values=tuple(choices)) if choices else None


def _held(required: list[str]) -> Node | None:
    """Firm tags are tested on the firm, talent tags on the titles of who leads it; any one of all suffices."""
    parts = [
        part
        for part in (
            _any_of("tags", [tag for tag in required if not tags.is_talent_tag(tag)]),
            _any_of("leader_titles", [tag for tag in required if tags.is_talent_tag(tag)]),
        )
        if part
    ]
    return Group(op="any", items=tuple(parts)) if len(parts) > 1 else parts[0] if parts else None
