"""The evaluator on hand-made postings; every expected number is worked out in the test."""

from datetime import date
from decimal import Decimal

import pytest
from pydantic import TypeAdapter

from accounts.models import Party
from accounts.services import party_register
from enterprises.services import whitelist_publish
from journal import services as journal
from ledger.declarations import Formula, IndicatorDeclared
from ledger.indicators import PlanPeriod, evaluate
from ledger.quarters import parse
from ledger.selectors import indicator_values, ledger_table
from tests.codes import credit_code

pytestmark = pytest.mark.django_db
PERIOD = PlanPeriod(date(2022, 1, 1), date(2025, 12, 31))
YI = 100_000_000


def declared(period="yearly", unit="次", target=None, per_unit=1, **formula):
    return IndicatorDeclared(
        code="tried",
        name="试算",
        period=period,
        unit=unit,
        target=target,
        per_unit=per_unit,
        definition="试算",
        formula=TypeAdapter(Formula).validate_python(formula),
    )


def growth(**of):
    return declared(unit="%", target=20, op="growth", of=of)


@pytest.fixture
def value(db):
    return lambda item, quarter="2023Q4": evaluate(item, PERIOD, parse(quarter))


@pytest.fixture
def post(actor):
    def make(kind, day, key=None, **content):
        key = key or f"{kind}-{day}-{len(content)}"
        return journal.post(actor=actor, kind=kind, source_key=key, occurred_on=date.fromisoformat(day), **content)

    return make


@pytest.fixture
def firms(actor):
    return [
        party_register(
            actor=actor, kind=Party.Kind.ENTERPRISE, name=f"测试{number}有限公司", uscc=credit_code(number + 10)
        )
        for number in range(4)
    ]


@pytest.fixture
def banks(actor):
    return [party_register(actor=actor, kind=Party.Kind.INSTITUTION, name=f"测试{name}银行") for name in "甲乙"]


EVENTS = {"op": "count", "kinds": ["matching_event"]}


def test_a_year_counts_to_the_quarters_end_and_no_other_year(value, post):
    for day in ("2022-12-31", "2023-01-01", "2023-03-31", "2023-04-01", "2024-01-01"):
        post("matching_event", day)
    post("ip_park_event", "2023-02-01")
    assert value(declared(**EVENTS), "2023Q1").value == 2
    assert value(declared(**EVENTS), "2023Q2").value == 3
    assert value(declared("cumulative", **EVENTS), "2023Q2").value == 4


def test_a_plan_long_count_stops_at_the_plans_last_day(value, post):
    post("matching_event", "2021-12-31")
    post("matching_event", "2025-12-31")
    post("matching_event", "2026-01-01")
    result = value(declared("cumulative", target=1, **EVENTS), "2026Q1")
    assert result.value == 1
    assert result.status == "方案期外；已达目标"
    assert value(declared("cumulative", **EVENTS), "2021Q4").status == "方案尚未开始"


def test_fields_narrow_what_is_counted(value, post):
    post("matching_event", "2023-02-01", "a", fields={"mode": "线上"})
    post("matching_event", "2023-02-02", "b", fields={"mode": "线下"})
    post("matching_event", "2023-02-03", "c")
    assert value(declared(**EVENTS, where={"mode": ["线上"]})).value == 1
    assert value(declared(**EVENTS, where={"mode": ["线上", "线下"]})).value == 2
    assert value(declared(**EVENTS, where={"mode": ["混合"]})).value is None


