"""``match``: exact shape, clean stdout, Chinese errors."""

import json

import pytest
from django.core.management import call_command

from common import clock

SHAPE = ["product", "verdict", "score", "rules"]
RULE_SHAPE = ["code", "label", "verdict", "required", "actual", "missing", "gap", "from_date"]


def _run(capsys, *arguments):
    capsys.readouterr()
    call_command("match", *arguments)
    return capsys.readouterr()


def test_json_has_exactly_the_contracted_shape(ten_firms, capsys):
    matches = json.loads(_run(capsys, "--need", "N03", "--json", "--all-verdicts").out)
    assert len(matches) == 7
    for match in matches:
        assert list(match) == SHAPE
        assert type(match["score"]) is int
        for rule in match["rules"]:
            assert list(rule) == RULE_SHAPE
            assert all(list(item) == ["field", "label", "where"] for item in rule["missing"])


def test_products_that_do_not_fit_are_listed_only_on_request(ten_firms, capsys):
    fitting = json.loads(_run(capsys, "--need", "N02", "--json").out)
    assert {match["product"] for match in fitting} == {"T01", "T02", "T04"}
    everything = json.loads(_run(capsys, "--need", "N02", "--json", "--all-verdicts").out)
    assert everything[:3] == fitting
    assert len(everything) == 7


def test_limit_keeps_the_best(ten_firms, capsys):
    everything = json.loads(_run(capsys, "--need", "N02", "--json", "--all-verdicts").out)
    assert json.loads(_run(capsys, "--need", "N02", "--json", "--all-verdicts", "--limit", "2").out) == everything[:2]


def test_the_required_example_of_time_that_cures(ten_firms, capsys):
    matches = json.loads(_run(capsys, "--need", "N01", "--json", "--all-verdicts").out)
    (rule,) = [
        rule for match in matches if match["product"] == "T03" for rule in match["rules"] if rule["code"] == "min_years"
    ]
    assert rule == {
        "code": "min_years",
        "label": rule["label"],
        "verdict": "violated",
        "required": "成立满 12 个月",
        "actual": "成立 10 个月",
        "missing": [],
        "gap": "差 2 个月",
        "from_date": "2027-02-01",
    }


def test_the_match_is_of_today(ten_firms, capsys):
    with clock.at(ten_firms["N01"]["T03"].from_dates["min_years"]):
        matches = json.loads(_run(capsys, "--need", "N01", "--json").out)
    assert [(match["product"], match["verdict"], match["score"]) for match in matches] == [("T03", "satisfied", 1000)]


@pytest.mark.parametrize("options", [["--json"], []])
def test_an_unknown_need_is_an_error_in_chinese_and_nothing_on_stdout(db, capsys, options):
    capsys.readouterr()
    with pytest.raises(SystemExit) as stop:
        call_command("match", "--need", "N99", *options)
    output = capsys.readouterr()
    assert (stop.value.code, output.out) == (1, "")
    assert output.err == "没有编号为“N99”的需求，请核对需求编号。\n"


def test_a_limit_below_one_is_refused(ten_firms, capsys):
    capsys.readouterr()
    with pytest.raises(SystemExit):
        call_command("match", "--need", "N01", "--limit", "0")
    output = capsys.readouterr()
    assert output.out == ""
    assert "--limit 请填 1 或更大的整数" in output.err


def test_the_text_reads_with_reasons(ten_firms, capsys):
    text = _run(capsys, "--need", "N01", "--all-verdicts").out
    assert "T03 英才创业贷（青松银行）　不符合" in text
    assert "成立年限：要求 成立满 12 个月；我的 成立 10 个月；差 2 个月；2027-02-01 起符合" in text


def test_the_text_promises_no_more_than_was_tested(ten_firms, capsys):
    text = _run(capsys, "--need", "N02").out
    assert "T01 青松科创信用贷（青松银行）　符合已公开条件（另有 2 项须机构核实）" in text
    assert "T02 银杏厂房抵押贷（银杏银行）　符合　" in text


def test_without_a_match_the_text_says_what_to_do(ten_firms, capsys):
    assert "加 --all-verdicts 查看" in _run(capsys, "--need", "N01").out
