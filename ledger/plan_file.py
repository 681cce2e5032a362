"""From a YAML file to a checked plan; every problem is named in Chinese with its line."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from common.errors import Invalid
from journal import registry
from ledger.declarations import Counting, Group, MeasureDeclared, Members, PlanDeclared, PostingsDeclared
from ledger.populations import POPULATIONS
from ledger.yaml_source import Place, Source, read

MOST_PROBLEMS_SHOWN = 20

_MESSAGES = {
    "missing": "缺少这一项",
    "extra_forbidden": "不认识的项，请检查拼写",
    "string_type": "应为文字",
    "string_too_short": "不能为空",
    "string_too_long": "过长，最多 {max_length} 个字",
    "string_pattern_mismatch": "只能用小写字母、数字、“-”和“_”",
    "too_short": "至少要有 {min_length} 项",
    "literal_error": "应为 {expected} 之一",
    "union_tag_invalid": "op 应为 {expected_tags} 之一",
    "union_tag_not_found": "缺少 op",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "应不小于 {ge}",
    "less_than_equal": "应不大于 {le}",
    "value_error": "{error}",
    "invalid_key": "名称应为文字，请加引号（on、yes、no 会被当成是否）",
}
_BY_PREFIX = {
    "int": "应为整数",
    "date": "应为日期，例如 2023-06-30",
    "decimal": "应为数字",
    "list": "应为列表",
    "dict": "应为若干“名称: 值”",
    "model": "应为若干“名称: 值”",
    "bool": "应为 true 或 false",
}
# pydantic adds the tag of a discriminated union to the place; the file has no such level.
_TAGS = ("count", "sum", "distinct", "members", "ratio", "growth", "str", "int", "bool")


def load(path: Path) -> PlanDeclared:
    """The plan in ``path``, complete and consistent, or Invalid naming each line that is wrong."""
    source = read(path)
    try:
        plan = PlanDeclared.model_validate(source.data)
    except ValidationError as error:
        found = [(tuple(item["loc"]), _message(item)) for item in error.errors()]
        raise _refusal(path, source, found) from error
    if problems := list(_inconsistencies(plan)):
        raise _refusal(path, source, problems)
    return plan


def _message(item: Any) -> str:
    template = _MESSAGES.get(item["type"])
    if template is None:
        prefix = item["type"].split("_")[0]
        return _BY_PREFIX.get(prefix, "格式不对")
    context = {key: str(value).replace(" or ", "、") for key, value in item.get("ctx", {}).items()}
    return template.format(**context)


def _refusal(path: Path, source: Source, found: Sequence[tuple[Place, str]]) -> Invalid:
    lines = []
    for place, message in found:
        known = _in_file(place, source)
        shown = " › ".join(f"第{part + 1}项" if isinstance(part, int) else part for part in known)
        lines.append((source.line(known), f"{path.name} 第 {source.line(known)} 行（{shown or '全文'}）：{message}。"))
    texts = list(dict.fromkeys(text for _, text in sorted(lines)))
    more = len(texts) - MOST_PROBLEMS_SHOWN
    if more > 0:
        texts = [*texts[:MOST_PROBLEMS_SHOWN], f"另有 {more} 处问题。"]
    return Invalid("\n".join(texts))


def _in_file(place: Place, source: Source) -> Place:
    known: Place = ()
    for part in place:
        here = (*known, str(part) if isinstance(part, bool) else part)
        if here in source.lines or part not in _TAGS:
            known = here
    return known


def _inconsistencies(plan: PlanDeclared) -> Iterator[tuple[Place, str]]:
    if plan.ends_on < plan.starts_on:
        yield ("ends_on",), "不能早于 starts_on"
    yield from _repeats(plan)
    yield from _references(plan)
    yield from _units(plan)
    for place, item in _walk(plan, ()):
        if isinstance(item, Counting | PostingsDeclared):
            yield from _kinds(place, item)
        yield from _populations(place, item)


def _repeats(plan: PlanDeclared) -> Iterator[tuple[Place, str]]:
    lists: list[tuple[str, str, list[Any]]] = [
        ("measures", "number", [measure.number for measure in plan.measures]),
        ("indicators", "code", [indicator.code for indicator in plan.indicators]),
        ("units", "name", [unit.name for unit in plan.units]),
    ]
    for name, key, values in lists:
        for index, value in enumerate(values):
            if value in values[:index]:
                yield (name, index, key), f"“{value}”重复"


def _references(plan: PlanDeclared) -> Iterator[tuple[Place, str]]:
    numbers = {measure.number for measure in plan.measures}
    codes = {indicator.code for indicator in plan.indicators}
    for index, indicator in enumerate(plan.indicators):
        if indicator.measure is not None and indicator.measure not in numbers:
            yield ("indicators", index, "measure"), f"没有第 {indicator.measure} 项措施"
    for index, goal in enumerate(plan.goals):
        for inner, code in enumerate(goal.indicators):
            if code not in codes:
                yield ("goals", index, "indicators", inner), f"没有指标“{code}”"
    for index, measure in enumerate(plan.measures):
        if not measure.text.startswith(f"{measure.title}。"):
            yield ("measures", index, "text"), "应以 title 加句号开头"


def _units(plan: PlanDeclared) -> Iterator[tuple[Place, str]]:
    named: list[tuple[Place, list[str]]] = [
        (("units", index, "wordings"), unit.wordings) for index, unit in enumerate(plan.units)
    ]
    named += [(("groups", index, "wording"), [group.wording]) for index, group in enumerate(plan.groups)]
    known: set[str] = set()
    for place, wordings in named:
        for wording in wordings:
            if wording in known:
                yield place, f"写法“{wording}”已属于另一个单位"
            known.add(wording)
    for index, measure in enumerate(plan.measures):
        for inner, wordings in _parts(measure).items():
            yield from _wordings(("measures", index, *inner), wordings, known)
        if measure.annex:
            for role, pending in (("lead", measure.annex.pending_lead), ("support", measure.annex.pending_support)):
                if again := set(pending) & set(getattr(measure, role)):
                    place = ("measures", index, "annex", f"pending_{role}")
                    yield place, f"{'、'.join(sorted(again))} 在正文中已列出，不必待核定"


def _parts(measure: MeasureDeclared) -> dict[Place, list[str]]:
    parts: dict[Place, list[str]] = {("lead",): measure.lead, ("support",): measure.support}
    if measure.annex:
        parts[("annex", "pending_lead")] = [*measure.annex.pending_lead]
        parts[("annex", "pending_support")] = [*measure.annex.pending_support]
    return parts


def _wordings(place: Place, wordings: list[str], known: set[str]) -> Iterator[tuple[Place, str]]:
    for index, wording in enumerate(wordings):
        if wording not in known:
            yield (*place, index), f"单位“{wording}”没有写在 units 或 groups 里"
        if wording in wordings[:index]:
            yield (*place, index), f"单位“{wording}”写了两次"


def _walk(value: Any, place: Place) -> Iterator[tuple[Place, BaseModel]]:
    if isinstance(value, BaseModel):
        yield place, value
        for name in type(value).model_fields:
            yield from _walk(getattr(value, name), (*place, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk(item, (*place, index))


def _kinds(place: Place, item: Counting | PostingsDeclared) -> Iterator[tuple[Place, str]]:
    key, codes = ("kind", [item.kind]) if isinstance(item, PostingsDeclared) else ("kinds", item.kinds)
    known = {kind.code: kind for kind in registry.kinds()}
    wanted = set(item.where)
    if isinstance(item, PostingsDeclared):
        wanted |= set(item.filled)
    if isinstance(item, Counting) and item.column.startswith("fields."):
        wanted.add(item.column.removeprefix("fields."))
    for code in codes:
        if code not in known:
            yield (*place, key), f"没有“{code}”这种记账类别，已登记的有：{'、'.join(sorted(known))}"
            continue
        for name in sorted(wanted - set(known[code].fields)):
            yield (*place, _column_of(item, name)), f"记账类别“{code}”没有字段“{name}”"


def _column_of(item: Counting | PostingsDeclared, name: str) -> str:
    if name in item.where:
        return "where"
    return "filled" if isinstance(item, PostingsDeclared) else "column"


def _populations(place: Place, item: BaseModel) -> Iterator[tuple[Place, str]]:
    named = {
        "among": item.among if isinstance(item, Counting) else None,
        "of": item.of if isinstance(item, Members) else None,
        "query": item.query if isinstance(item, Group) else None,
    }
    for key, name in named.items():
        if name is not None and name not in POPULATIONS:
            yield (*place, key), f"没有“{name}”这个范围，可用的有：{'、'.join(POPULATIONS)}"
        elif name and isinstance(item, Counting) and item.member_on == "day" and not POPULATIONS[name].belonged:
            dated = "、".join(key for key, population in POPULATIONS.items() if population.belonged)
            yield (*place, key), f"范围“{name}”不能按发生日期判断，可用的有：{dated}"
