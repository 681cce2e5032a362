"""The read API of matches, and who may read them."""

import json

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import Party, Role
from accounts.services import grant_open, party_register, user_create
from common.models import AuditEvent
from enterprises.models import Need
from matching import policies

MATCHES = "/api/v1/needs/{}/matches/"


def _user(actor, name, party, role):
    return user_create(
        actor=actor, username=name, password="correct horse", display_name=name, party=party, roles=[role]
    )


def _client(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def owner(ten_firms, actor):
    return _user(actor, "owner", Need.objects.get(code="N01").party, Role.FIRM)


@pytest.fixture
def bank(ten_firms, actor):
    party = party_register(actor=actor, kind=Party.Kind.INSTITUTION, name="云杉银行")
    return _user(actor, "bank", party, Role.BANK_MAKER)


def test_the_api_answers_what_the_command_prints(owner, capsys):
    capsys.readouterr()
    call_command("match", "--need", "N01", "--json", "--all-verdicts")
    printed = json.loads(capsys.readouterr().out)
    assert _client(owner).get(MATCHES.format("N01"), {"all_verdicts": "true"}).json() == printed
    assert _client(owner).get(MATCHES.format("N01"), {"all_verdicts": "1", "limit": "2"}).json() == printed[:2]


def test_a_firm_lists_only_its_own_needs(owner):
    response = _client(owner).get("/api/v1/needs/")
    assert response.status_code == 200
    assert [(need["code"], need["amount"], need["guarantees"]) for need in response.json()] == [
        ("N01", 2_000_000, ["信用"])
    ]


def test_another_firms_need_looks_like_none_and_the_attempt_is_recorded(owner):
    client = _client(owner)
    others, nobodys = client.get(MATCHES.format("N02")), client.get(MATCHES.format("N99"))
    assert (others.status_code, nobodys.status_code) == (404, 404)
    assert others.json()["errors"][0]["detail"] == "没有编号为“N02”的需求，请核对需求编号。"
    assert nobodys.json()["errors"][0]["detail"] == "没有编号为“N99”的需求，请核对需求编号。"
    event = AuditEvent.objects.get(action="denied_read")
    assert (event.actor_id, event.object_id) == (owner.pk, str(Need.objects.get(code="N02").pk))


def test_a_bank_sees_no_matches_even_of_a_need_it_may_read(bank, actor):
    need = Need.objects.get(code="N02")
    grant_open(actor=actor, grantee=bank.party, party=need.party, reason="测试授权", need_code=need.code)
    assert not policies.can(bank, "view", need)
    assert _client(bank).get("/api/v1/needs/").json() == []
    assert _client(bank).get(MATCHES.format("N02")).status_code == 404


def test_the_finance_office_sees_all(ten_firms, actor):
    office = _user(actor, "office", None, Role.OFFICE)
    assert len(_client(office).get("/api/v1/needs/").json()) == 10


def test_matches_may_be_viewed_and_nothing_else(owner):
    need = Need.objects.get(code="N01")
    assert policies.can(owner, "view", need)
    assert not policies.can(owner, "edit", need)


def test_without_a_log_in_there_is_nothing(ten_firms):
    assert Client().get(MATCHES.format("N01")).status_code in (302, 401, 403)
    assert Client().get("/api/v1/needs/").status_code in (302, 401, 403)


@pytest.mark.parametrize("limit", ["0", "-1", "二", "501", "1e3", "²"])
def test_a_bad_limit_is_named(owner, limit):
    response = _client(owner).get(MATCHES.format("N01"), {"limit": limit})
    assert response.status_code == 422
    assert response.json()["errors"][0]["attr"] == "limit"


def _register(client, **given):
    body = {"kinds": ["贷"], "amount": 500_000, **given}
    return client.post("/api/v1/needs/", body, content_type="application/json", headers={"Idempotency-Key": "k"})


def test_a_firm_registers_a_need_of_its_own(owner):
    made = _register(_client(owner), guarantees=["信用"], purpose=" 买设备 ")
    assert made.status_code == 201
    need = Need.objects.get(code=made.json()["code"])
    assert (need.party_id, need.state, need.purpose, need.guarantees) == (owner.party_id, "open", "买设备", ["信用"])
    assert (need.amount, need.term_months, need.needed_by) == (500_000, None, None)
    again = _register(_client(owner), guarantees=["信用"], purpose=" 买设备 ")
    assert (again.json(), again["Idempotent-Replayed"]) == (made.json(), "true")


@pytest.mark.parametrize(
    "given", [{"kinds": []}, {"kinds": ["彩票"]}, {"amount": 0}, {"amount": 10**13}, {"term_months": "x"}]
)
def test_a_wrong_need_is_named_by_field(owner, given):
    answer = _register(_client(owner), **given)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"].startswith(next(iter(given)))
    assert not Need.objects.filter(party=owner.party, amount=500_000).exists()


def test_only_who_seeks_registers_needs(owner, bank, client, actor):
    count = Need.objects.count()
    clerk = _user(actor, "clerk", None, Role.OFFICE)
    assert [_register(_client(user)).status_code for user in (bank, clerk)] == [403, 403]
    assert _register(client).status_code == 401
    assert Need.objects.count() == count
