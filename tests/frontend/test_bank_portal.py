"""The institution's portal: today, inbox, answers up to the money, pool, products; and who may not."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common import clock
from enterprises.services import consent_withdraw, need_register
from matching.cases.referrals import referral_create
from matching.models import Financing, FirstLoanClaim, Referral
from products.models import ProductVersion
from tests.frontend.conftest import WRITES, text_of
from tests.matching.chain import NEED, make_chain


@pytest.fixture
def chain(db):
    return make_chain()


@pytest.fixture
def referral(chain):
    """The firm has chosen bank 0."""
    version = chain.product(0)
    chain.consent(0)
    return referral_create(
        actor=chain.firm_user, need=chain.need, institution=chain.banks[0], version=version, channel="chosen"
    )


@pytest.fixture
def as_bank(client, chain):
    client.force_login(chain.bankers[0])
    return client


@pytest.fixture
def desk(as_bank, referral):
    """Press one button of the referral's page."""

    def press(action, **given):
        return as_bank.post(f"/desk/referrals/{referral.code}/", {"action": action, **given})

    return press


def money(**given):
    today = clock.today().isoformat()
    return {"serial": "S-1", "amount": "300", "disbursed_on": today, "credit_kind": "流动资金贷款", **given}


def test_today_states_what_waits(as_bank, referral):
    page = text_of(as_bank.get("/desk/"))
    assert "今天有 1 件要办" in page
    assert "链上新材料有限公司" in page
    assert "还有 1 个工作日" in page


def test_an_overdue_referral_is_late_in_words_and_colour(as_bank, referral, monkeypatch):
    Referral.objects.update(due_on=clock.today().replace(year=clock.today().year - 1, day=1))
    page = text_of(as_bank.get("/desk/inbox/"))
    assert 'class="day-card late"' in page
    assert '<span class="tag clay">已逾期 20 个工作日以上</span>' in page


def test_the_inbox_has_a_tab_for_every_state(as_bank, desk, referral):
    assert referral.code in text_of(as_bank.get("/desk/inbox/"))
    desk("advance", to="accepted")
    assert "这一栏是空的" in text_of(as_bank.get("/desk/inbox/", {"tab": "pending"}))
    assert referral.code in text_of(as_bank.get("/desk/inbox/", {"tab": "doing"}))
    desk("pause", reason="审计报告")
    assert "等企业补材料，计时已停" in text_of(as_bank.get("/desk/inbox/", {"tab": "waiting"}))
    desk("resume")
    desk("refuse", reason="term", note="")
    assert referral.code in text_of(as_bank.get("/desk/inbox/", {"tab": "closed"}))
    assert as_bank.get("/desk/inbox/", {"tab": "nothing"}).status_code == 404


def test_the_journey_from_consent_to_money_and_back_to_the_firm(as_bank, desk, referral, chain):
    page = text_of(as_bank.get(f"/desk/referrals/{referral.code}/"))
    assert "申请时的逐条对照" in page
    assert "300 <small>万元" in page
    for state in ("accepted", "contacted", "diligence"):
        assert desk("advance", to=state).status_code == 302
    wrong = desk("approve", approved_amount="三百")
    assert wrong.status_code == 422
    assert 'value="三百"' in text_of(wrong)
    desk("approve", approved_amount="300")
    desk("advance", to="signed")
    address = f"/desk/referrals/{referral.code}/financing/"
    assert 'value="300"' in text_of(as_bank.get(address))
    claim = {"claimed": "on", "credit_query_on": clock.today().isoformat(), "operator": "周查询", "found_none": "on"}
    assert as_bank.post(address, money(**claim))["Location"] == f"/desk/referrals/{referral.code}/"
    referral.refresh_from_db()
    financing = Financing.objects.get()
    assert (referral.state, financing.amount, financing.party) == ("disbursed", 3_000_000, chain.firm)
    assert (FirstLoanClaim.objects.get().state, FirstLoanClaim.objects.get().prior_credit_kinds) == ("declared", [])
    assert "首贷：银行已申报" in text_of(as_bank.get(f"/desk/referrals/{referral.code}/"))
    firm = Client()
    firm.force_login(chain.firm_user)
    assert "已放款" in text_of(firm.get("/me/needs/NC1/"))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"serial": ""}, "业务流水号：必填"),
        ({"amount": "很多"}, "不是数字"),
        ({"disbursed_on": "2999-01-01"}, "日期应在"),
        ({"claimed": "on"}, "申报首贷须填写征信查询日期"),
        (
            {"claimed": "on", "credit_query_on": "2024-01-01", "operator": "周", "found_none": ""},
            "请二选一",
        ),
        ({"due_on": "2001-01-01"}, "到期日早于发放日期"),
    ],
)
def test_wrong_money_is_named_twice_and_nothing_is_written(as_bank, desk, referral, given, words):
    desk("advance", to="accepted")
    response = as_bank.post(f"/desk/referrals/{referral.code}/financing/", money(**given))
    page = text_of(response)
    assert response.status_code == 422
    assert words in page
    assert 'value="流动资金贷款"' in page
    assert not Financing.objects.exists()


