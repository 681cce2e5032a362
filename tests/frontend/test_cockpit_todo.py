"""待我办, the small city of a few records, and a plan that nothing was recorded for yet."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command

from accounts.models import Party, Role
from common import clock
from enterprises.selectors.banners import NO_BANNER, banners_of
from enterprises.services import facts_declare, whitelist_exit, whitelist_publish
from frontend.cockpit import balance_chart, first_loan_map, funnel_chart, goal_tiles
from frontend.todo import todos
from ledger.board import board, late_measures, next_report
from ledger.quarters import parse
from ledger.selectors import current_plan
from matching.cases.first_loans import first_loan_confirm, first_loan_verify
from matching.cases.referrals import referral_create
from matching.cases.selectors_funnel import FunnelCounts
from talents.services import officer_appoint
from tests.frontend.conftest import text_of
from tests.matching.chain import make_chain, staff
from tests.matching.money import bank, claim, clerk, definition, lend, person, signer

__all__ = ["bank", "clerk", "definition", "lend", "person", "signer"]
IN_PLAN = date(2024, 9, 27)


@pytest.fixture
def plan(db):
    call_command("load_plan", verbosity=0)
    return current_plan()


@pytest.fixture(autouse=True)
def on_a_day():
    with clock.at(IN_PLAN):
        yield


def titles(user, plan):
    return {item.title: item for item in todos(user, plan)}


def test_the_ledger_is_due_with_the_working_days_left(plan, clerk):
    item = titles(clerk, plan)["报送2024年第三季度台账"]
    assert item.due == "还有 7 个工作日"
    assert "2024-10-12" in item.fact
    with clock.at(date(2024, 10, 12)):
        assert titles(clerk, plan)["报送2024年第三季度台账"].due == "今天截止"
    with clock.at(date(2024, 10, 13)):
        assert "报送2024年第四季度台账" in titles(clerk, plan)
    with clock.at(date(2026, 1, 8)):
        assert next_report(plan).quarter == parse("2025Q4")
    with clock.at(date(2026, 1, 9)):
        assert next_report(plan) is None


def test_a_deadline_past_without_its_record_is_named_first_and_late(plan, clerk):
    late = late_measures(plan)
    assert [item.number for item in late][:1] == [2]
    first = todos(clerk, plan)[0]
    assert first.tone == "clay"
    assert first.title.startswith("第 2 项没有完成记录，另有 ")
    assert first.fact == "建立科创企业“白名单”"


def test_a_lead_unit_is_told_of_its_own_measures_only(plan, person):
    unit = plan.measures.get(number=4).units.get(wording="市国资委").party
    mine = todos(person("sasac", unit, Role.LEAD_UNIT), plan)
    assert next(item.title for item in mine if item.tone == "clay").startswith("第 4 项")
    nobody = person("nobody", None, Role.LEAD_UNIT)
    assert [item for item in todos(nobody, plan) if item.tone == "clay"] == []


def test_lists_wait_until_they_are_worked_off(plan, client):
    chain = make_chain()
    whitelist_publish(
        actor=chain.system,
        code="2024-1",
        department=chain.office.party,
        published_on=IN_PLAN,
        basis_doc="鄂科发1号",
        parties=[chain.firm],
    )
    whitelist_exit(actor=chain.system, party=chain.firm, exit_on=IN_PLAN + timedelta(days=9), reason="迁出本市")
    chain.product(0)
    user, until = staff(chain.system, "officer", chain.banks[2], Role.OFFICER), IN_PLAN + timedelta(days=20)
    officer = officer_appoint(
        actor=chain.system, user=user, employer=chain.banks[2], capacity=30, since=date(2020, 1, 1), until=until
    )
    client.force_login(chain.office)
    found = titles(chain.office, plan)
    assert {"1 户还没有特派员", "1 名特派员聘期将满", "1 户将退出白名单"} <= set(found)
    assert found["1 名特派员聘期将满"].due == "10 月 17 日"
    for name, words in (("officers", chain.firm.name), ("roster", officer.employer.name), ("exits", "迁出本市")):
        assert words in text_of(client.get(f"/office/waiting/{name}/"))
    for name in ("referrals", "products"):
        assert "都办完了" in text_of(client.get(f"/office/waiting/{name}/"))
    with clock.at(date(2025, 4, 1)):
        # Half a year later nobody is still logged in.
        client.force_login(chain.office)
        assert "1 款产品未按期确认" in titles(chain.office, plan)
        assert "科创通0" in text_of(client.get("/office/waiting/products/"))


def test_an_overdue_referral_is_listed_with_its_institution(plan, client):
    chain = make_chain()
    chain.consent()
    row = referral_create(actor=chain.firm_user, need=chain.need, institution=chain.banks[0], channel="chosen")
    with clock.at(row.due_on + timedelta(days=1)):
        client.force_login(chain.office)
        assert "超期派单 1 件" in titles(chain.office, plan)
        assert chain.banks[0].name in text_of(client.get("/office/waiting/referrals/"))


def test_a_plan_without_records_shows_no_nought(plan, client, clerk):
    client.force_login(clerk)
    page = text_of(client.get("/office/"))
    assert "还没有可以计算的记录" in page
    assert "所以不显示 0" in page
    assert page.count('<span class="none">暂不能算</span>') == 11
    assert "没有报送余额" in page
    assert "没有放款额记录" in page
    shown = board(plan, parse("2024Q3"))
    assert shown.empty
    assert balance_chart(shown) is None
    assert first_loan_map(shown, {2}) is None
    indicator = text_of(client.get("/office/indicators/listings/"))
    assert "这一期没有记录" in indicator
    assert "零报告" in indicator


def test_without_a_plan_the_page_says_what_to_do(client, clerk):
    client.force_login(clerk)
    response = client.get("/office/")
    assert response.status_code == 404
    assert "load_plan" in text_of(response)


def test_counts_are_held_against_time_and_rates_against_their_target(plan):
    tiles = {tile.item.declared.code: tile for tile in goal_tiles(board(plan, parse("2024Q2")))}
    kinds = {code: tile.meter.tick_kind if tile.meter else "" for code, tile in tiles.items()}
    assert {code for code, kind in kinds.items() if kind == "target"} == {"loan-growth", "first-loan-growth"}
    assert {code for code, kind in kinds.items() if not kind} == {"loan-access-rate", "first-loan-rate"}
    assert 49 < tiles["matching-events"].goal.elapsed < 51
    assert 62 < tiles["listings"].goal.elapsed < 63


def test_reasons_of_the_weakest_step_hide_few_cases():
    counts = FunnelCounts(100, 80, 60, 50, 10, 9, {"担保不足": 21, "征信或负债原因": 9, "期限不匹配": 3})
    note = funnel_chart(counts).note
    assert "已授信转化最低（20%）：担保不足 21 件" in note
    assert "期限不匹配" not in note
    assert "征信或负债原因" not in note
    assert "少于 5 件的原因不单列" in note
    assert funnel_chart(FunnelCounts(0, 0, 0, 0, 0, 0, {})) is None


def test_the_map_hides_few_from_those_who_may_not_read_records(
    plan, actor, firm, firm_user, lend, definition, clerk, signer
):
    facts_declare(actor=firm_user, party=firm, values={"region": "东胜区"})
    department = Party.objects.filter(kind=Party.Kind.DEPARTMENT).order_by("pk").first()
    whitelist_publish(
        actor=actor, code="甲", department=department, published_on=date(2023, 1, 1), basis_doc="测试", parties=[firm]
    )
    row = claim(actor, lend())
    first_loan_verify(actor=clerk, claim=row)
    first_loan_confirm(actor=signer, claim=row)
    shown = board(plan, parse("2023Q1"))
    assert {tile.place: tile.value for tile in first_loan_map(shown, {2}).tiles}["东胜区"] == 1
    # Who leads another measure reads no records of this one.
    hidden = first_loan_map(shown, {1})
    assert [tile.place for tile in hidden.tiles if tile.hidden] == ["东胜区"]


def test_a_banner_known_late_counts_for_what_happened_before(firm, firm_user):
    assert banners_of([firm.pk], date(2020, 1, 1)) == {}
    facts_declare(actor=firm_user, party=firm, values={"region": "康巴什区"})
    assert banners_of([firm.pk], date(2020, 1, 1)) == {firm.pk: "康巴什区"}
    assert NO_BANNER not in banners_of([firm.pk], IN_PLAN).values()
