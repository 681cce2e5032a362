"""The officer's portal: the day by party, all parties with filters, one case, the quick log, dispatch and advice."""

import re
from datetime import timedelta

import pytest

from accounts.models import Notification
from accounts.services import party_register
from common import clock
from enterprises.services import consent_give, contact_record
from matching.cases.liaison import liaison_assign, service_log_write
from matching.cases.selectors_liaison import cases_of
from matching.models import Referral, ServiceLog
from products.content import VersionContent
from products.services import approve, draft_create, institution_register, submit_for_review
from talents.models import LiaisonOfficer
from tests.frontend.conftest import text_of
from tests.frontend.test_officer_and_desk import officer_user
from tests.matching.chain import staff
from tests.matching.money import bank, other_firm

__all__ = ["bank", "officer_user"]


@pytest.fixture
def as_officer(client, officer_user):
    client.force_login(officer_user)
    return client


@pytest.fixture
def on_offer(actor):
    """A listed local loan of a bank that serves the city."""
    lender = institution_register(actor=actor, name="测试城商行", kind="银行", local=True)
    maker, checker = (staff(actor, f"lender-{role}", lender, role) for role in ("bank_maker", "bank_checker"))
    content = VersionContent(name="城商科创贷", amount_max=10_000_000)
    draft = draft_create(actor=maker, institution=lender, category="贷", content=content, code="CS01")
    return approve(actor=checker, version=submit_for_review(actor=maker, version=draft))


def wrote(officer_user, party, **given):
    content = {"happened_on": clock.today(), "way": "phone", "content": "电话了解", "client_key": "k1"} | given
    return service_log_write(actor=officer_user, party=party, **content)


def test_a_party_is_one_card_with_its_most_urgent_step_and_the_rest_below(as_officer, officer_user, firm, need):
    day = clock.today() - timedelta(days=2)
    wrote(officer_user, firm, happened_on=day - timedelta(days=3), next_step="催报表", next_on=day)
    page = text_of(as_officer.get("/officer/"))
    assert "今天有 1 户要办" in page
    assert page.count("case-card is-") == page.count("case-card is-overdue") == 1
    assert re.search(r"下一步</span>催报表.*另有 1 件：需求 \S+（贷）尚未派出", page)
    assert "tel:" not in page


def test_the_telephone_can_be_asked_for_where_one_is_registered(as_officer, firm_user, firm, need):
    contact_record(actor=firm_user, party=firm, name="赵经办", phone="0477-0000001")
    for page in ("/officer/", f"/officer/cases/{firm.uscc}/"):
        shown = text_of(as_officer.get(page))
        assert "0477-0000001" not in shown
        assert f'href="/contacts/{firm.uscc}/"' in shown


def test_all_parties_are_narrowed_by_banner_state_and_whom_they_wait_for(as_officer, actor, officer_user, known_firm):
    other = other_firm(actor)
    liaison_assign(actor=actor, party=other, officer=LiaisonOfficer.objects.get(user=officer_user))
    page = text_of(as_officer.get("/officer/cases/"))
    assert known_firm.name in page
    assert other.name in page
    assert "上限 5 户" in page
    for query, shown in (
        ("banner=东胜区", True),
        ("banner=未说明", False),
        ("stage=idle", True),
        ("waits=bank", False),
    ):
        assert (known_firm.name in text_of(as_officer.get(f"/officer/cases/?{query}"))) is shown
    assert "没有符合条件的户" in text_of(as_officer.get("/officer/cases/?stage=paid"))


def test_ticks_alone_make_an_entry_and_a_step_in_three_working_days(as_officer, firm):
    page = text_of(as_officer.get("/officer/log/"))
    key = re.search(r'name="client_key" value="([0-9a-f]+)"', page).group(1)
    data = {"party": firm.uscc, "way": "visit", "topics": ["讲解产品和政策", "放款后回访"], "client_key": key}
    data |= {"happened_on": clock.today().isoformat(), "next_step": "送资料", "next_in": "3"}
    response = as_officer.post("/officer/log/", data)
    assert (response.status_code, response["Location"]) == (302, f"/officer/cases/{firm.uscc}/")
    log = ServiceLog.objects.get()
    assert (log.content, log.next_step) == ("讲解产品和政策；放款后回访", "送资料")
    assert log.next_on > clock.today()


