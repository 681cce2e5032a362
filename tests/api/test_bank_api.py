"""A bank's system reads and answers its referrals, records money, drafts products: its own only."""

import pytest

from accounts.administration import account_switch
from accounts.api_clients import client_open, client_revoke, client_rotate
from accounts.models import ApiClient, Role
from common.errors import NotAllowed
from common.models import AuditEvent
from enterprises.services import consent_withdraw
from matching.models import Financing, FirstLoanClaim, Referral
from tests.api.conftest import System, codes, token_for
from tests.matching.chain import FRIDAY, staff

LOAN = {
    "serial": "API-1",
    "kind": "贷",
    "amount": 1_000_000,
    "disbursed_on": FRIDAY.isoformat(),
    "rate_bp": 345,
    "term_months": 12,
    "guarantees": ["信用"],
}


def test_the_way_of_a_referral_to_the_money(system, chain, pending):
    listed = system.call("GET", "referrals/").json()
    assert [row["code"] for row in listed["results"]] == [pending.code]
    assert listed["results"][0]["need"]["party"] == chain.firm.name
    path = f"referrals/{pending.code}/"
    for to in ("accepted", "contacted", "diligence"):
        assert system.call("POST", f"{path}advance/", {"to": to}).json()["state"] == to
    paused = system.call("POST", f"{path}pause/", {"reason": "请补审计报告"}).json()
    assert (paused["paused_since"], paused["pause_reason"]) == (FRIDAY.isoformat(), "请补审计报告")
    assert system.call("POST", f"{path}resume/").json()["paused_since"] is None
    approved = system.call("POST", f"{path}advance/", {"to": "approved", "approved_amount": 1_000_000}).json()
    assert approved["approved_amount"] == 1_000_000
    assert system.call("POST", f"{path}advance/", {"to": "signed"}).status_code == 200
    made = system.call("POST", "financings/", {**LOAN, "party_code": chain.firm.code, "need_code": chain.need.code})
    assert made.status_code == 201
    assert system.call("GET", path).json()["state"] == "disbursed"
    assert system.call("GET", "financings/").json()["results"][0]["serial"] == "API-1"


def test_refusing_says_why(system, pending):
    refused = system.call("POST", f"referrals/{pending.code}/refuse/", {"reason": "amount", "note": "额度太大"})
    assert (refused.json()["state"], refused.json()["refusal"]) == ("refused", "amount")
    bare = system.call("POST", f"referrals/{pending.code}/refuse/", {"reason": "other"})
    assert (bare.status_code, codes(bare)) == (422, ["invalid"])


def test_another_bank_sees_nothing_of_it(open_system, chain, pending, system):
    other = open_system(chain.checkers[1])
    assert other.call("GET", "referrals/").json()["results"] == []
    for method, path, body in (
        ("GET", f"referrals/{pending.code}/", None),
        ("POST", f"referrals/{pending.code}/advance/", {"to": "accepted"}),
        ("POST", f"referrals/{pending.code}/refuse/", {"reason": "amount"}),
    ):
        hidden, unknown = other.call(method, path, body), other.call(method, path.replace(pending.code, "R0"), body)
        assert (hidden.status_code, hidden.content) == (404, unknown.content)
    system.call("POST", "financings/", {**LOAN, "party_code": chain.firm.code})
    number = Financing.objects.get().pk
    assert other.call("GET", "financings/").json()["results"] == []
    assert other.call("POST", f"financings/{number}/reverse/", {"reason": "x", "on": "2024-09-27"}).status_code == 404


def test_without_consent_the_firm_is_masked(system, chain, pending):
    consent_withdraw(actor=chain.firm_user, consent=chain.need.consents.get())
    answer = system.call("GET", f"referrals/{pending.code}/")
    assert answer.json()["need"] is None
    assert answer.json()["masked"]["amount_band"] == "100～500万元"
    assert chain.firm.name not in answer.content.decode()
    assert chain.firm.code not in answer.content.decode()


