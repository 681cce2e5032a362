"""What search indexes of a product: its listed version, in the words people look for it with."""

from collections.abc import Iterable, Sequence

from enterprises import places
from products.models import ProductVersion
from products.rules.evaluate import any_true
from products.selectors import listed_versions
from search.registry import Document, Keyword, Number, Row, Sort, Text

# People ask for 贷款 where the catalogue says 贷: the words of each category.
CATEGORY_WORDS = {
    "贷": "贷款 信贷 融资",
    "保": "担保 融资担保",
    "险": "保险",
    "投": "投资 股权投资 基金",
    "租": "租赁 融资租赁",
}
# The last character of a name tells the category too: 科技担 is a guarantee.
_LAST_CHARACTERS = {"贷": "贷", "保": "担", "险": "险", "投": "投", "租": "租"}
_SPOKEN = (
    *((category, f"{_LAST_CHARACTERS[category]} {words}") for category, words in CATEGORY_WORDS.items()),
    # 找融资、找资金 may end in a loan or in shares.
    ("投", "融资 资金"),
    ("贷", "资金"),
)

# Whether a firm of this city can take the product: yes, at least in a part of it; not known; no.
HERE, UNSURE, AWAY = SERVED = ("本市可办", "待核实", "不在本市")


def _served(version: ProductVersion) -> str:
    covered, home = places.resolve(version.region_text), places.membership(places.HOME)
    if not covered:
        return UNSURE
    within = (code in places.descendants(places.HOME) or home.contains(code) for code in covered)
    return {True: HERE, None: UNSURE, False: AWAY}[any_true(within)]


def _regions(version: ProductVersion) -> list[str]:
    """Places a person may pick to find the product: those it names and the larger ones they lie in."""
    labels: dict[str, None] = {}
    for code in places.resolve(version.region_text):
        # A part of a place nobody listed is still looked for under that place.
        place = code.removesuffix(places.part_of(""))
        if place == places.NATION:
            labels[places.label(place)] = None
        elif place in places.PLACES:
            labels.update((places.label(wider), None) for wider in places.ancestors(place) if wider != places.NATION)
    return list(labels)


def row_of(version: ProductVersion) -> Row:
    """The searchable row of one version; numbers in 元, months and basis points, None = 来源未说明."""
    product = version.product
    institution = product.institution
    profile = getattr(institution, "institution", None)
    return {
        "key": product.code,
        "code": product.code,
        "name": version.name,
        "institution": institution.name if institution else "",
        "institution_kind": profile.kind if profile else "",
        "category": product.category,
        "category_words": CATEGORY_WORDS.get(product.category, ""),
        "origin": product.origin,
        "region": version.region_text,
        "regions": _regions(version),
        "served": _served(version),
        "guarantees": version.guarantee_methods,
        "tags": version.required_tags,
        "purposes": version.purposes,
        "target": version.target,
        "tax_grades": [f"纳税{grade}级" for grade in version.tax_grades],
        "conditions": version.other_conditions,
        "features": version.features,
        "amount_min": version.amount_min,
        "amount_max": version.amount_max,
        "term_max_months": version.term_max_months,
        "rate_min_bp": version.rate_min_bp,
        "min_age_months": version.min_age_months,
        "min_revenue": version.min_revenue,
        "max_debt_ratio_bp": version.max_debt_ratio_bp,
    }


def _build(keys: Sequence[str]) -> Iterable[Row]:
    return [row_of(version) for version in listed_versions().filter(product__code__in=keys)]


def _keys() -> Iterable[str]:
    return listed_versions().values_list("product__code", flat=True)


PRODUCTS = Document(
    name="products",
    label="产品",
    texts=(
        Text("name", 300, "名称", grams=True),
        Text("institution", 200, "机构", grams=True),
        Text("category_words", 60, highlight=False),
        Text("tags", 150, "适用资质"),
        Text("guarantees", 150, "担保方式"),
        Text("region", 150, "适用地区", places=True),
        Text("purposes", 120, "用途"),
        Text("target", 100, "适用对象"),
        Text("tax_grades", 100, "纳税信用等级"),
        Text("conditions", 60, "其他条件"),
        Text("features", 60, "特点"),
    ),
    keywords=(
        Keyword("category", "类别", spoken=_SPOKEN),
        Keyword("institution_kind", "机构类别"),
        Keyword("regions", "适用地区"),
        Keyword("served", "能否在本市办理"),
        Keyword("guarantees", "担保方式"),
        Keyword("tags", "适用资质"),
        Keyword("institution", "机构"),
        Keyword("origin", "来源"),
        Keyword("code", "产品编号"),
    ),
    numbers=(
        Number("amount_min", "额度下限"),
        Number("amount_max", "额度上限", answers="amount"),
        Number("term_max_months", "期限上限", answers="term"),
        Number("rate_min_bp", "利率下限", answers="rate", ceiling=False),
        Number("min_age_months", "成立年限", answers="age", ceiling=False),
        Number("min_revenue", "营业收入下限", answers="revenue", ceiling=False),
        Number("max_debt_ratio_bp", "资产负债率上限", answers="debt"),
    ),
    sorts=(
        Sort("rate", "利率从低到高", "rate_min_bp"),
        Sort("amount", "额度从高到低", "amount_max", descending=True),
        Sort("term", "期限从长到短", "term_max_months", descending=True),
    ),
    build=_build,
    keys=_keys,
    lexicon="name",
)
