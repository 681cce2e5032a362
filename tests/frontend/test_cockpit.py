"""The cockpit over five demo years: figures, drills and questions to the database; and over a plan without a record."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Party, Role, User
from accounts.services import party_register, system_actor, user_create
from common import clock
from config.demo import history, load, town
from journal.models import Posting
from journal.services import post, reverse
from ledger.board import board, quarter_shown
from ledger.drill import by_banner, by_month, by_organisation, members, parts_of, records, total
from ledger.indicators import PlanPeriod
from ledger.quarters import parse
from ledger.selectors import current_plan, indicator_values
from tests.frontend.conftest import WRITES, text_of

pytestmark = pytest.mark.django_db
QUARTERS = ("2022Q4", "2023Q2", "2024Q4", "2025Q4", "2026Q1")
TODAY = date(2026, 3, 16)


@pytest.fixture(scope="module", autouse=True)
def demo(django_db_setup, django_db_blocker):
    """The made-up city with its history, built once and taken back after the last test."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_plan", verbosity=0)
        town.build()
        history.build()
        load.analyze()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def office():
    client = Client()
    client.force_login(User.objects.get(username="jinrongban1"))
    return client


@pytest.fixture(autouse=True)
def on_a_day():
    with clock.at(TODAY):
        yield


def all_parts(quarter):
    plan = current_plan()
    period = PlanPeriod(plan.starts_on, plan.ends_on)
    for item in board(plan, parse(quarter)).items:
        yield item, parts_of(item.declared, period, parse(quarter))


@pytest.mark.parametrize("quarter", QUARTERS)
def test_the_sum_of_every_drill_equals_its_tile(quarter):
    seen = 0
    for item, parts in all_parts(quarter):
        told = (item.now.numerator, item.now.denominator)
        if len(parts) == 1:
            raw = None if item.now.value is None else int(item.now.value * item.declared.per_unit)
            told = (raw,)
        for part, number in zip(parts, told, strict=True):
            sums = {total(part), sum(row.adds for row in by_banner(part))}
            if part.counting:
                sums |= {sum(row.adds for row in cut(part)) for cut in (by_organisation, by_month)}
                sums.add(sum(row.adds for row in records(part)))
            else:
                sums.add(members(part).count())
            # What is not known has no records that add up to anything but nothing.
            assert sums == {number or 0}, (item.declared.code, part.code)
            seen += bool(number)
    assert seen >= 5


@pytest.mark.parametrize("quarter", QUARTERS)
def test_the_board_says_what_the_ledger_says(quarter):
    plan = current_plan()
    assert tuple(item.now for item in board(plan, parse(quarter)).items) == indicator_values(plan, parse(quarter))


def test_the_same_quarter_of_each_year_stands_behind_the_small_line():
    (loans, *_) = board(current_plan(), parse("2025Q4")).items
    assert [value for _, value in loans.years] == [
        Decimal("33.60"),
        Decimal("31.20"),
        Decimal("27.40"),
        Decimal("30.80"),
    ]
    assert loans.before.value == Decimal("27.40")


def test_the_aim_of_a_balance_is_the_year_before_and_the_growth_asked_for():
    shown = board(current_plan(), parse("2025Q4"))
    last, year_before = shown.levels[-1], shown.levels[-5]
    assert last.aim == Decimal(year_before.value) * 130 / 100
    after = board(current_plan(), parse("2026Q1")).levels[-1]
    assert after.quarter == parse("2025Q4")


def test_after_the_plan_its_last_quarter_opens_and_the_page_says_so(office):
    page = text_of(office.get("/office/"))
    assert str(quarter_shown(current_plan())) == "2025Q4"
    assert "2025 年度目标进展" in page
    assert "方案期已结束（2025-12-31）" in page
    assert "选择 2026 年" in page
    later = text_of(office.get("/office/?quarter=2026Q1"))
    assert "在方案期外" in later
    assert "不作考核" in later


def test_within_the_plan_todays_quarter_opens(office):
    with clock.at(date(2024, 5, 6)):
        assert str(quarter_shown(current_plan())) == "2024Q2"
        page = text_of(office.get("/office/"))
    assert "方案期已结束" not in page
    assert '截至 <span class="nowrap">2024-05-06</span>' in page


def test_unknown_is_shown_as_unknown_with_its_reason(office):
    page = text_of(office.get("/office/?quarter=2025Q4"))
    assert "未记录（本期没有“新金融服务项目上架”记账）" in page
    assert "暂不能算" in page


def test_the_map_sums_to_the_tile_and_money_is_never_added(office):
    page = text_of(office.get("/office/?quarter=2025Q4"))
    table = re.search(r"各旗区首贷户</caption>(.*?)</table>", page).group(1)
    rows = re.findall(r'<th scope="row">([^<]+)</th>\s*<td>([\d,]+)</td>', table)
    figures = {name: int(value) for name, value in rows}
    assert len(figures) == 10
    assert figures.pop("全市") == sum(figures.values()) == 12
    for category, label in (("贷", "放款额"), ("保", "担保额"), ("险", "保额"), ("投", "投资额"), ("租", "租赁额")):
        chart = text_of(office.get(f"/office/?quarter=2025Q4&money={category}"))
        assert f"分机构{label}" in chart
        kinds = {"贷": "loan_disbursed", "保": "guarantee_issued", "险": "insurance_issued"}
        if category in kinds:
            amounts = Posting.objects.filter(kind=kinds[category], occurred_on__year=2025).values_list(
                "amount", flat=True
            )
            assert f"合计 {sum(amounts) // 10_000:,} 万元" in chart


