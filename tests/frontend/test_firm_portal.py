"""The firm's portal: today, drafts, applying with consent, following, withdrawing; and who may not."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Grant, Role
from accounts.services import notify
from enterprises.models import Consent, Need
from enterprises.services import need_register
from matching.cases.referrals import referral_advance, referral_grab, referral_pause, referral_refuse
from matching.models import Referral
from tests.frontend.conftest import WRITES, text_of
from tests.matching.chain import NEED, make_chain


@pytest.fixture
def chain(db):
    return make_chain()


@pytest.fixture
def as_chain(client, chain):
    client.force_login(chain.firm_user)
    return client


@pytest.fixture
def applied(as_chain, chain):
    """The firm's application to bank 0."""
    chain.product(0)
    as_chain.post("/me/needs/NC1/apply/", {"product": "T-00", "agreed": "yes"})
    return Referral.objects.get()


def test_today_opens_on_what_the_firm_must_do(as_chain, chain):
    page = text_of(as_chain.get("/me/"))
    assert "今天有 1 件事要办" in page
    assert "需求 NC1 还没有机构在办" in page
    assert 'href="/me/needs/NC1/"' in page


def test_a_firm_without_anything_is_led_to_register_a_need(as_firm):
    page = text_of(as_firm.get("/me/"))
    assert "今天没有要办的事" in page
    assert "还没有登记需求" in page


def test_a_draft_is_kept_without_a_kind_and_submitted_later(as_chain, chain):
    kept = as_chain.post("/me/needs/new/", {"amount": "500", "save": "draft"})
    draft = Need.objects.get(state=Need.State.DRAFT)
    assert kept["Location"] == f"/me/needs/{draft.code}/edit/"
    assert (draft.amount, draft.kinds) == (5_000_000, [])
    assert 'value="500"' in text_of(as_chain.get(f"/me/needs/{draft.code}/edit/"))
    assert f"需求 {draft.code} 还没有提交" in text_of(as_chain.get("/me/"))
    refused = as_chain.post(f"/me/needs/{draft.code}/edit/", {"amount": "600"})
    assert refused.status_code == 422
    assert 'value="600"' in text_of(refused)
    as_chain.post(f"/me/needs/{draft.code}/edit/", {"amount": "600", "kinds": ["贷"]})
    draft.refresh_from_db()
    assert (draft.state, draft.amount) == (Need.State.OPEN, 6_000_000)


def test_consent_is_off_by_default_and_says_who_sees_what_until_when(as_chain, chain):
    chain.product(0)
    page = text_of(as_chain.get("/me/needs/NC1/apply/", {"product": "T-00"}))
    box = re.search(r'<input type="checkbox" id="id_agreed"[^>]*>', page)[0]
    assert "checked" not in box
    for words in ("接收方：第一测试银行", "可见内容", "180 天", "撤回", "不是征信查询授权"):
        assert words in page
    response = as_chain.post("/me/needs/NC1/apply/", {"product": "T-00"})
    assert response.status_code == 422
    assert text_of(response).count("请先勾选同意") >= 2
    assert not Consent.objects.exists()
    assert not Referral.objects.exists()


def test_applying_gives_one_consent_and_one_referral(applied, as_chain, chain):
    assert (applied.institution, applied.need, applied.channel) == (chain.banks[0], chain.need, "chosen")
    assert list(Consent.objects.values_list("institution", flat=True)) == [chain.banks[0].pk]
    page = text_of(as_chain.get("/me/needs/NC1/"))
    assert "第一测试银行" in page
    assert "待响应" in page
    assert applied.due_on.isoformat() in page
    assert "已经在办这条需求" in text_of(as_chain.get("/me/needs/NC1/apply/", {"product": "T-00"}))
    assert as_chain.post("/me/needs/NC1/apply/", {"product": "T-00", "agreed": "yes"}).status_code == 409


def test_a_reference_product_cannot_be_applied_for(as_chain, chain, shelf):
    assert as_chain.get("/me/needs/NC1/apply/", {"product": "D001"}).status_code == 404
    assert as_chain.post("/me/needs/NC1/apply/", {"product": "D001", "agreed": "yes"}).status_code == 404
    page = text_of(as_chain.get("/products/D001/", {"need": "NC1"}))
    assert "向这家机构申请" not in page
    assert "不能在线申请" in page


def test_a_local_product_offers_to_apply_and_then_shows_progress(as_chain, chain):
    chain.product(0)
    page = text_of(as_chain.get("/products/T-00/", {"need": "NC1"}))
    assert re.search(r'primary"\s+href="/me/needs/NC1/apply/\?product=T-00">向这家机构申请', page)
    as_chain.post("/me/needs/NC1/apply/", {"product": "T-00", "agreed": "yes"})
    assert "看办理进度" in text_of(as_chain.get("/products/T-00/", {"need": "NC1"}))