def test_money_follows_the_rules_of_the_file(system, chain, definition):
    body = {**LOAN, "party_code": chain.firm.code, "credit_kind": "流动资金贷款"}
    attested = {"query_on": FRIDAY.isoformat(), "operator": "钱经办", "prior_credit_kinds": []}
    made = system.call("POST", "financings/", {**body, "first_loan": attested})
    assert made.status_code == 201, made.content
    assert FirstLoanClaim.objects.get().financing_id == made.json()["id"]
    assert system.call("POST", "financings/", body).status_code == 200  # the same again is the same
    changed = system.call("POST", "financings/", {**body, "amount": 2})
    assert (changed.status_code, "请先冲正" in changed.json()["errors"][0]["detail"]) == (409, True)
    number = made.json()["id"]
    reversed_ = system.call("POST", f"financings/{number}/reverse/", {"reason": "录错", "on": FRIDAY.isoformat()})
    assert (reversed_.status_code, reversed_.json()["amount"]) == (201, -1_000_000)


@pytest.mark.parametrize(
    ("changed", "attr"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": 10**15}, "amount"),
        ({"amount": "many"}, "amount"),
        ({"kind": "x"}, "kind"),
        ({"party_code": "nobody"}, "party_code"),
        ({"need_code": "NC9"}, "need_code"),
        ({"product": "nothing"}, "product"),
        ({"disbursed_on": "2999-01-01"}, "disbursed_on"),
        ({"serial": "a#b"}, "serial"),
        ({"guarantees": ["太阳"]}, "guarantees.0"),
    ],
)
def test_what_is_wrong_names_its_field_and_writes_nothing(system, chain, changed, attr):
    answer = system.call("POST", "financings/", {**LOAN, "party_code": chain.firm.code, **changed})
    assert answer.status_code in (400, 404, 422)
    codes(answer)
    assert answer.json()["errors"][0]["attr"] == attr
    assert Financing.objects.count() == 0


def test_products_are_drafted_and_submitted_but_approved_by_a_person(system, chain):
    made = system.call("POST", "own-products/", {"category": "贷", "name": "接口贷", "amount_max": 5_000_000})
    assert (made.status_code, made.json()["state"]) == (201, "draft")
    code = made.json()["code"]
    edited = system.call("PUT", f"own-products/{code}/", {"name": "接口贷二", "guarantee_methods": ["信用"]})
    assert edited.json()["name"] == "接口贷二"
    assert system.call("POST", f"own-products/{code}/submit/").json()["state"] == "in_review"
    assert codes(system.call("POST", f"own-products/{code}/submit/")) == ["conflict"]
    assert system.call("GET", "own-products/").json()["results"][0]["code"] == code
    assert system.call("POST", f"own-products/{code}/approve/").status_code == 404


def test_tokens_come_for_the_secret_and_end_with_it(chain):
    client, secret = client_open(actor=chain.checkers[0], name="核心系统", scopes=["referrals:read"])
    assert token_for(client.client_id, "guess").status_code == 401
    granted = token_for(client.client_id, secret).json()
    assert (granted["token_type"], granted["expires_in"]) == ("Bearer", 3600)
    old = System(granted["access_token"])
    assert old.call("GET", "referrals/").status_code == 200
    assert token_for(client.client_id, secret, scope="financings:write").status_code == 400
    new_secret = client_rotate(actor=chain.checkers[0], client=client)
    assert old.call("GET", "referrals/").status_code == 401
    assert token_for(client.client_id, secret).status_code == 401
    fresh = System(token_for(client.client_id, new_secret).json()["access_token"])
    assert fresh.call("GET", "referrals/").status_code == 200
    client_revoke(actor=chain.checkers[0], client=client)
    assert codes(fresh.call("GET", "referrals/")) == ["authentication_failed"]
    assert token_for(client.client_id, new_secret).status_code == 401
    assert secret not in str(ApiClient.objects.values())


