"""Made-up needs and products: bank-style thresholds, 0–20 % missing a field, about one pair in fifteen fits."""

from datetime import date
from random import Random
from typing import Any

import numpy as np

from enterprises import places
from enterprises.columns import Coded, Columns, Numbers, coded_of
from enterprises.facts import CATEGORIES, FIELDS, GUARANTEES, TAX_GRADES, FieldType, SetValue, Subject
from matching.engine.naive import Shelved
from products.rules.language import parse

DAY = date(2026, 12, 1)
INDUSTRIES = ("软件", "新能源", "新材料", "装备制造", "煤化工", "生物医药", "现代农牧", "物流", "文旅", "其他")
TAGS = ("高新技术企业", "科技型中小企业", "创新型中小企业", "专精特新", "小巨人", "瞪羚企业", "规上企业")
TITLES = ("自治区草原英才", "市草原英才", "天骄英才", "鄂尔多斯英才", "青年优秀英才")
MEMBERS: dict[str, tuple[str, ...]] = {
    "need_kinds": CATEGORIES,
    "need_guarantees": GUARANTEES,
    "tags": TAGS,
    "leader_titles": TITLES,
}
SPANS = {
    "need_amount": (100_000, 50_000_000),
    "need_term_months": (3, 120),
    "age_months": (1, 300),
    "employees": (1, 800),
    "revenue": (100_000, 300_000_000),
    "total_assets": (100_000, 500_000_000),
    "debt_ratio": (500, 9_500),
    "rd_ratio": (0, 3_000),
    "invention_patents": (0, 20),
    "utility_patents": (0, 40),
    "software_copyrights": (0, 40),
}
# Thresholds banks use, low to high.
LEVELS = {
    "need_amount": (500_000, 1_000_000, 3_000_000, 5_000_000, 10_000_000, 30_000_000, 50_000_000),
    "age_months": (6, 12, 24, 36),
    "employees": (5, 10, 20),
    "revenue": (500_000, 1_000_000, 5_000_000, 10_000_000),
    "total_assets": (500_000, 1_000_000, 5_000_000),
    "rd_ratio": (100, 300, 500),
    "invention_patents": (1, 2),
    "utility_patents": (1, 3, 5),
    "software_copyrights": (1, 3, 5),
}


def columns(count: int, seed: int = 1, missing: float = 0.2) -> Columns:
    """``count`` made-up needs; each field lacks for up to ``missing`` of them. With 0 everything is known."""
    source = np.random.default_rng(seed)
    numbers, coded = {}, {}
    for name, declared in FIELDS.items():
        known = source.random(count) >= source.uniform(0, missing)
        if declared.type is FieldType.NUMBER:
            low, high = SPANS[name]
            drawn = np.exp(source.uniform(np.log(low + 1), np.log(high + 1), count)).astype(np.int64) - 1
            numbers[name] = Numbers(np.where(known, drawn, 0), known)
        else:
            words = _words(name, source, missing)
            codes = np.where(known, source.integers(0, len(words), count), -1).astype(np.int32)
            coded[name] = Coded(codes, words)
    return Columns(np.arange(count, dtype=np.int64), tuple(f"N{n:07d}" for n in range(count)), numbers, coded)


def _words(name: str, source: np.random.Generator, missing: float) -> tuple[str | bool | SetValue, ...]:
    match name:
        case "industry":
            return INDUSTRIES
        case "tax_grade":
            # Good grades are common.
            return ("A", "A", "A", "B", "B", "B", *TAX_GRADES)
        case "has_prior_loan" | "on_whitelist":
            return (False, True)
        case "places":
            return tuple(places.membership(code) for code in (*places.BANNERS, *places.PARKS))
        case _:
            members = MEMBERS[name]
            drawn = [source.choice(members, source.integers(1, 4), replace=False).tolist() for _ in range(60)]
            sure = [missing == 0 or bool(source.random() < 0.9) for _ in drawn]
            pairs = zip(drawn, sure, strict=True)
            return coded_of(SetValue(frozenset(some), complete) for some, complete in pairs).words


def subject(rows: Columns, row: int) -> Subject:
    """One row as the naive engine reads it."""
    return Subject(rows.seeds[row], DAY, rows.at(row))


def shelf(count: int, seed: int = 2) -> list[Shelved]:
    """``count`` made-up products: an amount range, 4–12 further hard rules, 3–6 weighted wishes."""
    random = Random(seed)
    return [_product(random, number) for number in range(count)]


def _product(random: Random, number: int) -> Shelved:
    low, high = sorted(random.sample(LEVELS["need_amount"], 2))
    hard: list[dict[str, Any]] = [{"op": "between", "field": "need_amount", "low": low // 10, "high": high}]
    hard += [random.choice(_CONDITIONS)(random) for _ in range(random.randint(4, 12))]
    wishes = [random.choice(_CONDITIONS)(random) for _ in range(random.randint(3, 6))]
    rules: list[dict[str, Any]] = [
        {"code": f"h{place}", "label": "条件", "test": test} for place, test in enumerate(hard)
    ]
    rules += [
        {"code": f"w{place}", "label": "偏好", "hard": False, "weight": random.randint(1, 10), "test": test}
        for place, test in enumerate(wishes)
    ]
    return Shelved(f"P{number:06d}", parse(rules), random.random() < 0.5, number + 1, f"{number:064x}")


def _least(random: Random) -> dict[str, Any]:
    field = random.choice([name for name in LEVELS if name != "need_amount"])
    return {"op": "ge", "field": field, "value": random.choice(LEVELS[field])}


def _most(random: Random) -> dict[str, Any]:
    field, levels = random.choice([("debt_ratio", (6_000, 7_000, 8_000)), ("need_term_months", (36, 60, 120))])
    return {"op": "le", "field": field, "value": random.choice(levels)}


def _some(field: str, members: tuple[str, ...], least: int, op: str = "any_of") -> Any:
    def condition(random: Random) -> dict[str, Any]:
        chosen = random.sample(members, random.randint(least, len(members)))
        return {"op": op, "field": field, "values": chosen}

    return condition


def _either(random: Random) -> dict[str, Any]:
    return {"op": "any", "items": [_some("tags", TAGS, 2)(random), _least(random)]}


def _both_or_listed(random: Random) -> dict[str, Any]:
    both = {"op": "all", "items": [_least(random), _least(random)]}
    return {"op": "any", "items": [both, {"op": "is_true", "field": "on_whitelist"}]}


def _not_both(random: Random) -> dict[str, Any]:
    excluded = {"op": "in", "field": "industry", "values": random.sample(INDUSTRIES, 2)}
    return {"op": "not", "item": {"op": "all", "items": [excluded, {"op": "is_true", "field": "has_prior_loan"}]}}


_PLACES = ("鄂尔多斯", "内蒙古", "全国", *places.BANNERS[:3])
_CONDITIONS = (
    *[_least] * 6,
    *[_most] * 3,
    _some("tax_grade", TAX_GRADES, 3, "in"),
    _some("industry", INDUSTRIES, 6, "in"),
    _some("need_guarantees", GUARANTEES, 5),
    _some("need_kinds", CATEGORIES, 3),
    _some("places", _PLACES, 4),
    _some("tags", TAGS, 5),
    _some("leader_titles", TITLES, 4),
    _either,
    _both_or_listed,
    _not_both,
)