def test_a_serial_used_before_is_refused_beside_its_field(as_bank, desk, referral):
    desk("advance", to="accepted")
    address = f"/desk/referrals/{referral.code}/financing/"
    as_bank.post(address, money())
    response = as_bank.post(address, money(amount="400"))
    assert response.status_code == 422
    assert text_of(response).count("请先冲正") >= 2
    assert Financing.objects.count() == 1


def test_a_claim_that_is_refused_takes_the_money_with_it(as_bank, desk, referral):
    desk("advance", to="accepted")
    claim = {"claimed": "on", "credit_query_on": clock.today().isoformat(), "operator": "周", "found_none": "on"}
    response = as_bank.post(f"/desk/referrals/{referral.code}/financing/", money(disbursed_on="2024-01-02", **claim))
    assert response.status_code == 422
    assert "征信查询日期应不晚于放款日期" in text_of(response)
    assert not Financing.objects.exists()


def test_a_refusal_needs_its_reason_and_keeps_what_was_typed(desk, referral):
    response = desk("refuse", reason="", note="写了一半")
    page = text_of(response)
    assert response.status_code == 422
    assert page.count("请选择拒绝原因") >= 2
    assert 'value="写了一半"' in page
    assert desk("refuse", reason="other").status_code == 422
    referral.refresh_from_db()
    assert referral.state == "pending"


def test_a_stale_page_shows_what_happened_instead(desk, referral):
    desk("advance", to="accepted")
    response = desk("advance", to="accepted")
    assert response.status_code == 409
    assert "内容已变化" in text_of(response)
    assert "记为“已联系”" in text_of(response)
    assert desk("destroy").status_code == 404


def test_after_withdrawal_the_bank_sees_bands_and_no_name(as_bank, referral, chain):
    consent_withdraw(actor=chain.firm_user, consent=chain.need.consents.get())
    for address in ("/desk/", "/desk/inbox/", f"/desk/referrals/{referral.code}/"):
        page = text_of(as_bank.get(address))
        assert "链上新材料" not in page, address
        assert "300 <small>万元" not in page
    assert "100～500万元" in page
    assert "申请时的逐条对照" not in page
    assert as_bank.get(f"/desk/referrals/{referral.code}/financing/").status_code == 403


def test_the_pool_is_masked_and_grabbed_once(as_bank, chain):
    page = text_of(as_bank.get("/desk/pool/"))
    assert "100～500万元" in page
    assert "链上新材料" not in page
    as_bank.post("/desk/pool/NC1/grab/")
    referral = Referral.objects.get()
    assert (referral.channel, referral.institution) == ("grabbed", chain.banks[0])
    assert "抢单池现在是空的" in text_of(as_bank.get("/desk/pool/"))
    assert "未授权的需求 NC1" in text_of(as_bank.get("/desk/inbox/", {"tab": "waiting"}))
    assert as_bank.post("/desk/pool/NC1/grab/").status_code == 409
    assert as_bank.post("/desk/pool/NONE/grab/").status_code == 404


