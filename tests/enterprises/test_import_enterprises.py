"""The enterprises file: what a good one writes, what a bad one says, and that twice is once."""

from datetime import date

import pytest

from accounts.models import Party
from accounts.services import party_register
from common import clock
from enterprises.models import Fact, Need
from enterprises.selectors import current_facts, subject_of
from enterprises.services import need_close
from tests.codes import credit_code
from tests.enterprises.files import ENTERPRISES, counts, places_of_errors, run, write_csv, write_xlsx

pytestmark = pytest.mark.django_db

COMMAND = "import_enterprises"
FULL = {
    "uscc": credit_code(1),
    "name": "鄂尔多斯市测试新材料有限公司",
    "region": "鄂尔多斯市东胜区",
    "industry": "新材料",
    "established_on": "2024-01-31",
    "employees": "35",
    "revenue_wan": "1200.5",
    "total_assets_wan": "3000",
    "debt_ratio_pct": "45.25",
    "rd_ratio_pct": "6",
    "invention_patents": "0",
    "utility_patents": "4",
    "software_copyrights": "2",
    "tags": "高企;专精特新小巨人",
    "tax_grade": "A",
    "has_prior_loan": "否",
    "leader_titles": "无",
    "need_code": "XQ-1",
    "need_kind": "贷;保",
    "need_amount_wan": "500",
    "need_term_months": "12",
    "need_purpose": "流动资金",
    "need_guarantees": "信用;知识产权质押",
}


@pytest.fixture(autouse=True)
def frozen_clock():
    with clock.at(date(2026, 11, 23)):
        yield


@pytest.fixture
def load(tmp_path):
    def _load(*rows, columns=ENTERPRISES, options=(), encoding="utf-8"):
        return run(COMMAND, write_csv(tmp_path / "firms.csv", columns, rows, encoding), *options)

    return _load


def values():
    return {fact.field: fact.value for fact in current_facts(Party.objects.get(uscc=FULL["uscc"])).values()}


def test_a_full_line_becomes_facts_and_a_need(load):
    report, code = load(FULL)
    assert (counts(report), code) == ([1, 0, 0, 0], 0)
    assert values() == {
        "region": "东胜区",
        "industry": "新材料",
        "established_on": "2024-01-31",
        "employees": 35,
        "revenue": 12_005_000,
        "total_assets": 30_000_000,
        "debt_ratio": 4525,
        "rd_ratio": 600,
        "invention_patents": 0,
        "utility_patents": 4,
        "software_copyrights": 2,
        "tags": ["高新技术企业", "小巨人"],
        "tax_grade": "A",
        "has_prior_loan": False,
        "leader_titles": [],
    }
    need = Need.objects.get(code="XQ-1")
    assert (need.kinds, need.amount, need.term_months, need.purpose) == (["贷", "保"], 5_000_000, 12, "流动资金")
    assert need.guarantees == ["信用", "知识产权质押"]
    assert set(Fact.objects.values_list("source", flat=True)) == {"imported"}


def test_the_same_file_twice_changes_nothing_even_on_another_day(load):
    load(FULL)
    facts = Fact.objects.count()
    assert counts(load(FULL)[0]) == [0, 0, 1, 0]
    with clock.at(date(2026, 12, 24)):
        assert counts(load(FULL)[0]) == [0, 0, 1, 0]
    assert Fact.objects.count() == facts


def test_an_empty_cell_is_unknown_and_leaves_an_earlier_fact(load):
    minimal = {"uscc": FULL["uscc"], "name": FULL["name"]}
    load(minimal)
    assert values() == {}
    assert not Need.objects.exists()
    load(FULL)
    assert counts(load(minimal)[0]) == [0, 0, 1, 0]
    assert values()["revenue"] == 12_005_000