def test_sums_are_exact_and_given_in_the_declared_unit(value, post):
    post("fund_raised", "2023-02-01", "a", amount=12 * YI)
    post("fund_raised", "2023-03-01", "b", amount=YI // 2 + 1)
    item = declared("cumulative", "亿元", 30, YI, op="sum", kinds=["fund_raised"], column="amount")
    result = value(item, "2023Q1")
    assert result.value == Decimal("12.50")
    assert result.status == "进行中，距目标差17.5亿元"
    assert value(item, "2025Q4").status.startswith("未达目标")


def test_a_target_is_not_a_ceiling(value, post):
    post("fund_raised", "2023-02-01", amount=45 * YI)
    item = declared("cumulative", "亿元", 30, YI, op="sum", kinds=["fund_raised"], column="amount")
    assert (value(item).value, value(item).status) == (45, "已达目标")


def test_the_target_is_compared_exactly_not_rounded(value, post):
    post("fund_raised", "2023-02-01", amount=30 * YI - 1)
    result = value(declared("cumulative", "亿元", 30, YI, op="sum", kinds=["fund_raised"], column="amount"))
    assert result.value == Decimal("30.00")
    assert result.status.startswith("进行中")


def test_an_amount_left_open_makes_the_sum_unknown(value, post):
    post("fund_raised", "2023-02-01", "a", amount=YI)
    post("fund_raised", "2023-02-02", "b")
    result = value(declared(op="sum", kinds=["fund_raised"], column="amount"))
    assert result.value is None
    assert "有1笔未填金额" in result.status


def test_distinct_counts_each_party_once(value, post, firms):
    for number, firm in enumerate([firms[0], firms[0], firms[1]]):
        post("company_listed", "2023-05-01", f"k{number}", party=firm, fields={"board": "新三板"})
    assert value(declared(op="distinct", kinds=["company_listed"], column="party")).value == 2
    assert value(declared(op="distinct", kinds=["company_listed"], column="fields.board")).value == 1
    post("company_listed", "2023-05-02", "nobody")
    assert "未填主体" in value(declared(op="distinct", kinds=["company_listed"], column="party")).status


def test_a_reversal_takes_its_original_out_from_its_own_day_on(value, post, actor, firms):
    kept = post("company_listed", "2023-02-01", "kept", party=firms[0])
    wrong = post("company_listed", "2023-02-02", "wrong", party=firms[1], amount=5)
    journal.reverse(actor=actor, posting=wrong, occurred_on=date(2023, 5, 1), reason="重复登记")
    count = declared(op="count", kinds=["company_listed"])
    distinct = declared(op="distinct", kinds=["company_listed"], column="party")
    assert (value(count, "2023Q1").value, value(count, "2023Q2").value) == (2, 1)
    assert (value(distinct, "2023Q1").value, value(distinct, "2023Q2").value) == (2, 1)
    journal.reverse(actor=actor, posting=kept, occurred_on=date(2023, 8, 1), reason="误登记")
    assert value(count, "2023Q3").value is None


def test_a_reversal_next_year_corrects_the_year_it_happened_in(value, post, actor):
    wrong = post("matching_event", "2022-11-01", "wrong")
    post("matching_event", "2022-11-02", "right")
    post("matching_event", "2023-11-02", "next")
    journal.reverse(actor=actor, posting=wrong, occurred_on=date(2023, 1, 5), reason="未举办")
    result = value(growth(**EVENTS))
    assert (result.numerator, result.denominator, result.value) == (1, 1, 0)


def test_nothing_recorded_is_unknown_and_a_zero_report_is_zero(value, post):
    assert value(declared(target=4, **EVENTS)).value is None
    assert value(declared(target=4, **EVENTS)).status == "未记录（本期没有“融资对接活动”记账）"
    post("matching_event", "2023-12-31", quantity=0)
    result = value(declared(target=4, **EVENTS))
    assert (result.value, result.status) == (0, "未达目标，距目标差4次")


def test_growth_compares_the_same_months(value, post, firms):
    for number, day in enumerate(["2022-02-01", "2022-03-31", "2022-12-01"]):
        post("first_loan_confirmed", day, f"b{number}", party=firms[number])
    for number, day in enumerate(["2023-01-10", "2023-02-10", "2023-03-10"]):
        post("first_loan_confirmed", day, f"n{number}", party=firms[number])
    item = growth(op="distinct", kinds=["first_loan_confirmed"], column="party")
    first = value(item, "2023Q1")
    assert (first.numerator, first.denominator, first.value) == (3, 2, 50)
    assert first.status == "已达目标"
    whole = value(item, "2023Q4")
    assert (whole.value, whole.status) == (0, "未达目标，距目标差20个百分点")


def test_growth_without_base_or_on_a_base_of_zero_is_not_a_number(value, post):
    item = growth(**EVENTS)
    post("matching_event", "2023-02-01")
    result = value(item)
    assert (result.value, result.numerator, result.denominator) == (None, 1, None)
    assert result.status == "无基期（未记录（上年同期没有“融资对接活动”记账））"
    post("matching_event", "2022-02-01", quantity=0)
    assert (value(item).value, value(item).status) == (None, "基数为0")


def test_balances_are_read_at_the_quarters_last_month_and_need_the_same_reporters(value, post, banks):
    union = {"scope": "人才∪科创", "basis": "名录"}
    of = {
        "op": "sum",
        "kinds": ["loan_balance"],
        "column": "amount",
        "window": "month",
        "where": {"scope": ["人才∪科创"]},
    }
    item = declared(unit="%", target=30, op="growth", same_reporters=True, of=of)
    post("loan_balance", "2022-03-31", "a22", organisation=banks[0], amount=300, fields=union)
    post("loan_balance", "2023-02-28", "feb", organisation=banks[0], amount=999, fields=union)
    post("loan_balance", "2023-03-31", "a23", organisation=banks[0], amount=400, fields=union)
    post("loan_balance", "2023-03-31", "all", organisation=banks[0], amount=5000, fields={"scope": "各项"})
    result = value(item, "2023Q1")
    assert (result.value, result.numerator, result.denominator) == (Decimal("33.33"), 400, 300)
    post("loan_balance", "2023-03-31", "b23", organisation=banks[1], amount=100, fields=union)
    result = value(item, "2023Q1")
    assert result.value is None
    assert "上年同期缺1家" in result.status
    post("loan_balance", "2022-03-31", "b22", organisation=banks[1], amount=0, fields=union)
    assert value(item, "2023Q1").value == Decimal("66.67")


def test_the_month_before_a_leap_day_is_a_whole_month(value, post):
    of = {**EVENTS, "window": "month"}
    post("matching_event", "2023-12-31")
    post("matching_event", "2024-12-31", "a")
    post("matching_event", "2024-12-01", "b")
    assert value(growth(**of), "2024Q4").value == 100


def test_a_ratio_is_taken_over_the_list_in_force(value, post, firms, actor):
    loans = {"op": "distinct", "kinds": ["loan_disbursed"], "column": "party", "among": "listed_firms"}
    item = declared("cumulative", "%", op="ratio", numerator=loans, denominator={"op": "members", "of": "listed_firms"})
    post("loan_disbursed", "2023-02-01", "a", party=firms[0], amount=1)
    post("loan_disbursed", "2023-02-02", "b", party=firms[0], amount=1)
    post("loan_disbursed", "2023-02-03", "c", party=firms[3], amount=1)
    assert value(item, "2023Q1").status == "未记录（期末没有“人才和科创企业名录”）"
    department = party_register(actor=actor, kind=Party.Kind.DEPARTMENT, name="测试科技局")
    whitelist_publish(
        actor=actor,
        code="测试第一批",
        department=department,
        published_on=date(2023, 3, 1),
        basis_doc="测试",
        parties=firms[:3],
    )
    result = value(item, "2023Q1")
    assert (result.value, result.numerator, result.denominator) == (Decimal("33.33"), 1, 3)
    assert result.status == "无目标值"
    assert value(item, "2022Q4").value is None


def test_evaluation_takes_a_constant_number_of_queries(plan, post, firms, django_assert_max_num_queries):
    for number in range(30):
        post("first_loan_confirmed", f"2023-01-{number + 1:02}", f"f{number}", party=firms[number % 4])
    with django_assert_max_num_queries(30):
        indicator_values(plan, parse("2023Q1"))


def test_the_plans_own_indicators_are_all_unknown_on_an_empty_journal(plan):
    values = indicator_values(plan, parse("2023Q1"))
    assert len(values) == 11
    for item in values:
        assert item.value is None, item.code
        assert item.status.startswith(("未记录", "无基期")), item


def test_the_plans_own_indicators_on_a_made_up_year(plan, post, firms):
    for number, theme in enumerate(["人才贷", "人才保", "人才险", ""]):
        fields = {"category": "贷", "name": f"产品{number}", "theme": theme}
        post("product_listed", "2023-05-01", f"p{number}", fields=fields)
    post("financial_talent_hired", "2022-05-01", "t1", quantity=12)
    post("financial_talent_hired", "2023-05-01", "t2", quantity=9)
    post("company_listed", "2022-06-01", "l1", party=firms[0])
    post("company_listed", "2023-06-01", "l2", party=firms[1])
    values = {item.code: item for item in indicator_values(plan, parse("2023Q2"))}
    assert (values["new-services"].value, values["new-services"].status) == (3, "已达目标")
    assert (values["financial-talents"].value, values["financial-talents"].target) == (21, 20)
    assert (values["listings"].value, values["listings"].status) == (2, "已达目标")


def test_one_entry_may_stand_for_several_events_or_funds(plan, post):
    post("matching_event", "2023-05-01", "m1", quantity=3)
    post("matching_event", "2023-05-02", "m2")
    post("ip_park_event", "2023-05-01", "i1", quantity=2)
    post("fund_established", "2023-05-01", "f1", quantity=3)
    values = {item.code: item for item in indicator_values(plan, parse("2023Q2"))}
    assert [values[code].value for code in ("matching-events", "ip-park-events", "new-funds")] == [4, 2, 3]
    assert {values[code].status for code in ("matching-events", "ip-park-events", "new-funds")} == {"已达目标"}
    assert "对接活动4次" in ledger_table("2023Q2").rows[13].progress
