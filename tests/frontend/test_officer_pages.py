"""特派员 at the office: roster, proposal, hand-over, and the clean conflict, also when many assign at once."""

import threading

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Party, Role
from common import clock
from common.errors import NotAllowed
from enterprises.services import enterprise_register
from matching.cases.liaison import liaison_assign
from matching.cases.policies import served_parties
from matching.models import LiaisonAssignment
from talents.models import LiaisonOfficer
from talents.services import talent_register, team_bearer_set
from tests.codes import credit_code
from tests.frontend.conftest import text_of
from tests.matching.chain import FRIDAY, make_chain, staff

THREADS = 12


@pytest.fixture
def chain(db):
    with clock.at(FRIDAY):
        yield make_chain()


@pytest.fixture
def office(client, chain):
    client.force_login(chain.office)
    return client


def address(party):
    return f"/office/officers/parties/{party.code}/"


def test_the_roster_shows_load_and_who_is_without(office, chain):
    officer = chain.officer(capacity=1)
    liaison_assign(actor=chain.office, party=chain.firm, officer=officer)
    lonely = enterprise_register(actor=chain.system, uscc=credit_code(50), name="无人陪伴公司")
    page = text_of(office.get("/office/officers/"))
    assert all(word in page for word in ("1 / 1 户", "已满", lonely.name, "有 1 户还没有特派员"))
    assert "去掉全部条件" in text_of(office.get("/office/officers/?q=查无此名"))
    assert office.get("/office/officers/?banner=火星").status_code == 404


def test_the_officer_with_most_room_is_chosen_beforehand_and_the_rule_is_said(office, chain):
    chain.officer("small", 2)
    large = chain.officer("large", 20)
    page = text_of(office.get(address(chain.firm)))
    assert "余量最大的在前" in page
    assert f'value="{large.pk}" checked' in page
    response = office.post(address(chain.firm), {"action": "assign", "seen": "", "officer": large.pk})
    assert response.status_code == 302
    assert LiaisonAssignment.objects.get().officer == large


def test_handing_over_moves_the_access_and_keeps_the_history(office, chain):
    old, new = chain.officer("old"), chain.officer("new")
    assignment = liaison_assign(actor=chain.office, party=chain.firm, officer=old)
    data = {"action": "assign", "seen": assignment.pk, "officer": new.pk, "reason": "轮岗"}
    without = office.post(address(chain.firm), data | {"reason": ""})
    assert (without.status_code, "结束原因" in text_of(without)) == (422, True)
    assert office.post(address(chain.firm), data).status_code == 302
    assert not served_parties(old.user).exists()
    assert served_parties(new.user).get() == chain.firm
    page = text_of(office.get(address(chain.firm)))
    assert "轮岗" in page
    browser = Client()
    browser.force_login(old.user)
    assert browser.get(f"/officer/cases/{chain.firm.code}/").status_code == 404


def test_a_page_that_shows_an_older_officer_is_a_conflict(office, chain):
    old, new, third = (chain.officer(name) for name in ("old", "new", "third"))
    data = {"action": "assign", "officer": third.pk, "reason": "轮岗"}
    liaison_assign(actor=chain.office, party=chain.firm, officer=old)
    response = office.post(address(chain.firm), data | {"seen": ""})
    assert (response.status_code, "刚刚有人更换" in text_of(response)) == (409, True)
    assert LiaisonAssignment.objects.get().officer == old
    full = LiaisonOfficer.objects.filter(pk=new.pk)
    full.update(capacity=1)
    liaison_assign(
        actor=chain.office,
        party=enterprise_register(actor=chain.system, uscc=credit_code(50), name="别家"),
        officer=new,
    )
    seen = chain.firm.assignments.get().pk
    response = office.post(address(chain.firm), data | {"seen": seen, "officer": new.pk})
    assert (response.status_code, "达到上限 1 户" in text_of(response)) == (409, True)
    assert chain.firm.assignments.get().ended_on is None