def test_a_product_goes_from_draft_by_two_persons_to_the_shelf(as_bank, chain):
    wrong = as_bank.post("/desk/products/new/", {"name": "新科贷", "amount_max": "一千", "category": "贷"})
    assert wrong.status_code == 422
    assert 'value="一千"' in text_of(wrong)
    given = {
        "category": "贷",
        "name": "新科贷",
        "amount_max": "1000",
        "rate_min_bp": "3.45",
        "guarantee_methods": ["信用"],
        "required_tags": "高新技术企业",
    }
    address = as_bank.post("/desk/products/new/", given)["Location"]
    version = ProductVersion.objects.get()
    assert (version.amount_max, version.rate_min_bp, version.required_tags) == (10_000_000, 345, ["高新技术企业"])
    assert 'value="3.45"' in text_of(as_bank.get(f"{address}edit/"))
    as_bank.post(f"{address}edit/", {**given, "amount_max": "800"})
    # Who makes never approves, in whatever state the version is.
    assert as_bank.post(address, {"action": "approve", "number": "1"}).status_code == 403
    as_bank.post(address, {"action": "submit", "number": "1"})
    checker = Client()
    checker.force_login(chain.checkers[0])
    assert "等我复核的产品" in text_of(checker.get("/desk/"))
    assert checker.post(address, {"action": "send_back", "number": "1"}).status_code == 422
    checker.post(address, {"action": "approve", "number": "1"})
    version.refresh_from_db()
    assert (version.state, version.amount_max, version.approved_by) == ("listed", 8_000_000, chain.checkers[0])
    ProductVersion.objects.update(confirmed_on="2020-01-01")
    assert "未按期确认" in text_of(as_bank.get("/desk/products/"))
    as_bank.post(address, {"action": "confirm", "number": "1"})
    assert "未按期确认</span>" not in text_of(as_bank.get("/desk/products/"))
    as_bank.post(f"{address}edit/", {**given, "name": "新科贷二版"})
    assert "第 2 版" in text_of(as_bank.get(address))
    as_bank.post(address, {"action": "suspend", "number": "1", "reason": "额度用完"})
    version.refresh_from_db()
    assert version.state == "suspended"


def test_another_bank_finds_nothing(client, referral, chain):
    client.force_login(chain.bankers[1])
    for address in (
        f"/desk/referrals/{referral.code}/",
        f"/desk/referrals/{referral.code}/financing/",
        f"/referrals/{referral.code}/",
        "/desk/products/T-00/",
        "/desk/products/T-00/edit/",
    ):
        assert client.get(address).status_code == 404, address
    accept = {"action": "advance", "to": "accepted"}
    assert client.post(f"/desk/referrals/{referral.code}/", accept).status_code == 404
    assert client.post("/desk/products/T-00/", {"action": "suspend", "number": "1", "reason": "x"}).status_code == 404
    assert referral.code not in text_of(client.get("/desk/inbox/"))


PAGES = ("/desk/", "/desk/inbox/", "/desk/pool/", "/desk/products/")


@pytest.mark.parametrize("address", PAGES)
def test_desk_pages_refuse_visitors_and_firms_and_write_nothing(client, referral, chain, address):
    assert Client().get(address)["Location"] == f"/login/?next={address}"
    client.force_login(chain.firm_user)
    refused = client.get(address)
    assert refused.status_code == 403
    assert "请用机构账号登录" in text_of(refused)
    client.force_login(chain.bankers[0])
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
        assert client.get(f"/desk/referrals/{referral.code}/").status_code == 200
    assert [query["sql"] for query in captured if query["sql"].startswith(WRITES)] == []


@pytest.mark.parametrize("address", PAGES)
def test_questions_do_not_grow_with_referrals_or_products(as_bank, referral, chain, address):
    def asked():
        with CaptureQueriesContext(connection) as captured:
            as_bank.get(address)
        return len(captured)

    other = need_register(actor=chain.firm_user, party=chain.firm, **NEED)  # the pool is not empty
    as_bank.get(address)
    before = asked()
    for _ in range(3):
        need = need_register(actor=chain.firm_user, party=chain.firm, **NEED)
        chain.need = need
        chain.consent(0)
        referral_create(actor=chain.firm_user, need=need, institution=chain.banks[0], channel="chosen")
        need_register(actor=chain.firm_user, party=chain.firm, **NEED)
    as_bank.post("/desk/products/new/", {"category": "贷", "name": "又一个"})
    as_bank.get(address)
    assert asked() == before
    assert other.state == "open"


def test_a_message_leads_the_bank_to_its_own_page(as_bank, referral):
    assert as_bank.get(f"/referrals/{referral.code}/")["Location"] == f"/desk/referrals/{referral.code}/"
    assert re.search(rf'href="/referrals/{referral.code}/"', text_of(as_bank.get("/messages/")))