def test_a_filled_list_is_complete_and_an_empty_one_is_not(load):
    load(FULL, {"uscc": credit_code(2), "name": "乙公司"})
    known = subject_of(Party.objects.get(uscc=FULL["uscc"])).values
    assert known["tags"].contains("瞪羚企业") is False
    assert known["leader_titles"].contains("天骄英才") is False
    assert "tags" not in subject_of(Party.objects.get(uscc=credit_code(2))).values


def test_a_bare_title_in_the_file_leaves_its_level_open(load):
    load({**FULL, "leader_titles": "草原英才;高层次人才"})
    titles = subject_of(Party.objects.get(uscc=FULL["uscc"])).values["leader_titles"]
    asked = ("草原英才", "自治区草原英才", "市草原英才", "高层次人才", "天骄英才")
    assert [titles.contains(title) for title in asked] == [True, None, None, True, False]


def test_changes_are_updates_and_a_new_name_keeps_the_old_one(load):
    load(FULL)
    report, _ = load({**FULL, "name": "新名称有限公司", "employees": "36", "need_amount_wan": "600"})
    assert counts(report) == [0, 1, 0, 0]
    firm = Party.objects.get(uscc=FULL["uscc"])
    assert firm.name == "新名称有限公司"
    assert {name.name for name in firm.names.all()} == {FULL["name"], "新名称有限公司"}
    assert values()["employees"] == 36
    assert Need.objects.get().amount == 6_000_000


def test_dates_of_facts_come_from_the_file(load):
    columns = [*ENTERPRISES, "facts_as_of", "accounting_year"]
    load({**FULL, "facts_as_of": "2026-03-15", "accounting_year": "2025"}, columns=columns)
    dated = dict(Fact.objects.values_list("field", "as_of"))
    yearly = {"revenue", "total_assets", "debt_ratio", "rd_ratio"}
    assert {dated[field] for field in yearly} == {date(2025, 12, 31)}
    assert {day for field, day in dated.items() if field not in yearly} == {date(2026, 3, 15)}
    assert load({**FULL, "facts_as_of": "2026-03-15", "accounting_year": "2025"}, columns=columns)[0]["unchanged"] == 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk", "gb18030"])
def test_encodings_of_office_software(load, encoding):
    assert counts(load(FULL, encoding=encoding)[0]) == [1, 0, 0, 0]
    assert Party.objects.get(uscc=FULL["uscc"]).name == FULL["name"]


def test_a_workbook_with_real_numbers_and_dates_reads_like_the_csv(tmp_path, load):
    row = {**FULL, "established_on": date(2024, 1, 31), "employees": 35, "revenue_wan": 1200.5, "debt_ratio_pct": 45.25}
    path = write_xlsx(tmp_path / "firms.xlsx", ENTERPRISES, [row])
    assert counts(run(COMMAND, path)[0]) == [1, 0, 0, 0]
    assert counts(load(FULL)[0]) == [0, 0, 1, 0]


@pytest.mark.parametrize(
    ("column", "cell", "message"),
    [
        ("uscc", "91150602MA0T000010", "统一社会信用代码"),
        ("uscc", "", "必填"),
        ("name", "", "必填"),
        ("region", "火星市", "东胜区"),
        ("established_on", "2026-11-24", "不能晚于今天"),
        ("established_on", "2024-02-30", "不是有效日期"),
        ("employees", "3.5", "小数"),
        ("employees", "-1", "不能小于"),
        ("revenue_wan", "1e999", "不是数字"),
        ("revenue_wan", "NaN", "不是数字"),
        ("total_assets_wan", "99999999999", "检查单位"),
        ("debt_ratio_pct", "45.255", "小数位"),
        ("tags", "无;高企", "“无”"),
        ("tax_grade", "E", "可选范围"),
        ("has_prior_loan", "也许", "是"),
        ("need_kind", "捐", "可选范围"),
        ("need_kind", "", "需求类别"),
        ("need_code", "", "编号"),
        ("need_amount_wan", "0", "大于 0"),
        ("need_term_months", "9999", "不能大于"),
        ("need_guarantees", "口头", "可选范围"),
    ],
)
def test_a_bad_cell_is_named_with_its_remedy_and_nothing_is_written(load, column, cell, message):
    good = {"uscc": credit_code(7), "name": "好公司"}
    report, code = load(good, {**FULL, column: cell})
    assert (places_of_errors(report), code) == ([(3, column)], 1)
    assert message in report["rejected"][0]["error"]
    assert counts(report) == [0, 0, 0, 1]
    assert not Party.objects.exists()
    assert not Fact.objects.exists()