def test_a_bank_that_asks_is_answered_on_a_page_of_its_own(as_chain, chain):
    referral = referral_grab(actor=chain.bankers[1], need_code="NC1", institution=chain.banks[1])
    assert "第二测试银行希望了解您的需求" in text_of(as_chain.get("/me/"))
    address = f"/me/referrals/{referral.code}/consent/"
    assert "接收方：第二测试银行" in text_of(as_chain.get(address))
    assert as_chain.post(address).status_code == 422
    as_chain.post(address, {"agreed": "yes"})
    referral.refresh_from_db()
    assert (referral.paused_since, referral.due_on is not None) == (None, True)
    assert Consent.objects.get().institution == chain.banks[1]
    assert as_chain.post(address, {"agreed": "yes"}).status_code == 409


def test_material_owed_is_shown_and_reported_as_supplied(applied, as_chain, chain):
    referral_advance(actor=chain.bankers[0], referral=applied, to="accepted")
    referral_pause(actor=chain.bankers[0], referral=applied, reason="近两年审计报告")
    assert "近两年审计报告" in text_of(as_chain.get("/me/"))
    assert "材料已补" in text_of(as_chain.get("/me/needs/NC1/"))
    as_chain.post(f"/me/referrals/{applied.code}/supplied/")
    applied.refresh_from_db()
    assert applied.paused_since is None


def test_a_refusal_says_why_and_the_way_on(applied, as_chain, chain):
    referral_refuse(actor=chain.bankers[0], referral=applied, reason="term", note="最长 6 个月")
    page = text_of(as_chain.get("/me/needs/NC1/"))
    assert "未能承接：期限不匹配。最长 6 个月" in page
    assert "另选产品" in page


def test_withdrawing_an_application_asks_first(applied, as_chain):
    address = f"/me/referrals/{applied.code}/withdraw/"
    assert "撤回给" in text_of(as_chain.get(address))
    applied.refresh_from_db()
    assert applied.state == "pending"
    as_chain.post(address)
    applied.refresh_from_db()
    assert applied.state == "withdrawn"
    assert as_chain.get(address).status_code == 409
    assert as_chain.post(address).status_code == 409


def test_a_consent_is_withdrawn_with_one_press_and_one_question(applied, as_chain):
    consent = Consent.objects.get()
    address = f"/me/consents/{consent.pk}/withdraw/"
    assert f'href="{address}"' in text_of(as_chain.get("/me/consents/"))
    assert "马上生效" in text_of(as_chain.get(address))
    assert Grant.objects.filter(ended_at=None).count() == 1
    as_chain.post(address)
    assert not Grant.objects.filter(ended_at=None).exists()
    assert "已撤回" in text_of(as_chain.get("/me/consents/"))
    assert as_chain.post(address).status_code == 409


def test_messages_lead_to_the_need_and_are_read_by_post_only(applied, as_chain, chain):
    referral_advance(actor=chain.bankers[0], referral=applied, to="accepted")
    page = text_of(as_chain.get("/messages/"))
    assert f'href="/referrals/{applied.code}/"' in page
    assert "未读" in page
    assert as_chain.get("/messages/read/").status_code == 405
    assert as_chain.get(f"/referrals/{applied.code}/")["Location"] == "/me/needs/NC1/"
    as_chain.post("/messages/read/")
    assert "未读" not in text_of(as_chain.get("/messages/"))


def test_another_firm_finds_nothing(applied, client, chain, register):
    consent = Consent.objects.get()
    client.force_login(register("stranger", Role.FIRM, kind="enterprise"))
    for address in (
        "/me/needs/NC1/",
        "/me/needs/NC1/apply/?product=T-00",
        f"/me/referrals/{applied.code}/withdraw/",
        f"/me/referrals/{applied.code}/consent/",
        f"/me/consents/{consent.pk}/withdraw/",
        "/me/consents/abc/withdraw/",
        f"/referrals/{applied.code}/",
    ):
        assert client.get(address).status_code == 404, address
    assert client.post("/me/needs/NC1/apply/", {"product": "T-00", "agreed": "yes"}).status_code == 404
    assert client.post(f"/me/referrals/{applied.code}/supplied/").status_code == 404
    assert client.post(f"/me/consents/{consent.pk}/withdraw/").status_code == 404


PAGES = ("/me/", "/me/needs/", "/me/needs/NC1/", "/me/consents/", "/messages/")


@pytest.mark.parametrize("address", PAGES)
def test_pages_refuse_visitors_and_staff_and_write_nothing(applied, client, as_chain, as_office, chain, address):
    assert Client().get(address)["Location"] == f"/login/?next={address}"
    if address != "/messages/":
        assert as_office.get(address).status_code == 403
    client.force_login(chain.firm_user)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    assert [query["sql"] for query in captured if query["sql"].startswith(WRITES)] == []


@pytest.mark.parametrize("address", PAGES)
def test_questions_do_not_grow_with_needs_banks_or_messages(applied, as_chain, chain, address):
    notify(users=[chain.firm_user], key="k0", title="第一条消息")

    def asked():
        with CaptureQueriesContext(connection) as captured:
            as_chain.get(address)
        return len(captured)

    as_chain.get(address)
    before = asked()
    for number in (1, 2):
        chain.product(number)
        as_chain.post("/me/needs/NC1/apply/", {"product": f"T-0{number}", "agreed": "yes"})
        need_register(actor=chain.firm_user, party=chain.firm, **NEED)
        notify(users=[chain.firm_user], key=f"k{number}", title="一条消息")
    as_chain.get(address)  # shows the flash messages once
    assert asked() == before
