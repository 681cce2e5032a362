"""Needs change only through their party, and are seen only by it, the office and holders of a live grant."""

from datetime import date

import pytest

from accounts.models import Party, Role
from accounts.services import grant_end, grant_open, party_register, user_create
from common import clock
from common.errors import Conflict, Invalid, NotAllowed
from enterprises.models import Need
from enterprises.policies import can, needs_visible_to, visible_to
from enterprises.selectors import need_by_code, open_needs
from enterprises.services import enterprise_register, fact_record, need_close, need_register, need_update
from tests.codes import credit_code

pytestmark = pytest.mark.django_db

CONTENT = {"kinds": ["贷"], "amount": 3_000_000, "term_months": 12, "purpose": "流动资金", "guarantees": ["抵押"]}


@pytest.fixture
def need(actor, firm):
    return need_register(actor=actor, party=firm, code="N1", **CONTENT)


@pytest.fixture
def user_of(actor):
    def _user_of(party, *roles, username="other"):
        return user_create(
            actor=actor, username=username, password="correct horse", display_name="李", party=party, roles=roles
        )

    return _user_of


@pytest.fixture
def bank(actor):
    return party_register(actor=actor, kind=Party.Kind.INSTITUTION, name="测试银行")


def test_a_firm_registers_changes_and_closes_its_need(firm, firm_user):
    need = need_register(actor=firm_user, party=firm, **{**CONTENT, "kinds": ["保", "贷"]})
    assert need.kinds == ["贷", "保"]
    assert need.code.startswith("N")
    assert firm.uscc not in need.code
    assert not need_update(actor=firm_user, need=need, **{**CONTENT, "kinds": ["保", "贷"]})
    assert need_update(actor=firm_user, need=need, **{**CONTENT, "amount": None})
    assert need_by_code(need.code).amount is None
    assert list(open_needs(firm)) == [need]
    need_close(actor=firm_user, need=need, reason="已融到")
    assert not open_needs(firm).exists()
    with pytest.raises(Conflict, match="已结束"):
        need_update(actor=firm_user, need=need, **CONTENT)
    with pytest.raises(Conflict):
        need_close(actor=firm_user, need=need)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kinds", []),
        ("kinds", ["贷", "捐"]),
        ("amount", 0),
        ("amount", -1),
        ("amount", 10**15),
        ("term_months", 0),
        ("term_months", 10_000),
        ("guarantees", ["口头"]),
        ("purpose", "长" * 201),
    ],
)
def test_a_need_that_cannot_be_is_refused_by_field(firm, firm_user, field, value):
    with pytest.raises(Invalid) as error:
        need_register(actor=firm_user, party=firm, **{**CONTENT, field: value})
    assert error.value.field == field
    assert not Need.objects.exists()


def test_a_code_in_use_is_a_conflict(actor, firm, need):
    with pytest.raises(Conflict, match="N1"):
        need_register(actor=actor, party=firm, code="N1", **CONTENT)


def test_another_firm_neither_sees_nor_changes_a_need(actor, firm, need, user_of):
    other = enterprise_register(actor=actor, uscc=credit_code(2), name="另一家有限公司")
    stranger = user_of(other, Role.FIRM)
    assert not can(stranger, "view", need)
    assert not can(stranger, "view", firm)
    assert list(visible_to(stranger)) == [other]
    with pytest.raises(NotAllowed):
        need_update(actor=stranger, need=need, **{**CONTENT, "amount": 1})
    with pytest.raises(NotAllowed):
        need_close(actor=stranger, need=need)
    with pytest.raises(NotAllowed):
        need_register(actor=stranger, party=firm, **CONTENT)


def test_its_own_users_and_the_office_see_it(firm, firm_user, need, user_of):
    for user in (firm_user, user_of(None, Role.OFFICE)):
        assert can(user, "view", need)
        assert need in needs_visible_to(user)


def test_a_grant_for_one_need_opens_that_need_alone_until_it_ends(actor, firm, need, bank, user_of):
    second = need_register(actor=actor, party=firm, code="N2", **CONTENT)
    banker = user_of(bank, Role.BANK_MAKER)
    grant = grant_open(actor=actor, grantee=bank, party=firm, reason="授权", need_code="N1")
    assert list(needs_visible_to(banker)) == [need]
    assert not can(banker, "view", second)
    assert not can(banker, "edit", need)
    grant_end(actor=actor, grant=grant)
    assert not can(banker, "view", need)


def test_a_grant_for_the_party_opens_its_facts_and_needs_until_its_day(actor, firm, need, bank, user_of):
    fact, _ = fact_record(
        actor=actor, party=firm, field="employees", value=5, source="imported", as_of=date(2024, 1, 1)
    )
    banker = user_of(bank, Role.BANK_MAKER)
    grant = grant_open(actor=actor, grantee=bank, party=firm, reason="派单")
    assert can(banker, "view", need)
    assert can(banker, "view", fact)
    assert firm in visible_to(banker)
    grant.until = clock.now()
    grant.save(update_fields=["until"])
    with clock.at(date(2099, 1, 1)):
        assert not can(banker, "view", need)
        assert not can(banker, "view", fact)


def test_an_officer_without_a_grant_sees_nothing(actor, firm, need, user_of):
    station = party_register(actor=actor, kind=Party.Kind.DEPARTMENT, name="特派员工作站")
    officer = user_of(station, Role.OFFICER)
    assert not can(officer, "view", need)
    assert not can(officer, "view", firm)
    assert not can(officer, "register", firm)
    grant_open(actor=actor, grantee=station, party=firm, reason="指派")
    assert can(officer, "view", need)