def test_the_system_administrator_may_close_a_client_and_not_have_its_secret(chain):
    client, secret = client_open(actor=chain.checkers[0], name="核心系统", scopes=["referrals:read"])
    held = System(token_for(client.client_id, secret).json()["access_token"])
    admin = staff(chain.system, "sysadmin", None, Role.SYSTEM_ADMIN)
    for step in (client_rotate, client_revoke):
        with pytest.raises(NotAllowed):
            step(actor=admin, client=client)
    account_switch(actor=admin, user=client.user, active=False)
    assert held.call("GET", "referrals/").status_code == 401
    done = AuditEvent.objects.filter(action__in=["api_client_open", "account_close"]).order_by("seq")
    assert [event.actor_id for event in done] == [chain.checkers[0].pk, admin.pk]


def test_a_scope_opens_its_own_calls_only(chain, open_system, pending):
    reader = open_system(chain.checkers[0], "referrals:read")
    assert reader.call("GET", "referrals/").status_code == 200
    for method, path in (
        ("POST", f"referrals/{pending.code}/advance/"),
        ("GET", "financings/"),
        ("POST", "financings/"),
        ("GET", "whitelist/pushes/"),
        ("POST", "own-products/"),
        ("GET", "webhooks/"),
        ("GET", "plans/"),
        ("GET", "needs/"),
    ):
        answer = reader.call(method, path, {"to": "accepted"} if method == "POST" else None)
        assert (answer.status_code, codes(answer)) == (403, ["permission_denied"]), path


def test_only_the_checker_makes_clients(chain):
    for actor in (chain.bankers[0], chain.firm_user, chain.office):
        with pytest.raises(NotAllowed):
            client_open(actor=actor, name="x", scopes=["referrals:read"])
    client, _ = client_open(actor=chain.checkers[0], name="x", scopes=["referrals:read"])
    with pytest.raises(NotAllowed):
        client_revoke(actor=chain.checkers[1], client=client)


def test_firms_and_offices_have_no_desk(client, chain):
    for user in (chain.firm_user, chain.office):
        client.force_login(user)
        for path in ("referrals/", "financings/", "own-products/", "webhooks/", "whitelist/pushes/"):
            assert client.get(f"/api/v1/{path}").status_code == 403


def test_every_error_is_the_envelope_in_chinese(system, chain, client):
    assert codes(system.call("GET", "nothing/here/")) == ["not_found"]
    assert codes(system.call("POST", "financings/", b"{broken")) == ["parse_error"]
    assert codes(system.call("DELETE", "financings/")) == ["method_not_allowed"]
    assert codes(client.get("/api/v1/referrals/")) == ["not_authenticated"]
    assert client.get("/api/v1/referrals/").status_code == 401
    assert codes(system.call("GET", "referrals/?tab=x")) == ["invalid"]
    assert codes(system.call("GET", "referrals/?page=0")) == ["not_found"]


def test_a_fault_of_ours_is_the_envelope_too_and_writes_nothing(system, chain, pending, monkeypatch):
    def broken(**kwargs):
        Referral.objects.update(pause_reason="half written")
        raise RuntimeError("disk on fire")

    monkeypatch.setattr("matching.api.financings.financing_record", broken)
    answer = system.call("POST", "financings/", {**LOAN, "party_code": chain.firm.code}, key="k")
    assert (answer.status_code, codes(answer)) == (500, ["error"])
    assert "fire" not in answer.content.decode()
    assert Referral.objects.get().pause_reason == ""


def test_calling_too_often_is_refused_with_the_time_to_wait(system, chain, settings, monkeypatch):
    settings.RATE_LIMITED = True
    monkeypatch.setattr("accounts.api.calls.CallerThrottle.rate", "3/min", raising=False)
    answers = [system.call("GET", "referrals/") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert codes(answers[-1]) == ["throttled"]
    assert int(answers[-1]["Retry-After"]) <= 60
