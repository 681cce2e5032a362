"""A masked need says what kind of need it is and nothing that says whose."""

import json
from dataclasses import asdict
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Party, Role
from accounts.services import party_register, user_create
from common import clock
from enterprises.models import Fact
from enterprises.selectors import masked_need, open_pool
from enterprises.selectors.masked import amount_band, says_who, term_band
from enterprises.services import (
    Statement,
    consent_give,
    consent_withdraw,
    enterprise_register,
    facts_record,
    need_close,
    need_register,
    whitelist_publish,
)
from products.services import institution_register
from talents.services import talent_register, title_record
from tests.codes import credit_code

pytestmark = pytest.mark.django_db

DAY = date(2026, 1, 5)
CONTENT = {
    "kinds": ["贷", "保"],
    "amount": 3_141_592,
    "term_months": 17,
    "purpose": "为金丝雀项目备货",
    "guarantees": [],
}


@pytest.fixture
def bank(actor):
    return institution_register(actor=actor, name="河套测试银行", kind="银行")


@pytest.fixture
def canary(actor):
    """A firm whose every particular would give it away."""
    firm = enterprise_register(actor=actor, uscc=credit_code(7), name="鄂尔多斯市金丝雀新材料有限公司")
    facts = {
        "region": "蒙苏经济开发区",
        "industry": "新材料",
        "established_on": "2019-07-13",
        "employees": 4217,
        "revenue": 27_182_818,
        "tags": ["高新技术企业", "专精特新", "金丝雀示范企业"],
    }
    facts_record(
        actor=actor,
        party=firm,
        statements=[Statement(field, value, Fact.Source.IMPORTED, DAY) for field, value in facts.items()],
    )
    return firm


@pytest.fixture
def need(actor, canary):
    return need_register(actor=actor, party=canary, code="XQ-1", **CONTENT)


def test_a_masked_need_shows_bands_trade_banner_and_common_tags(need):
    masked = masked_need(need)
    assert asdict(masked) == {
        "code": "XQ-1",
        "kinds": ("贷", "保"),
        "amount_band": "100～500万元",
        "term_band": "1～3年",
        "industry": "新材料",
        "banner": "伊金霍洛旗",
        "tags": ("高新技术企业", "创新型中小企业", "专精特新"),
    }


def test_no_canary_leaks(need, canary, bank):
    for masked in (masked_need(need), *open_pool(bank)):
        shown = json.dumps(asdict(masked), ensure_ascii=False)
        for secret in (
            "金丝雀",
            canary.uscc,
            "3141592",
            "3,141,592",
            "314",
            "备货",
            "4217",
            "2718",
            "2019",
            "蒙苏",
            "17",
        ):
            assert secret not in shown


@pytest.mark.parametrize(
    "industry",
    ["金丝雀新材料", "鄂尔多斯市 金丝雀新材料有限公司", f"新材料{credit_code(7)}", "电话13900000000", "新材料" * 7],
)
def test_a_trade_that_says_who_is_not_shown(actor, canary, need, industry):
    statement = Statement("industry", industry, Fact.Source.IMPORTED, DAY)
    facts_record(actor=actor, party=canary, statements=[statement])
    assert masked_need(need).industry == "未说明"


def test_what_is_unknown_is_said_to_be_unknown(actor, firm):
    unsaid = {"kinds": ["贷"], "amount": None, "term_months": None, "purpose": "", "guarantees": None}
    masked = masked_need(need_register(actor=actor, party=firm, **unsaid))
    assert (masked.amount_band, masked.term_band) == ("未定", "未定")
    assert (masked.industry, masked.banner, masked.tags) == ("未说明", "未说明", ())


@pytest.mark.parametrize(
    ("amount", "band"),
    [
        (1, "100万元以下"),
        (999_999, "100万元以下"),
        (1_000_000, "100～500万元"),
        (5_000_000, "500～1,000万元"),
        (10_000_000, "1,000～3,000万元"),
        (29_999_999, "1,000～3,000万元"),
        (30_000_000, "3,000万元以上"),
        (None, "未定"),
    ],
)
def test_amount_bands(amount, band):
    assert amount_band(amount) == band


@pytest.mark.parametrize(
    ("months", "band"),
    [(6, "6个月以内"), (7, "6个月～1年"), (12, "6个月～1年"), (36, "1～3年"), (37, "3年以上"), (None, "未定")],
)
def test_term_bands(months, band):
    assert term_band(months) == band


def test_talents_and_list_members_are_marked_without_their_titles(actor, bank):
    person = talent_register(actor=actor, talent_code="RC001", name="孙人才", kind="person")
    title_record(actor=actor, party=person, title="天骄英才")
    department = party_register(actor=actor, kind=Party.Kind.DEPARTMENT, name="市测试局")
    whitelist_publish(
        actor=actor, code="B1", department=department, published_on=DAY, basis_doc="文件", parties=[person]
    )
    need = need_register(actor=actor, party=person, **CONTENT)
    with clock.at(date(2026, 6, 1)):
        assert masked_need(need).tags == ("人才", "白名单")


def test_the_pool_is_every_open_need_not_consented_newest_first(actor, bank, canary, firm, firm_user):
    with clock.at(DAY):
        older = need_register(actor=actor, party=canary, code="XQ-1", **CONTENT)
    own = need_register(actor=actor, party=firm, code="XQ-2", **CONTENT)
    closed = need_register(actor=actor, party=canary, code="XQ-3", **CONTENT)
    need_close(actor=actor, need=closed)
    assert [masked.code for masked in open_pool(bank)] == [own.code, older.code]
    consent = consent_give(actor=firm_user, need=own, institution=bank)
    assert [masked.code for masked in open_pool(bank)] == [older.code]
    consent_withdraw(actor=firm_user, consent=consent)
    assert [masked.code for masked in open_pool(bank)] == [own.code, older.code]


def test_a_need_whose_code_says_whose_it_is_stays_out_of_the_pool(actor, bank, canary):
    for number, code in enumerate((canary.uscc, f"xq-{canary.uscc.lower()}", "金丝雀新材料-贷款")):
        need_register(actor=actor, party=canary, code=f"{code}-{number}", **CONTENT)
    assert open_pool(bank) == []


def test_institutions_that_do_not_serve_the_city_have_no_pool(actor, need):
    away = institution_register(actor=actor, name="外地银行", kind="银行", local=False)
    assert open_pool(away) == []


def test_the_pool_takes_the_same_number_of_queries_for_any_number_of_needs(
    actor, bank, canary, need, django_assert_num_queries
):
    with CaptureQueriesContext(connection) as one:
        open_pool(bank)
    for number in range(20, 30):
        other = enterprise_register(actor=actor, uscc=credit_code(number), name=f"测试{number}号有限公司")
        need_register(actor=actor, party=other, **CONTENT)
    with django_assert_num_queries(len(one)):
        assert len(open_pool(bank)) == 11


def test_says_who_reads_names_in_any_spelling(canary):
    assert says_who("金丝雀新材料", canary)
    assert says_who("鄂尔多斯市金丝雀新材料（有限公司）", canary)
    assert not says_who("新材料", canary)
    assert not says_who("鄂尔多斯市", canary)


def test_a_bank_without_consent_reads_nothing_of_the_need_but_the_mask(actor, bank, need, client):
    banker = user_create(
        actor=actor, username="b", password="x", display_name="钱", party=bank, roles=[Role.BANK_MAKER]
    )
    client.force_login(banker)
    answer = client.get(f"/api/v1/needs/{need.code}/matches/")
    assert answer.status_code == 404
    assert "金丝雀" not in answer.content.decode()
