"""Explanations: cases a lawyer can read (rules_cases.yaml), then properties over random trees."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from dateutil.relativedelta import relativedelta
from hypothesis import given, settings

from enterprises import places
from enterprises.facts import FIELDS, SetValue, Subject, Value
from products.rules.evaluate import Verdict, judge, truth, verdict_of
from products.rules.explain import VERDICT_LABELS, RuleResult, explain, required_text
from products.rules.language import Rule
from tests.products.rule_trees import AS_OF, node, subjects, trees

CASES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("rules_cases.yaml").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_explanation_reads_as_worked_by_hand(case):
    result = explain(_rule(case["condition"]), _subject(case))
    assert {key: _shown(result, key) for key in case["expect"]} == case["expect"]


def _rule(condition: dict[str, Any], **settings: Any) -> Rule:
    if "regions" in condition:
        values = places.resolve(condition["regions"])
        condition = {"op": condition["op"], "field": "places", "values": values}
    return Rule(code="case", label="条件", test=node(condition), **settings)


def _subject(case: dict[str, Any]) -> Subject:
    values: dict[str, Value] = {field: _value(value) for field, value in case.get("firm", {}).items()}
    if "region" in case:
        place = places.canonical(case["region"])
        assert place is not None
        values["places"] = places.membership(place)
    return Subject("S", case["day"], values, case.get("established_on"), case.get("notes", {}))


def _value(value: Any) -> Value:
    match value:
        case list():
            return SetValue(frozenset(value), complete=True)
        case {"has": members, "open": True}:
            return SetValue(frozenset(members))
        case {"has": members, "unsure": unsure}:
            return SetValue(frozenset(members), complete=True, unsure=frozenset(unsure))
        case int() | str():
            return value
    raise TypeError(f"no value of a rule: {value!r}")


def _shown(result: RuleResult, key: str) -> Any:
    if key == "verdict":
        return result.verdict_label
    return [item.label for item in result.missing] if key == "missing" else getattr(result, key)


def test_missing_says_where_the_proof_is_got():
    (missing,) = explain(_rule({"op": "in", "field": "tax_grade", "values": ["A"]}), Subject("S", AS_OF)).missing
    assert (missing.field, missing.label, missing.where) == (
        "tax_grade", "纳税信用等级", "电子税务局“纳税信用级别查询”",
    )  # fmt: skip


def test_a_field_read_twice_is_missing_once():
    condition = {
        "op": "all",
        "items": [{"op": "ge", "field": "revenue", "value": 1}, {"op": "le", "field": "revenue", "value": 9}],
    }
    assert len(explain(_rule(condition), Subject("S", AS_OF)).missing) == 1


def test_regions_the_source_does_not_name_are_asked_of_the_institution():
    value = {"op": "any_of", "field": "places", "values": [places.UNLISTED]}
    here = places.canonical("东胜区")
    assert here is not None
    result = explain(_rule(value), Subject("S", AS_OF, {"places": places.membership(here)}))
    assert result.verdict is Verdict.UNKNOWN
    assert result.required == "来源未列明适用地区"
    assert result.actual == places.label(here)
    assert [item.where for item in result.missing] == ["来源未列明全部适用地区，请向金融机构核实"]


def test_named_regions_with_an_open_end_are_listed():
    condition = {"op": "any_of", "field": "places", "values": [*places.resolve("北京、上海"), places.UNLISTED]}
    assert explain(_rule(condition), Subject("S", AS_OF)).required == "北京市、上海市等（来源未列明全部适用地区）"


def test_a_region_known_too_coarsely_says_what_to_add():
    here, asked = places.canonical("鄂尔多斯"), places.resolve("东胜区")
    assert here is not None
    condition = {"op": "any_of", "field": "places", "values": list(asked)}
    known = {"places": places.membership(here)}
    bare = explain(_rule(condition), Subject("S", AS_OF, known))
    noted = explain(_rule(condition), Subject("S", AS_OF, known, notes={"places": "请补充到旗区或园区"}))
    assert bare.actual == "鄂尔多斯市；是否在东胜区未填"
    assert noted.actual == "鄂尔多斯市；是否在东胜区未填（请补充到旗区或园区）"


def test_a_place_is_shown_by_its_finest_name():
    here = places.canonical("东胜区")
    assert here is not None
    subject = Subject("S", AS_OF, {"places": places.membership(here)})
    result = explain(_rule({"op": "any_of", "field": "places", "values": list(places.resolve("全国"))}), subject)
    assert (result.verdict, result.actual) == (Verdict.SATISFIED, places.label(here))


def test_many_known_members_are_counted_rather_than_listed():
    tags = frozenset(f"资质{number}" for number in range(8))
    subject = Subject("S", AS_OF, {"tags": SetValue(tags, complete=True)})
    actual = explain(_rule({"op": "any_of", "field": "tags", "values": ["小巨人"]}), subject).actual
    assert actual == "资质0、资质1、资质2、资质3、资质4、资质5等 8 项"


def test_a_cure_a_lifetime_away_is_none():
    subject = Subject("S", AS_OF, {"age_months": 0}, AS_OF)
    assert explain(_rule({"op": "ge", "field": "age_months", "value": 10**9}), subject).from_date is None


def test_labels_of_verdicts():
    assert {verdict.value: label for verdict, label in VERDICT_LABELS.items()} == {
        "satisfied": "符合",
        "unknown": "缺资料",
        "violated": "不符合",
    }


@settings(max_examples=200, deadline=None)
@given(trees(), subjects())
def test_explanation_and_judgement_agree(data, subject):
    rule = _rule(data)
    result = explain(rule, subject)
    assert result.verdict is judge((rule,), subject).verdict is verdict_of(truth(rule.test, subject))


@settings(max_examples=200, deadline=None)
@given(trees(), subjects())
def test_a_gap_is_given_only_where_the_condition_fails(data, subject):
    result = explain(_rule(data), subject)
    assert result.gap is None or result.verdict is Verdict.VIOLATED


@settings(max_examples=200, deadline=None)
@given(trees(), subjects())
def test_missing_is_named_exactly_while_the_rule_is_open_and_filling_it_decides(data, subject):
    rule = _rule(data)
    missing = {item.field for item in explain(rule, subject).missing}
    assert bool(missing) == (truth(rule.test, subject) is None)
    if missing:
        filled = {field: _any_whole(field, subject.values.get(field)) for field in missing}
        assert truth(rule.test, replace(subject, values={**subject.values, **filled})) is not None


def _any_whole(field: str, value: Value | None) -> Value:
    if isinstance(value, SetValue):
        return SetValue(value.yes, complete=True)
    blank: dict[str, Value] = {"tags": SetValue(complete=True), "tax_grade": "A", "has_prior_loan": False}
    return blank.get(field, 0)


@settings(max_examples=200, deadline=None)
@given(trees(), subjects())
def test_from_date_equals_waiting_month_by_month(data, subject):
    rule = _rule(data)
    expected = None
    age = subject.values.get("age_months")
    if truth(rule.test, subject) is not True and isinstance(age, int) and subject.established_on:
        for later in range(age + 1, age + 12):
            if truth(rule.test, replace(subject, values={**subject.values, "age_months": later})):
                expected = subject.established_on + relativedelta(months=later)
                break
    assert explain(rule, subject).from_date == expected


@settings(max_examples=300, deadline=None)
@given(trees(), subjects())
def test_wording_is_chinese_and_balanced(data, subject):
    result = explain(_rule(data), subject)
    for text in (result.required, result.actual, result.gap or "无"):
        assert text
        assert not re.search(r"[a-z_]{2,}|None|True|False", text)
        assert text.count("（") == text.count("）")


@settings(max_examples=200, deadline=None)
@given(trees(3))
def test_every_field_of_a_group_is_named_in_it(data):
    tree = node(data)
    text = required_text(tree)
    if data["op"] in ("all", "any") and len(data["items"]) > 1:
        for field in {item["field"] for item in data["items"] if "field" in item}:
            assert ("成立" if field == "age_months" else FIELDS[field].label) in text


@pytest.mark.parametrize(
    ("on", "expected"), [(date(2026, 12, 1), date(2027, 2, 1)), (date(2027, 1, 31), date(2027, 2, 1))]
)
def test_the_day_of_cure_does_not_depend_on_the_day_of_asking(on, expected):
    age = relativedelta(on, date(2026, 2, 1))
    subject = Subject("S", on, {"age_months": age.years * 12 + age.months}, date(2026, 2, 1))
    assert explain(_rule({"op": "ge", "field": "age_months", "value": 12}), subject).from_date == expected