def test_good_lines_are_kept_when_asked_to_skip_the_bad(load):
    rows = (FULL, {"uscc": credit_code(2), "name": "乙公司", "revenue_wan": "-5"})
    report, code = load(*rows, options=["--skip-invalid"])
    assert (counts(report), code, places_of_errors(report)) == ([1, 0, 0, 1], 0, [(3, "revenue_wan")])
    assert Party.objects.get().uscc == FULL["uscc"]


def test_a_dry_run_counts_and_writes_nothing(load):
    report, code = load(FULL, options=["--dry-run"])
    assert (counts(report), code) == ([1, 0, 0, 0], 0)
    assert not Party.objects.exists()


def test_wrong_headers_are_named(load):
    report, code = load({**FULL, "tags2": "高企"}, columns=[*ENTERPRISES, "tags2"])
    assert (places_of_errors(report), code) == ([(1, "tags2")], 1)
    without_tags = {key: value for key, value in FULL.items() if key != "tags"}
    report, code = load(without_tags, columns=list(without_tags))
    assert (places_of_errors(report), code) == ([(1, "tags")], 1)
    assert "缺少列" in report["rejected"][0]["error"]
    assert not Party.objects.exists()


def test_a_file_without_need_columns_is_welcome(load):
    columns = [name for name in ENTERPRISES if not name.startswith("need_")]
    report, _ = load({key: FULL[key] for key in columns}, columns=columns)
    assert counts(report) == [1, 0, 0, 0]


def test_a_repeated_line_is_rejected(load):
    report, code = load(FULL, {**FULL, "name": "同码不同名"})
    assert (places_of_errors(report), code) == ([(3, "uscc")], 1)
    assert not Party.objects.exists()


def test_a_second_line_may_add_a_need_but_not_contradict_the_firm(load):
    second = {**FULL, "need_code": "XQ-2", "need_kind": "险"}
    report, _ = load(FULL, second)
    assert counts(report) == [1, 1, 0, 0]
    assert Need.objects.count() == 2
    report, _ = load(FULL, {**second, "employees": "99"})
    assert places_of_errors(report) == [(3, "employees")]


def test_a_need_code_of_another_firm_and_a_code_of_an_institution_are_refused(load, actor):
    party_register(actor=actor, kind=Party.Kind.INSTITUTION, name="测试银行", uscc=credit_code(3))
    load(FULL)
    report, _ = load(
        {**FULL, "uscc": credit_code(2), "name": "乙公司"},
        {"uscc": credit_code(3), "name": "测试银行"},
    )
    assert places_of_errors(report) == [(2, "need_code"), (3, "uscc")]


def test_a_closed_need_is_not_reopened_by_a_file(load, actor):
    load(FULL)
    need_close(actor=actor, need=Need.objects.get())
    assert counts(load(FULL)[0]) == [0, 0, 1, 0]
    report, _ = load({**FULL, "need_amount_wan": "900"})
    assert "已结束" in report["rejected"][0]["error"]


def test_an_unfinished_accounting_year_is_refused(load):
    report, _ = load({**FULL, "accounting_year": "2026"}, columns=[*ENTERPRISES, "accounting_year"])
    assert places_of_errors(report) == [(2, "accounting_year")]


def test_an_empty_file_says_so(tmp_path):
    path = tmp_path / "empty.csv"
    path.write_bytes(b"")
    report, code = run(COMMAND, path)
    assert code == 1
    assert "空" in report["rejected"][0]["error"]
