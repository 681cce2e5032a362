"""Random shelves and subjects, quick to draw by the thousand: deep trees over every type of field, much missing."""

from datetime import date
from random import Random
from typing import Any

from enterprises import places
from enterprises.facts import FIELDS, GUARANTEES, TAX_GRADES, FieldType, SetValue, Subject, Value
from matching.engine.naive import Shelved
from products.rules.language import MAX_DEPTH, MAX_NODES, Rule, parse

DAY = date(2026, 12, 1)
MISSING = 0.35
# Beyond 2**53 neighbours are one and the same float; at the ends of int64 a bound + 1 would wrap around.
EDGES = (0, 1, 12, 2**53, 2**53 + 1, 2**53 + 2, 2**63 - 2, 2**63 - 1, -(2**63))
BOUNDS = (*EDGES, 2**63, -(2**63) - 1)
WORDS = {
    "industry": ("软件", "新能源", "煤化工", "其他"),
    "tax_grade": TAX_GRADES,
    "need_kinds": ("贷", "保", "险", "投", "租"),
    "need_guarantees": GUARANTEES,
    "places": (*places.BANNERS[:4], "鄂尔多斯", "内蒙古", "全国", places.UNLISTED, "鄂尔多斯部分地区"),
    "tags": ("高新技术企业", "专精特新", "小巨人", "没有人登记过的资质"),
    "leader_titles": ("自治区草原英才", "市草原英才", "草原英才", "博士"),
}
REGIONS = ("东胜区", "伊金霍洛旗", "鄂尔多斯", "内蒙古", "不是地方")
TESTED = tuple(FIELDS)


def tree(random: Random, depth: int) -> dict[str, Any]:
    """A tree of at most ``depth`` levels as JSON."""
    shape = random.random()
    if depth == 1 or shape < 0.25:
        return _leaf(random)
    if shape < 0.45:
        return {"op": "not", "item": tree(random, depth - 1)}
    items = [tree(random, depth - 1) for _ in range(random.randint(1, 3))]
    return {"op": random.choice(["all", "any"]), "items": items}


def _leaf(random: Random) -> dict[str, Any]:
    field = random.choice(TESTED)
    match FIELDS[field].type:
        case FieldType.NUMBER if random.random() < 0.3:
            low, high = sorted(random.choices(BOUNDS, k=2))
            return {"op": "between", "field": field, "low": low, "high": high}
        case FieldType.NUMBER:
            return {"op": random.choice(["ge", "gt", "le", "lt"]), "field": field, "value": random.choice(BOUNDS)}
        case FieldType.BOOL:
            return {"op": "is_true", "field": field}
        case FieldType.CATEGORY:
            op = "in"
        case FieldType.SET:
            op = random.choice(["any_of", "all_of"])
    return {"op": op, "field": field, "values": random.sample(WORDS[field], random.randint(1, 3))}


def rules(random: Random, depth: int = MAX_DEPTH) -> tuple[Rule, ...]:
    """Up to four rules within the language's limits; some products have no hard rule, some no weight."""
    tests = [tree(random, random.randint(1, depth)) for _ in range(random.randint(0, 4))]
    found = [
        {
            "code": f"r{number}",
            "label": "条件",
            "hard": random.random() < 0.7,
            "weight": random.choice([0, 0, 1, 3, 7, 100]),
            "test": test,
        }
        for number, test in enumerate(tests)
        if _within_limits(test)
    ]
    return parse(found)


def _within_limits(test: dict[str, Any]) -> bool:
    def measured(node: dict[str, Any]) -> int:
        return 1 + sum(measured(item) for item in node.get("items", [node["item"]] if "item" in node else []))

    return measured(test) <= MAX_NODES


def shelf(random: Random, size: int, depth: int = MAX_DEPTH) -> list[Shelved]:
    """Products with random rules; many share parts, codes are in no order."""
    numbers = random.sample(range(10_000), size)
    return [Shelved(f"P{number}", rules(random, depth), random.random() < 0.5, number) for number in numbers]


def subjects(random: Random, size: int, missing: float = MISSING) -> list[Subject]:
    """Subjects that lack a third of their values; sets are partly known, complete or unsure."""
    return [Subject(f"N{number}", DAY, _values(random, missing)) for number in range(size)]


def _values(random: Random, missing: float) -> dict[str, Value]:
    return {name: _value(random, name, missing) for name in FIELDS if random.random() >= missing}


def _value(random: Random, name: str, missing: float) -> Value:
    match FIELDS[name].type:
        case FieldType.NUMBER:
            return random.choice(EDGES)
        case FieldType.BOOL:
            return random.random() < 0.5
        case FieldType.CATEGORY:
            return random.choice(WORDS[name])
        case FieldType.SET if name == "places" and missing:
            return places.membership(random.choice(REGIONS))
        case FieldType.SET:
            yes = frozenset(random.sample(WORDS[name], random.randint(0, 2)))
            unsure = frozenset(random.sample(WORDS[name], 1)) - yes if missing else frozenset()
            return SetValue(yes, complete=not missing or random.random() < 0.7, unsure=unsure)
