"""Ten made-up firms: what the commands say equals what was worked by hand."""

import json

import pytest
from django.core.management import call_command

from enterprises.models import Need
from enterprises.selectors import subject_of
from matching.selectors import explain_product, match_need, stored_results
from products.selectors import listed_versions
from tests.matching.ten_firms import EXPECTED


def _match(capsys, need, *options):
    capsys.readouterr()
    call_command("match", "--need", need, "--json", *options)
    output = capsys.readouterr()
    assert output.err == ""
    return json.loads(output.out)


def _codes(match, verdict):
    return {rule["code"] for rule in match["rules"] if rule["verdict"] == verdict}


def test_every_pair_is_worked_by_hand():
    assert len(EXPECTED) == 10
    assert {tuple(products) for products in EXPECTED.values()} == {("T01", "T02", "T03", "T04", "T05", "T06", "T07")}


@pytest.mark.parametrize("need", EXPECTED)
def test_match_gives_the_verdicts_worked_by_hand(ten_firms, capsys, need):
    found = {match["product"]: match["verdict"] for match in _match(capsys, need, "--all-verdicts")}
    assert found == {product: expected.code for product, expected in ten_firms[need].items()}


@pytest.mark.parametrize("need", EXPECTED)
def test_match_names_the_rules_worked_by_hand(ten_firms, capsys, need):
    for match in _match(capsys, need, "--all-verdicts"):
        expected = ten_firms[need][match["product"]]
        if expected.kind == "other":
            assert "category" in _codes(match, "violated")
            continue
        assert (match["product"], _codes(match, "violated")) == (match["product"], set(expected.not_met))
        assert (match["product"], _codes(match, "unknown")) == (match["product"], set(expected.open))


@pytest.mark.parametrize("need", EXPECTED)
def test_match_says_how_far_off_and_from_when(ten_firms, capsys, need):
    for match in _match(capsys, need, "--all-verdicts"):
        expected = ten_firms[need][match["product"]]
        if expected.kind == "other":
            continue
        rules = {rule["code"]: rule for rule in match["rules"]}
        assert {code: rule["gap"] for code, rule in rules.items() if rule["gap"]} == expected.gap
        assert {code: rule["from_date"] for code, rule in rules.items() if rule["from_date"]} == {
            code: day.isoformat() for code, day in expected.from_dates.items()
        }


@pytest.mark.parametrize("need", EXPECTED)
def test_each_open_rule_names_what_is_missing_and_where_to_get_it(ten_firms, capsys, need):
    for match in _match(capsys, need):
        for rule in match["rules"]:
            assert bool(rule["missing"]) == (rule["verdict"] == "unknown")
            assert all(item["field"] and item["label"] and item["where"] for item in rule["missing"])


def test_a_product_says_from_when_time_alone_makes_it_fit(ten_firms):
    for need in Need.objects.order_by("code"):
        for match in match_need(need, all_verdicts=True):
            expected = ten_firms[need.code][match.code]
            if expected.kind == "same":
                assert (need.code, match.code, match.from_date) == (need.code, match.code, expected.product_from)


def test_on_the_day_named_the_rule_is_met(ten_firms):
    for code, products in ten_firms.items():
        need = Need.objects.get(code=code)
        for product, expected in products.items():
            for rule, day in expected.from_dates.items():
                (match,) = [match for match in match_need(need, on=day, all_verdicts=True) if match.code == product]
                assert {result.code: result.verdict.value for result in match.results}[rule] == "satisfied"


def test_rematch_stores_the_same_verdicts(ten_firms):
    call_command("rematch")
    needs = list(Need.objects.order_by("pk"))
    results = stored_results(needs)
    for need in needs:
        result, expected = results[need.pk], ten_firms[need.code]
        stored = {placing.product: placing.verdict for placing in result.ranked}
        assert stored == {product: row.code for product, row in expected.items() if row.code != "violated"}
        assert result.violated == sum(row.code == "violated" for row in expected.values())


def test_one_product_alone_is_judged_as_in_the_list(ten_firms):
    from_list = {match.code: match for match in match_need(Need.objects.get(code="N10"), all_verdicts=True)}
    need = Need.objects.get(code="N10")
    for version in listed_versions():
        assert explain_product(subject_of(need.party, need), version) == from_list[version.product.code]
