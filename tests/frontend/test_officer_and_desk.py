"""The officer's day and the first-loan desk, by hand."""

import re
from datetime import date

import pytest

from accounts.models import Role
from accounts.services import user_create
from common import clock
from journal.models import Posting
from matching.cases.liaison import liaison_assign
from matching.models import FirstLoanClaim, ServiceLog
from talents.services import officer_appoint
from tests.frontend.conftest import text_of
from tests.matching.money import bank, claim, clerk, definition, lend, other_bank, other_firm, person, signer

__all__ = ["bank", "clerk", "definition", "lend", "other_bank", "person", "signer"]


@pytest.fixture
def officer_user(actor, firm, bank):
    """An officer employed by the bank who accompanies the firm."""
    user = user_create(
        actor=actor, username="officer", password="x", display_name="白特派", party=bank, roles=[Role.OFFICER]
    )
    officer = officer_appoint(actor=actor, user=user, employer=bank, capacity=5, since=date(2020, 1, 1))
    liaison_assign(actor=actor, party=firm, officer=officer)
    return user


def entry(page, **given):
    key = re.search(r'name="client_key" value="([0-9a-f]+)"', page).group(1)
    day = clock.today().isoformat()
    return {"happened_on": day, "way": "phone", "content": "电话了解需求", "client_key": key} | given


def test_the_day_leads_to_the_case_and_a_service_sent_twice_is_one(client, officer_user, firm):
    client.force_login(officer_user)
    assert f"/officer/cases/{firm.uscc}/" in text_of(client.get("/officer/"))
    address = f"/officer/cases/{firm.uscc}/"
    data = entry(text_of(client.get(address)), next_step="周五上门", next_on="2030-01-04")
    assert client.post(address, data).status_code == 302
    assert client.post(address, data).status_code == 302
    assert ServiceLog.objects.get().next_step == "周五上门"
    assert "电话了解需求" in text_of(client.get(address))


def test_a_mistake_keeps_what_was_written(client, officer_user, firm):
    client.force_login(officer_user)
    address = f"/officer/cases/{firm.uscc}/"
    data = entry(text_of(client.get(address)), happened_on="昨天", content="谈了半小时")
    response = client.post(address, data)
    assert response.status_code == 422
    assert "谈了半小时" in text_of(response)
    assert not ServiceLog.objects.exists()


def test_others_parties_and_others_pages_are_closed(client, actor, officer_user, firm_user):
    client.force_login(officer_user)
    assert client.get(f"/officer/cases/{other_firm(actor).uscc}/").status_code == 404
    assert client.get("/office/first-loans/").status_code == 403
    client.force_login(firm_user)
    assert client.get("/officer/").status_code == 403


def test_verified_by_one_and_confirmed_by_another_the_loan_counts(client, actor, lend, definition, clerk, signer):
    row = claim(actor, lend())
    client.force_login(clerk)
    assert "开始核验" in text_of(client.get("/office/first-loans/"))
    address = f"/office/first-loans/{row.pk}/"
    client.post(address, {"action": "verify"})
    assert "确认首贷" not in text_of(client.get("/office/first-loans/"))
    client.post(address, {"action": "confirm"})
    assert FirstLoanClaim.objects.get(pk=row.pk).state == "verifying"
    client.force_login(signer)
    assert "确认首贷" in text_of(client.get("/office/first-loans/"))
    client.post(address, {"action": "confirm"})
    assert FirstLoanClaim.objects.get(pk=row.pk).state == "confirmed"
    assert Posting.objects.filter(kind="first_loan_confirmed").count() == 1


def test_turning_down_needs_a_reason_and_an_unknown_step_is_nothing(client, actor, lend, definition, clerk):
    row = claim(actor, lend())
    client.force_login(clerk)
    address = f"/office/first-loans/{row.pk}/"
    client.post(address, {"action": "reject", "reason": " "})
    assert "原因" in text_of(client.get("/office/first-loans/"))
    assert client.post(address, {"action": "drop"}).status_code == 404
    assert client.post("/office/first-loans/999999/", {"action": "verify"}).status_code == 404
    for number in ("x1", "9" * 40, "-1", "１２"):
        assert client.post(f"/office/first-loans/{number}/", {"action": "verify"}).status_code == 404
    assert FirstLoanClaim.objects.get(pk=row.pk).state == "declared"
    client.post(address, {"action": "reject", "reason": "查询日期晚于放款"})
    assert FirstLoanClaim.objects.get(pk=row.pk).state == "rejected"