def test_ending_needs_a_reason(office, chain):
    officer = chain.officer()
    assignment = liaison_assign(actor=chain.office, party=chain.firm, officer=officer)
    data = {"action": "end", "seen": assignment.pk}
    assert office.post(address(chain.firm), data | {"end_reason": " "}).status_code == 422
    assert office.post(address(chain.firm), data | {"end_reason": "企业迁出"}).status_code == 302
    assert not served_parties(officer.user).exists()
    assert office.post(address(chain.firm), data | {"end_reason": "再来"}).status_code == 409


def test_joining_and_leaving_the_roster(office, chain):
    user = staff(chain.system, "fresh", chain.banks[0], Role.OFFICER)
    data = {"user": user.pk, "employer": chain.banks[0].pk, "capacity": "5", "since": "2024-09-01", "until": ""}
    assert office.post("/office/officers/new/", data | {"capacity": "0"}).status_code == 422
    assert office.post("/office/officers/new/", data | {"employer": chain.banks[1].pk}).status_code == 422
    assert office.post("/office/officers/new/", data).status_code == 302
    assert office.post("/office/officers/new/", data).status_code == 409
    officer = LiaisonOfficer.objects.get()
    liaison_assign(actor=chain.office, party=chain.firm, officer=officer)
    page = f"/office/officers/{officer.pk}/"
    leaving = {"on": FRIDAY.isoformat(), "reason": "调离"}
    response = office.post(page, leaving)
    assert (response.status_code, "还在服务 1 户" in text_of(response)) == (409, True)
    assignment = LiaisonAssignment.objects.get()
    office.post(address(chain.firm), {"action": "end", "seen": assignment.pk, "end_reason": "调离"})
    assert office.post(page, leaving).status_code == 302
    assert "不在岗的 1 人" in text_of(office.get("/office/officers/"))


def test_others_are_refused_and_unknown_ones_not_found(client, office, chain):
    for place in ("9", "x", f"parties/{chain.banks[0].code}", f"parties/{credit_code(77)}"):
        assert office.get(f"/office/officers/{place}/").status_code == 404
    lead = staff(chain.system, "lead", chain.office.party, Role.LEAD_UNIT)
    for user in (lead, chain.firm_user, chain.bankers[0]):
        client.force_login(user)
        for place in ("", "new/", f"parties/{chain.firm.code}/"):
            assert client.get(f"/office/officers/{place}").status_code == 403


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_capacity_holds_when_the_page_is_sent_for_many_firms_at_once():
    chain = make_chain()
    officer = chain.officer(capacity=3)
    firms = [
        enterprise_register(actor=chain.system, uscc=credit_code(200 + number), name=f"竞争{number}公司")
        for number in range(THREADS)
    ]
    browsers = [Client() for _ in firms]
    for browser in browsers:
        browser.force_login(chain.office)
    barrier, statuses = threading.Barrier(THREADS), []

    def send(browser: Client, party: Party) -> None:
        barrier.wait()
        try:
            response = browser.post(address(party), {"action": "assign", "seen": "", "officer": officer.pk})
            statuses.append(response.status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=pair) for pair in zip(browsers, firms, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [302] * 3 + [409] * (THREADS - 3)
    assert LiaisonAssignment.objects.filter(officer=officer, ended_on=None).count() == 3


def test_the_office_names_who_borrows_for_a_team(office, chain):
    team = talent_register(actor=chain.system, talent_code="TD77", name="羊绒团队", kind="team")
    assert "团队没有法人资格" in text_of(office.get(address(team)))
    refused = office.post(f"{address(team)}bearer/", {"bearer": "没有"}, follow=True)
    assert "没有这个编码的企业或个人" in text_of(refused)
    named = office.post(f"{address(team)}bearer/", {"bearer": f" {chain.firm.code.lower()}"}, follow=True)
    assert f"已登记承贷人：{chain.firm.name}" in text_of(named)
    team.refresh_from_db()
    assert team.bearer == chain.firm
    with pytest.raises(NotAllowed):
        team_bearer_set(actor=staff(chain.system, "clerk9", chain.banks[0], Role.BANK_MAKER), team=team, bearer=team)
