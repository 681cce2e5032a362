"""The rule builder as a form: conditions of rows field–operator–value, to the rule language and back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from common.tabular import cells
from enterprises import places, tags
from enterprises.facts import FIELDS, FieldType
from frontend.forms import Problem
from products.rules.figures import unscaled
from products.rules.language import Between, Compare, Group, In, IsTrue, Node, Not, Rule, SetTest

OPERATORS = {
    "ge": "不少于",
    "gt": "多于",
    "le": "不超过",
    "lt": "少于",
    "between": "介于（低～高）",
    "any_of": "是其中之一",
    "all_of": "全部具备",
    "none_of": "都不是",
    "is_true": "是",
    "is_false": "否",
}
FITTING = {
    FieldType.NUMBER: ("ge", "gt", "le", "lt", "between"),
    FieldType.CATEGORY: ("any_of", "none_of"),
    FieldType.SET: ("any_of", "all_of", "none_of"),
    FieldType.BOOL: ("is_true", "is_false"),
}
MODES = {"all": "以下全部满足", "any": "以下满足任一"}
# 元 are typed as 万元, basis points as percent.
UNITS = {"元": (10_000, "万元"), "基点": (100, "%")}
MOST_CONDITIONS, MOST_ROWS = 12, 8
_HIGH = 10**9
_NAME = re.compile(r"c(\d{1,2})-(\d{1,2})-field")
_BETWEEN = re.compile(r"\s*(?:～|~|至|—)\s*")
_LIST = re.compile(r"[;；、,，]\s*")


@dataclass(frozen=True)
class Row:
    """One test as typed; ``error`` says what is wrong with it and how to put it right."""

    field: str = ""
    op: str = ""
    value: str = ""
    error: str = ""

    @property
    def empty(self) -> bool:
        return not (self.field or self.value.strip())

    @property
    def unit(self) -> str:
        declared = FIELDS.get(self.field)
        return UNITS.get(declared.unit, (1, declared.unit))[1] if declared else ""


@dataclass(frozen=True)
class Condition:
    """One top-level condition of the form."""

    code: str = ""
    mode: str = "all"
    rows: tuple[Row, ...] = (Row(),)


@dataclass(frozen=True)
class Built:
    """What was typed, and the rules of it; ``rules`` leaves out what has an error."""

    conditions: tuple[Condition, ...]
    rules: tuple[Rule, ...] = ()
    problems: tuple[Problem, ...] = field(default=())


def of_rules(rules: tuple[Rule, ...]) -> tuple[tuple[Condition, ...], tuple[Rule, ...]]:
    """(conditions the form can show, rules it cannot, which stay as they are)."""
    shown, kept = [], []
    for rule in rules:
        items = rule.test.items if isinstance(rule.test, Group) else (rule.test,)
        rows = [_row(item) for item in items]
        mode = rule.test.op if isinstance(rule.test, Group) else "all"
        if rule.hard and not rule.weight and len(rows) <= MOST_ROWS and all(rows):
            shown.append(Condition(rule.code, mode, tuple(row for row in rows if row)))
        else:
            kept.append(rule)
    return tuple(shown), tuple(kept)


def typed(data: Mapping[str, Any]) -> tuple[Condition, ...]:
    """The conditions as submitted, after 加一行, 加一个条件 or 删除 where one of those was pressed."""
    rows: dict[int, dict[int, Row]] = {}
    for name in data:
        if found := _NAME.fullmatch(name):
            condition, row = int(found[1]), int(found[2])
            rows.setdefault(condition, {})[row] = Row(
                *(str(data.get(f"c{condition}-{row}-{part}", ""))[:300] for part in ("field", "op", "value"))
            )
    conditions = [
        Condition(
            str(data.get(f"c{number}-code", ""))[:40],
            "any" if data.get(f"c{number}-mode") == "any" else "all",
            tuple(row for _, row in sorted(rows[number].items())[:MOST_ROWS]),
        )
        for number in sorted(rows)[:MOST_CONDITIONS]
    ]
    return tuple(_changed(conditions, str(data.get("do", ""))))


def _changed(conditions: list[Condition], pressed: str) -> list[Condition]:
    verb, *numbers = pressed.split("-")
    places_ = [int(number) for number in numbers if number.isdecimal()]
    if verb == "add" and len(conditions) < MOST_CONDITIONS:
        return [*conditions, Condition()]
    if not places_ or places_[0] >= len(conditions):
        return conditions
    one = conditions[places_[0]]
    if verb == "row" and len(one.rows) < MOST_ROWS:
        conditions[places_[0]] = replace(one, rows=(*one.rows, Row()))
    if verb == "drop" and len(places_) == 2:
        left = tuple(row for place, row in enumerate(one.rows) if place != places_[1])
        conditions[places_[0] : places_[0] + 1] = [replace(one, rows=left)] if left else []
    return conditions


def build(conditions: tuple[Condition, ...], taken: set[str]) -> Built:
    """Rules of what was typed. Empty rows say nothing; ``taken`` are codes of rules that are there already."""
    checked, rules, problems = [], [], []
    for number, condition in enumerate(conditions):
        rows, tests = [], []
        for place, row in enumerate(condition.rows):
            try:
                tests += [] if row.empty else [_test(row)]
                rows.append(row)
            except ValueError as error:
                rows.append(replace(row, error=f"{error}。"))
                where = f"第 {number + 1} 个条件第 {place + 1} 行"
                problems.append(Problem(f"c{number}-{place}-field", where, f"{error}。"))
        code = condition.code if condition.code and condition.code not in taken else _free(taken)
        taken = {*taken, code}
        checked.append(replace(condition, code=code, rows=tuple(rows)))
        if tests:
            test: Node = tests[0] if len(tests) == 1 else Group.model_validate({"op": condition.mode, "items": tests})
            rules.append(Rule(code=code, label=_label(tests, condition.mode), test=test))
    return Built(tuple(checked), tuple(rules), tuple(problems))


def _free(taken: set[str]) -> str:
    return next(code for code in (f"own-{number}" for number in range(1, 1_000)) if code not in taken)


def _label(tests: list[Node], mode: str) -> str:
    labels = dict.fromkeys(FIELDS[_leaf(test).field].label for test in tests)
    text = ("或" if mode == "any" else "、").join(labels)
    return text if len(text) <= 60 else f"{text[:58]}…"


def _leaf(test: Node) -> Any:
    return test.item if isinstance(test, Not) else test


def _test(row: Row) -> Node:
    """One row as a test; ValueError in Chinese says what to change."""
    declared = FIELDS.get(row.field)
    if declared is None:
        raise ValueError("请选择字段")
    if row.op not in FITTING[declared.type]:
        wanted = "、".join(f"“{OPERATORS[op]}”" for op in FITTING[declared.type])
        raise ValueError(f"“{declared.label}”只能用{wanted}，请改选")
    match row.op:
        case "between":
            return _between(row)
        case "ge" | "gt" | "le" | "lt":
            return Compare(op=row.op, field=row.field, value=_number(row.field, row.value))
        case "is_true" | "is_false":
            yes = IsTrue(op="is_true", field=row.field)
            return yes if row.op == "is_true" else Not(op="not", item=yes)
    words = _words(row)
    if declared.type is FieldType.CATEGORY:
        chosen: Node = In(op="in", field=row.field, values=words)
    else:
        chosen = SetTest(op="all_of" if row.op == "all_of" else "any_of", field=row.field, values=words)
    return Not(op="not", item=chosen) if row.op == "none_of" else chosen


def _between(row: Row) -> Node:
    ends = _BETWEEN.split(row.value.strip())
    if len(ends) != 2:
        raise ValueError("介于要填两个数，中间用～隔开，例如 100～500")
    low, high = (_number(row.field, end) for end in ends)
    if low > high:
        raise ValueError(f"下限 {ends[0]} 大于上限 {ends[1]}，请对调")
    return Between(op="between", field=row.field, low=low, high=high)


def _number(name: str, text: str) -> int:
    scale, unit = UNITS.get(FIELDS[name].unit, (1, FIELDS[name].unit))
    value: int = cells.required(cells.scaled(scale, high=_HIGH, unit=unit))(text.strip())
    return value


def _words(row: Row) -> tuple[str, ...]:
    declared = FIELDS[row.field]
    words = tuple(word for word in _LIST.split(row.value.strip()) if word)
    if not words:
        raise ValueError("请填写取值，多项用分号隔开")
    if row.field == "places":
        found = places.resolve(row.value)
        if any(code == places.UNLISTED for code in found) or not found:
            raise ValueError("地区请写旗区、园区、鄂尔多斯市、内蒙古或全国，多项用分号隔开")
        return tuple(found)
    if row.field in ("tags", "leader_titles"):
        words = tuple(dict.fromkeys(tags.normal(word) for word in words))
    if not declared.open and (strange := [word for word in words if word not in declared.vocabulary]):
        raise ValueError(f"没有“{'、'.join(strange)[:40]}”这一项，可填：{'、'.join(declared.vocabulary)}")
    return words


def _row(test: Node) -> Row | None:
    """A test as a row, None when the form has no row for it."""
    negated, leaf = isinstance(test, Not), _leaf(test)
    match leaf:
        case Compare() if not negated:
            return Row(leaf.field, leaf.op, _figure(leaf.field, leaf.value))
        case IsTrue():
            return Row(leaf.field, "is_false" if negated else "is_true")
        case In() | SetTest() if not (negated and leaf.op == "all_of") and places.UNLISTED not in leaf.values:
            op = "none_of" if negated else "any_of" if leaf.op == "in" else leaf.op
            named = leaf.values if leaf.field != "places" else tuple(places.label(value) for value in leaf.values)
            return Row(leaf.field, op, "；".join(named))
        case Between() if not negated:
            return Row(leaf.field, "between", "～".join(_figure(leaf.field, end) for end in (leaf.low, leaf.high)))
    return None


def _figure(name: str, value: int) -> str:
    return unscaled(value, UNITS.get(FIELDS[name].unit, (1, ""))[0])