def test_the_quick_log_says_what_is_missing_and_keeps_the_ticks(as_officer, actor, firm):
    stranger = other_firm(actor)
    data = {"party": stranger.uscc, "topics": ["放款后回访"], "happened_on": "", "client_key": "k"}
    response = as_officer.post("/officer/log/", data)
    page = text_of(response)
    assert response.status_code == 422
    assert "这一户不由您服务" in page
    assert "请选择服务方式" in page
    assert re.search(r'value="放款后回访" checked', page)
    assert not ServiceLog.objects.exists()


def test_another_date_without_a_date_is_said(as_officer, firm):
    data = {"party": firm.uscc, "way": "phone", "topics": ["放款后回访"], "client_key": "k", "next_in": "date"}
    response = as_officer.post("/officer/log/", data | {"happened_on": clock.today().isoformat()})
    assert response.status_code == 422
    assert "请选一个日期" in text_of(response)


def test_the_case_offers_products_and_says_which_fact_opens_most(as_officer, firm, need, on_offer):
    page = text_of(as_officer.get(f"/officer/cases/{firm.uscc}/"))
    assert "城商科创贷" in page
    assert "建议申请" in page
    assert "派给本单位" in page
    assert "东胜区" in page


def test_advice_reaches_the_firm_once_a_day_and_leads_to_its_own_consent(as_officer, firm, firm_user, need, on_offer):
    address = f"/officer/cases/{firm.uscc}/offer/"
    for _ in range(2):
        as_officer.post(address, {"need": need.code, "product": "CS01", "action": "propose"})
    message = Notification.objects.get(user=firm_user, key__startswith="propose:")
    assert message.path == f"/me/needs/{need.code}/apply/?product=CS01"
    assert not Referral.objects.exists()


def test_dispatch_needs_the_firms_consent(as_officer, officer_user, firm, firm_user, need, on_offer):
    address = f"/officer/cases/{firm.uscc}/offer/"
    data = {"need": need.code, "product": "CS01", "action": "dispatch"}
    assert as_officer.post(address, data).status_code == 302
    assert "尚未授权" in text_of(as_officer.get(f"/officer/cases/{firm.uscc}/"))
    consent_give(actor=firm_user, need=need, institution=on_offer.product.institution)
    assert "派给这家" in text_of(as_officer.get(f"/officer/cases/{firm.uscc}/"))
    as_officer.post(address, data)
    referral = Referral.objects.get()
    assert (referral.channel, referral.created_by) == ("dispatched", officer_user)
    page = text_of(as_officer.get(f"/officer/cases/{firm.uscc}/"))
    assert "已派给测试城商行" in page
    assert "待响应" in page


def test_other_parties_needs_cannot_be_offered(as_officer, actor, firm, need, on_offer):
    stranger = other_firm(actor)
    data = {"need": need.code, "product": "CS01", "action": "dispatch"}
    assert as_officer.post(f"/officer/cases/{stranger.uscc}/offer/", data).status_code == 404
    assert as_officer.post(f"/officer/cases/{firm.uscc}/offer/", data | {"need": "N0"}).status_code == 404
    assert as_officer.post(f"/officer/cases/{firm.uscc}/offer/", data | {"product": "NO"}).status_code == 404


def test_pages_cost_the_same_for_many_parties(
    as_officer, actor, officer_user, firm, need, django_assert_max_num_queries
):
    officer = LiaisonOfficer.objects.get(user=officer_user)
    LiaisonOfficer.objects.filter(pk=officer.pk).update(capacity=50)
    for number in range(12):
        person = party_register(actor=actor, kind="person", name=f"人才{number}", talent_code=f"RC-{number}")
        liaison_assign(actor=actor, party=person, officer=officer)
    assert cases_of(officer).count() == 13
    for address in ("/officer/", "/officer/cases/", "/officer/log/"):
        with django_assert_max_num_queries(30):
            as_officer.get(address)
