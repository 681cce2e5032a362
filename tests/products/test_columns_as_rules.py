"""Structured columns as rules: one rule a filled column, none for an empty one."""

import pytest

from products.models import Product, ProductVersion
from products.rules.from_columns import COLUMN_CODES, rules_of
from products.rules.language import dump


def rules(category="贷", **columns):
    version = ProductVersion(product=Product(code="T", category=category), name="测试", **columns)
    return {rule["code"]: rule for rule in dump(rules_of(version))}


@pytest.mark.parametrize("category", "贷保险投租")
def test_a_version_without_columns_has_only_the_rule_of_its_category(category):
    found = rules(category, target="初创企业", purposes=["研发"], other_conditions="须有专利", features="快")
    assert list(found) == ["category"]
    assert found["category"]["test"] == {"op": "any_of", "field": "need_kinds", "values": [category]}


@pytest.mark.parametrize(
    ("code", "columns", "test"),
    [
        ("region", {"region_text": "内蒙古"}, {"op": "any_of", "field": "places", "values": ["内蒙古"]}),
        ("amount", {"amount_max": 500}, {"op": "le", "field": "need_amount", "value": 500}),
        ("amount", {"amount_min": 80}, {"op": "ge", "field": "need_amount", "value": 80}),
        (
            "amount",
            {"amount_min": 80, "amount_max": 500},
            {"op": "between", "field": "need_amount", "low": 80, "high": 500},
        ),
        ("term", {"term_max_months": 36}, {"op": "le", "field": "need_term_months", "value": 36}),
        ("term", {"term_min_months": 12}, {"op": "ge", "field": "need_term_months", "value": 12}),
        (
            "term",
            {"term_min_months": 12, "term_max_months": 36},
            {"op": "between", "field": "need_term_months", "low": 12, "high": 36},
        ),
        (
            "guarantee",
            {"guarantee_methods": ["信用", "抵押"]},
            {"op": "any_of", "field": "need_guarantees", "values": ["信用", "抵押"]},
        ),
        ("min_years", {"min_age_months": 18}, {"op": "ge", "field": "age_months", "value": 18}),
        ("min_revenue", {"min_revenue": 500_000}, {"op": "ge", "field": "revenue", "value": 500_000}),
        ("max_debt_ratio", {"max_debt_ratio_bp": 7_000}, {"op": "le", "field": "debt_ratio", "value": 7_000}),
        ("tax_grade", {"tax_grades": ["A", "B"]}, {"op": "in", "field": "tax_grade", "values": ["A", "B"]}),
        ("tags", {"required_tags": ["小巨人"]}, {"op": "any_of", "field": "tags", "values": ["小巨人"]}),
        ("tags", {"required_tags": ["天骄英才"]}, {"op": "any_of", "field": "leader_titles", "values": ["天骄英才"]}),
        (
            "tags",
            {"required_tags": ["高层次人才", "小巨人", "博士"]},
            {
                "op": "any",
                "items": [
                    {"op": "any_of", "field": "tags", "values": ["小巨人"]},
                    {"op": "any_of", "field": "leader_titles", "values": ["高层次人才", "博士"]},
                ],
            },
        ),
    ],
)
def test_a_filled_column_makes_one_hard_rule_of_weight_one(code, columns, test):
    found = rules(**columns)
    assert set(found) == {"category", code}
    assert found[code]["test"] == test
    assert (found[code]["hard"], found[code]["weight"]) == (True, 1)
    assert found[code]["label"]


def test_zero_is_a_stated_bound_and_not_an_empty_cell():
    assert rules(max_debt_ratio_bp=0)["max_debt_ratio"]["test"]["value"] == 0


def test_every_column_code_can_be_made():
    found = rules(
        region_text="全国",
        amount_max=1,
        term_max_months=1,
        guarantee_methods=["信用"],
        min_age_months=1,
        min_revenue=1,
        max_debt_ratio_bp=1,
        tax_grades=["A"],
        required_tags=["小巨人"],
    )
    assert tuple(found) == COLUMN_CODES