def test_a_drill_leads_from_the_tile_to_evidence_in_three_clicks(office):
    first = text_of(office.get("/office/?quarter=2024Q4"))
    tile = re.search(r'href="(/office/indicators/first-loan-growth/[^"]+)"', first).group(1)
    second = text_of(office.get(tile))
    row = re.search(r'href="(\?[^"]*banner=[^"#]+)#records"', second).group(1)
    third = text_of(office.get("/office/indicators/first-loan-growth/" + row.replace("&amp;", "&")))
    assert "征信查询" in third
    assert "只看 " in third
    assert "（10 − 8）÷ 8 = 25%" in second


def test_a_reversed_posting_is_listed_and_adds_nothing(office):
    actor = system_actor("测试")
    year = Posting.objects.filter(kind="matching_event", occurred_on__year=2024, reversal_of=None)
    posting = year.filter(reversed_by=None).order_by("occurred_on").first()
    address = "/office/indicators/matching-events/?quarter=2024"
    before, before_it = (text_of(office.get(f"{address}{quarter}")) for quarter in ("Q4", "Q3"))
    reverse(actor=actor, posting=posting, occurred_on=date(2024, 12, 1), reason="重复登记")
    page = text_of(office.get(f"{address}Q4"))
    assert page.count("不计：已冲正") == before.count("不计：已冲正") + 1
    assert "重复登记" in page
    assert f"本期记录 {year.count()} 笔" in page
    # As of a day before the reversal it still counts.
    assert text_of(office.get(f"{address}Q3")).count("不计") == before_it.count("不计")


@pytest.mark.parametrize(
    "address",
    [
        "/office/indicators/nothing/",
        "/office/indicators/loan-growth/?part=half",
        "/office/indicators/loan-growth/?org=x",
        "/office/indicators/loan-growth/?org=１２",
        "/office/indicators/loan-growth/?month=2024-13",
        "/office/waiting/nothing/",
    ],
)
def test_an_address_nobody_could_click_is_answered_in_words(office, address):
    response = office.get(address)
    assert response.status_code == 404
    assert "重新选择" in text_of(response)


def test_a_damaged_quarter_is_answered_in_words(office):
    response = office.get("/office/?quarter=2024第一季")
    assert response.status_code == 422
    assert "2023Q1" in text_of(response)


@pytest.mark.parametrize("name", ["yinhang1", "qiye1", "tepai1"])
def test_the_cockpit_is_closed_to_others(name):
    client = Client()
    client.force_login(User.objects.get(username=name))
    for address in ("/office/", "/office/indicators/loan-growth/", "/office/waiting/officers/"):
        assert client.get(address).status_code == 403


def test_a_lead_unit_lands_here_and_sees_no_office_work():
    client = Client()
    client.force_login(User.objects.get(username="kejiju1"))
    page = text_of(client.get("/office/"))
    assert "驾驶舱" in page
    assert "户还没有特派员" not in page
    assert client.get("/office/waiting/officers/").status_code == 403


ADDRESSES = (
    "/office/",
    "/office/?quarter=2026Q1",
    "/office/indicators/loan-access-rate/?quarter=2024Q4",
    "/office/indicators/first-loan-rate/?quarter=2024Q4&part=denominator",
    "/office/indicators/first-loan-growth/?quarter=2024Q4",
    "/office/waiting/officers/",
)


# Some twenty things are shown, and who belonged to the list on which day takes seven questions more.
QUESTIONS = 36


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_asks_few_questions_and_writes_nothing(office, address):
    office.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert office.get(address).status_code == 200
    assert len(captured) <= QUESTIONS, "\n".join(query["sql"][:160] for query in captured)
    assert [query["sql"] for query in captured if query["sql"].startswith(WRITES)] == []


def test_within_the_plan_the_strip_asks_the_calendar_and_still_few_questions(office):
    with clock.at(date(2024, 10, 9)):
        office.get("/office/")
        with CaptureQueriesContext(connection) as captured:
            assert "报送2024年第三季度台账" in text_of(office.get("/office/"))
    assert len(captured) <= QUESTIONS, "\n".join(query["sql"][:160] for query in captured)


@pytest.mark.parametrize("address", ADDRESSES)
def test_more_records_ask_no_more_questions(office, address):
    office.get(address)
    with CaptureQueriesContext(connection) as before:
        office.get(address)
    actor, firm = system_actor("测试"), Party.objects.filter(kind=Party.Kind.ENTERPRISE).order_by("pk").first()
    for number in range(60):
        for kind in ("loan_disbursed", "matching_event"):
            post(
                actor=actor,
                kind=kind,
                source_key=f"更多-{number}",
                occurred_on=date(2024, 6, 1),
                party=firm,
                amount=1,
            )
    with CaptureQueriesContext(connection) as after:
        office.get(address)
    assert len(after) == len(before)


def test_records_come_in_pages(office):
    page = text_of(office.get("/office/indicators/loan-access-rate/?quarter=2025Q4"))
    assert "共 4 页" in page or "共 3 页" in page
    assert 'href="?quarter=2025Q4&amp;part=numerator&amp;page=2"' in page


def test_every_portal_page_of_the_office_carries_the_tab():
    actor = system_actor("测试")
    party = party_register(actor=actor, kind=Party.Kind.DEPARTMENT, name="另一家测试单位")
    user = user_create(
        actor=actor, username="signer9", password="x", display_name="签", party=party, roles=[Role.OFFICE_SIGNER]
    )
    client = Client()
    client.force_login(user)
    assert re.search(r'href="/office/"\s+aria-current="page"', text_of(client.get("/office/indicators/listings/")))
