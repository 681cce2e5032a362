"""Facts, needs and matches of a firm."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common import outbox
from enterprises.models import Fact, Need
from enterprises.selectors import current_facts
from enterprises.services import need_register, talent_role_record
from frontend.templatetags.market import offer
from products.selectors import listed_versions
from talents.services import talent_register, title_record
from tests.frontend.conftest import text_of

GOOD_NEED = {"kinds": ["贷", "保"], "amount": "500", "term_months": "24", "purpose": "研发", "guarantees": ["信用"]}


def test_facts_show_value_source_date_and_where_to_get_it(as_firm, known_firm):
    page = text_of(as_firm.get("/me/facts/"))
    row = re.search(r"年营业收入</th>(.*?)</tr>", page)[1]
    assert "1,200 <small>万元" in row
    assert "自行申报" in row
    assert "上年度财务报表" in row


def test_an_unfilled_fact_stays_visibly_unknown(as_firm, known_firm):
    page = text_of(as_firm.get("/me/facts/"))
    assert "未填" in re.search(r"资产负债率</th>(.*?)</tr>", page)[1]
    assert "15 项中已填 5 项" in page
    assert "None" not in page


def test_titles_on_the_roster_are_shown_where_the_firm_stated_none(as_firm, known_firm, actor):
    talent = talent_register(actor=actor, talent_code="EED-0001", name="王某", kind="person")
    title_record(actor=actor, party=talent, title="天骄英才")
    talent_role_record(actor=actor, talent=talent, firm=known_firm, role="founder")
    row = re.search(r"人才称号</th>(.*?)</tr>", text_of(as_firm.get("/me/facts/")))[1]
    assert "未填" in row
    assert "名册记有：天骄英才，对照时已计入" in row


def test_saving_facts_records_what_changed(as_firm, known_firm):
    response = as_firm.post("/me/facts/edit/", {"revenue": "1500.5", "debt_ratio": "45.5", "region": "", "tags": "无"})
    assert response["Location"] == "/me/facts/"
    held = {field: fact.value for field, fact in current_facts(known_firm).items()}
    assert (held["revenue"], held["debt_ratio"], held["tags"]) == (15_005_000, 4550, [])
    assert "已保存 3 项资料" in text_of(as_firm.get("/me/facts/"))


def test_wrong_facts_are_named_twice_and_nothing_is_lost(as_firm, known_firm):
    typed = {"revenue": "一千万", "debt_ratio": "45", "established_on": "2030-02-31", "tax_grade": "Z"}
    before = Fact.objects.count()
    response = as_firm.post("/me/facts/edit/", typed)
    page = text_of(response)
    assert response.status_code == 422
    assert "有 3 处需要修改" in page
    assert "<title>错误：" in page
    for field, text in typed.items():
        assert re.search(rf'name="{field}"[^>]*(value="{text}"|>.*?value="{text}"\s+selected)', page), field
    message = re.search(r'href="#id_revenue">年营业收入：(.*?)</a>', page)[1]
    assert page.count(message) >= 2
    assert not message.startswith("年营业收入")
    assert Fact.objects.count() == before


def test_the_facts_form_reads_only_fields_of_the_catalogue(as_firm, known_firm):
    as_firm.post("/me/facts/edit/", {"party": "1", "on_whitelist": "是", "employees": "12"})
    assert not Fact.objects.filter(field__in=["party", "on_whitelist"]).exists()
    assert current_facts(known_firm)["employees"].value == 12


def test_a_firm_without_needs_is_led_to_register_one(as_firm, shelf):
    for address in ("/me/needs/", "/me/matches/"):
        page = text_of(as_firm.get(address))
        assert "还没有登记需求" in page
        assert 'href="/me/needs/new/"' in page


def test_registering_a_need_leads_to_its_matches(as_firm, firm, shelf):
    response = as_firm.post("/me/needs/new/", GOOD_NEED)
    need = Need.objects.get()
    assert response["Location"] == f"/me/matches/?need={need.code}"
    assert (need.party, need.amount, need.term_months, need.kinds) == (firm, 5_000_000, 24, ["贷", "保"])
    assert need.guarantees == ["信用"]


def test_a_page_sent_twice_is_one_need_and_a_changed_one_changes_it(as_firm, firm):
    page = {**GOOD_NEED, "offered": as_firm.get("/me/needs/new/").context["offered"]}
    assert as_firm.post("/me/needs/new/", page)["Location"] == as_firm.post("/me/needs/new/", page)["Location"]
    as_firm.post("/me/needs/new/", {**page, "amount": "600"})
    assert [need.amount for need in Need.objects.filter(party=firm)] == [6_000_000]
    # A code that we did not make is not taken; neither is another page's.
    as_firm.post("/me/needs/new/", {**page, "offered": "N20240101-AAAAAA"})
    as_firm.post("/me/needs/new/", {**page, "offered": as_firm.get("/me/needs/new/").context["offered"]})
    codes = set(Need.objects.filter(party=firm).values_list("code", flat=True))
    assert len(codes) == 3
    assert "N20240101-AAAAAA" not in codes


def test_what_is_left_open_in_a_need_stays_unknown(as_firm, firm):
    as_firm.post("/me/needs/new/", {"kinds": ["险"]})
    need = Need.objects.get()
    assert (need.amount, need.term_months, need.guarantees, need.needed_by) == (None, None, None, None)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("kinds", [], "请至少选一类"),
        ("kinds", ["当铺"], "没有“当铺”这一类"),
        ("amount", "五百", "不是数字"),
        ("amount", "0", "应大于 0"),
        ("amount", "1e999", "不是数字"),
        ("amount", "NaN", "不是数字"),
        ("amount", "-3", "不能小于"),
        ("term_months", "1.5", "小数位过多"),
        ("purpose", "长" * 201, "最多 200 个字"),
        ("guarantees", ["房子"], "没有“房子”这种担保"),
        ("needed_by", "2020-01-01", "不能早于今天"),
        ("needed_by", "明年", "不是有效日期"),
    ],
)
def test_a_wrong_need_keeps_what_was_typed(as_firm, firm, field, value, words):
    response = as_firm.post("/me/needs/new/", {**GOOD_NEED, field: value})
    page = text_of(response)
    assert response.status_code == 422
    assert page.count(words) >= 2
    assert Need.objects.count() == 0
    if field != "purpose":
        assert 'value="研发"' in page
    if isinstance(value, str):
        assert f'value="{value}"' in page


def test_a_need_is_changed_and_ended_by_its_owner(as_firm, need):
    form = text_of(as_firm.get(f"/me/needs/{need.code}/edit/"))
    assert 'value="500"' in form
    as_firm.post(f"/me/needs/{need.code}/edit/", {**GOOD_NEED, "amount": "80.5"})
    need.refresh_from_db()
    assert need.amount == 805_000
    assert as_firm.post(f"/me/needs/{need.code}/end/")["Location"] == "/me/needs/"
    need.refresh_from_db()
    assert need.state == Need.State.CLOSED
    assert as_firm.post(f"/me/needs/{need.code}/end/").status_code == 409


def test_a_need_of_another_firm_is_not_found(client, need, register):
    stranger = register("stranger", "firm", kind="enterprise")
    client.force_login(stranger)
    assert client.get(f"/me/needs/{need.code}/edit/").status_code == 404
    assert client.post(f"/me/needs/{need.code}/end/").status_code == 404
    assert client.get("/me/matches/", {"need": need.code}).status_code == 404


def test_matches_stand_in_three_groups_with_counts_and_reasons(as_firm, shelf, need):
    page = text_of(as_firm.get("/me/matches/"))
    counts = [int(found) for found in re.findall(r"<b>(\d+)<small>项</small></b>", page)]
    assert sum(counts) == 12
    assert page.index('id="satisfied"') < page.index('id="unknown"') < page.index('id="violated"')
    refused = page.split('id="violated"')[1]
    assert "适用地区要求成都市，您的是东胜区" in refused
    assert refused.count('class="match-row"') == counts[2]


def test_a_match_says_what_is_offered(as_firm, shelf, need):
    page = text_of(as_firm.get("/me/matches/"))
    offers = {offer(version) for version in listed_versions()}
    assert any("额度" in one and "期限" in one for one in offers)
    assert all(one in page for one in offers if "～" not in one)


def test_questions_do_not_grow_with_needs_or_products(as_firm, shelf, need, firm, firm_user, put_on_shelf):
    def asked(address):
        with CaptureQueriesContext(connection) as captured:
            as_firm.get(address)
        return len(captured)

    as_firm.get("/me/matches/")
    outbox.relay()
    before = asked("/me/needs/"), asked("/me/matches/")
    for number in range(4):
        need_register(
            actor=firm_user,
            party=firm,
            kinds=["贷"],
            amount=number + 1,
            term_months=6,
            purpose="",
            guarantees=None,
        )
    put_on_shelf({f"D{number:03d}" for number in range(30, 45)})
    assert (asked("/me/needs/"), asked("/me/matches/")) == before
