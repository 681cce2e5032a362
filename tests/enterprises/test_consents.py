"""Consents: off until given, one for a need, institution and purpose, gone the moment they end."""

import threading
from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.utils import IntegrityError

from accounts.models import Grant, Party, Role
from accounts.policies import can as can_party
from accounts.services import grant_open, party_register, user_create
from common import clock
from common.errors import Conflict, Invalid, NotAllowed
from common.models import AuditEvent
from enterprises import recipients
from enterprises.models import Consent, Need
from enterprises.policies import can, needs_visible_to, visible_to
from enterprises.selectors import consents_of, live_consents, live_consents_of
from enterprises.services import (
    CONSENT_TEXT_VERSION,
    consent_give,
    consent_terms,
    consent_withdraw,
    fact_record,
    need_close,
    need_draft_save,
    need_register,
    need_update,
)
from products.services import institution_register
from talents.services import talent_register

pytestmark = pytest.mark.django_db

CONTENT = {"kinds": ["贷"], "amount": 3_000_000, "term_months": 12, "purpose": "流动资金", "guarantees": ["抵押"]}
DAY = date(2026, 3, 2)


@pytest.fixture
def user_of(actor):
    def _user_of(party, *roles, username):
        return user_create(
            actor=actor, username=username, password="correct horse", display_name="李", party=party, roles=roles
        )

    return _user_of


@pytest.fixture
def need(actor, firm):
    return need_register(actor=actor, party=firm, code="N1", **CONTENT)


@pytest.fixture
def other_need(actor, firm):
    return need_register(actor=actor, party=firm, code="N2", **CONTENT)


@pytest.fixture
def bank(actor):
    return institution_register(actor=actor, name="河套测试银行", kind="银行")


@pytest.fixture
def rival(actor):
    return institution_register(actor=actor, name="另一测试银行", kind="银行")


@pytest.fixture
def banker(user_of, bank):
    return user_of(bank, Role.BANK_MAKER, username="banker")


@pytest.fixture
def rival_banker(user_of, rival):
    return user_of(rival, Role.BANK_MAKER, username="rival")


@pytest.fixture
def fact(actor, firm):
    fact, _ = fact_record(
        actor=actor, party=firm, field="employees", value=5, source="imported", as_of=date(2024, 1, 1)
    )
    return fact


def test_nobody_sees_a_need_before_a_consent(need, fact, banker, firm):
    assert not needs_visible_to(banker).exists()
    assert not can(banker, "view", need)
    assert not can(banker, "view", fact)
    assert not live_consents(need).exists()
    assert not consents_of(firm).exists()


def test_a_consent_opens_exactly_that_need_to_exactly_that_institution(
    need, other_need, fact, firm, firm_user, bank, banker, rival_banker
):
    consent = consent_give(actor=firm_user, need=need, institution=bank)
    assert list(needs_visible_to(banker)) == [need]
    assert not can(banker, "edit", need)
    assert not needs_visible_to(rival_banker).exists()
    # Of the firm itself a bank learns no more than the need says; facts want a grant of the whole party.
    assert not can(banker, "view", fact)
    assert not visible_to(banker).exists()
    assert not can_party(banker, "view", firm)
    assert (consent.text_version, consent.given_by, consent.status) == (CONSENT_TEXT_VERSION, firm_user, "生效中")
    assert (consent.grant.reason, consent.grant.need_code) == ("企业授权", "N1")
    assert consent.expires_at - consent.given_at == timedelta(days=180)
    assert consent.grant.until == consent.expires_at
    assert list(live_consents(need)) == list(live_consents_of(bank)) == list(consents_of(firm)) == [consent]


def test_withdrawn_is_gone_at_once_and_cannot_be_withdrawn_again(need, firm_user, bank, banker, rival, rival_banker):
    consent = consent_give(actor=firm_user, need=need, institution=bank)
    consent_give(actor=firm_user, need=need, institution=rival)
    consent_withdraw(actor=firm_user, consent=consent)
    assert not needs_visible_to(banker).exists()
    assert not can(banker, "view", need)
    assert list(needs_visible_to(rival_banker)) == [need]
    assert [held.institution for held in live_consents(need)] == [rival]
    assert consent.status == "已撤回"
    with pytest.raises(Conflict, match="不能查看"):
        consent_withdraw(actor=firm_user, consent=consent)
    actions = AuditEvent.objects.filter(action__startswith="consent").order_by("seq")
    assert list(actions.values_list("action", flat=True)) == ["consent_give", "consent_give", "consent_withdraw"]


def test_an_expired_consent_is_gone_on_its_moment_and_may_be_given_anew(need, firm, firm_user, bank, banker):
    with clock.at(DAY):
        first = consent_give(actor=firm_user, need=need, institution=bank, days=30)
    with clock.at(first.expires_at - timedelta(seconds=1)):
        assert can(banker, "view", need)
    with clock.at(first.expires_at):
        assert not needs_visible_to(banker).exists()
        assert not live_consents(need).exists()
        with pytest.raises(Conflict):
            consent_withdraw(actor=firm_user, consent=first)
        assert first.status == "已到期"
        second = consent_give(actor=firm_user, need=need, institution=bank, days=1)
        assert list(live_consents(need)) == [second]
        assert can(banker, "view", need)
    with clock.at(second.expires_at):
        assert not can(banker, "view", need)
        assert [consent.status for consent in consents_of(firm)] == ["已到期", "已到期"]


def test_a_consent_given_anew_after_withdrawal_is_another_record(need, firm, firm_user, bank, banker):
    consent_withdraw(actor=firm_user, consent=consent_give(actor=firm_user, need=need, institution=bank))
    consent_give(actor=firm_user, need=need, institution=bank)
    assert can(banker, "view", need)
    assert [consent.status for consent in consents_of(firm)] == ["生效中", "已撤回"]


def test_a_second_live_consent_is_a_conflict_but_another_purpose_is_not(need, firm_user, bank, banker):
    assess = consent_give(actor=firm_user, need=need, institution=bank)
    with pytest.raises(Conflict) as error:
        consent_give(actor=firm_user, need=need, institution=bank)
    assert error.value.field == "institution"
    consent_give(actor=firm_user, need=need, institution=bank, purpose=Consent.Purpose.WHITELIST)
    consent_withdraw(actor=firm_user, consent=assess)
    assert can(banker, "view", need)
    assert Consent.objects.count() == 2


def test_the_database_itself_refuses_a_second_live_consent(need, firm_user, bank, firm):
    consent = consent_give(actor=firm_user, need=need, institution=bank)
    spare = Grant.objects.create(grantee=bank, party=firm, reason="另一事由")
    Consent.objects.filter(pk=consent.pk).update(purpose="assess")
    with pytest.raises(IntegrityError):
        Consent.objects.create(
            need=need,
            institution=bank,
            text_version="1",
            given_by=firm_user,
            expires_at=clock.now() + timedelta(days=1),
            grant=spare,
        )


def test_a_left_over_grant_does_not_outlive_the_consent(actor, need, firm, firm_user, bank, banker):
    grant_open(actor=actor, grantee=bank, party=firm, reason="企业授权", need_code="N1")
    with clock.at(clock.now()):
        consent = consent_give(actor=firm_user, need=need, institution=bank, days=1)
    with clock.at(consent.expires_at):
        assert not can(banker, "view", need)


def test_only_the_partys_own_people_give_and_withdraw(actor, need, firm, firm_user, bank, banker, user_of):
    consent = consent_give(actor=firm_user, need=need, institution=bank)
    strangers = [
        actor,
        banker,
        user_of(None, Role.OFFICE_SIGNER, username="office"),
        user_of(firm, Role.OFFICER, username="officer"),
    ]
    for user in strangers:
        with pytest.raises(NotAllowed):
            consent_give(actor=user, need=need, institution=bank, purpose="whitelist")
        with pytest.raises(NotAllowed):
            consent_withdraw(actor=user, consent=consent)
    assert list(live_consents(need)) == [consent]


@pytest.mark.parametrize(("field", "value"), [("days", 0), ("days", 366), ("purpose", "credit")])
def test_a_consent_that_cannot_be_is_refused_by_field(need, firm_user, bank, field, value):
    with pytest.raises(Invalid) as error:
        consent_give(actor=firm_user, need=need, institution=bank, **{field: value})
    assert error.value.field == field
    assert not Consent.objects.exists()


def test_only_institutions_that_serve_the_city_receive_a_consent(actor, need, firm_user):
    catalogue = institution_register(actor=actor, name="外地银行", kind="银行", local=False)
    bare = party_register(actor=actor, kind=Party.Kind.INSTITUTION, name="没有档案的机构")
    department = party_register(actor=actor, kind=Party.Kind.DEPARTMENT, name="市测试局")
    for party in (catalogue, bare, department):
        assert not recipients.may_receive(party)
        with pytest.raises(Invalid, match="服务本市") as error:
            consent_give(actor=firm_user, need=need, institution=party)
        assert error.value.field == "institution"
    assert not Grant.objects.exists()


def test_the_check_of_recipients_is_registered_once():
    with pytest.raises(ValueError, match="already"):
        recipients.register(lambda party: True)


def test_a_draft_and_a_closed_need_take_no_consent(need, firm, firm_user, bank):
    draft = need_draft_save(actor=firm_user, party=firm, **CONTENT)
    need_close(actor=firm_user, need=need)
    for closed in (draft, need):
        with pytest.raises(Conflict):
            consent_give(actor=firm_user, need=closed, institution=bank)
    assert not Consent.objects.exists()


def test_the_terms_name_who_for_what_and_how_long(bank):
    terms = "".join(consent_terms(bank, days=90))
    for part in ("河套测试银行", "评估融资需求", "90 天", "撤回", "不是征信查询授权"):
        assert part in terms


def test_the_terms_name_the_values_that_the_stored_comparison_carries(bank):
    """An application stores each condition with the party's own value: to say that no other data is seen was wrong."""
    terms = "".join(consent_terms(bank))
    assert "逐条对照" in terms
    assert "营业收入" in terms
    assert "其他需求和资料不在内" not in terms
    assert CONSENT_TEXT_VERSION == "2026-2"


def test_a_talent_consents_as_a_firm_does(actor, bank, banker, user_of):
    person = talent_register(actor=actor, talent_code="RC001", name="孙人才", kind="person")
    talent = user_of(person, Role.TALENT, username="talent")
    need = need_register(actor=talent, party=person, **CONTENT)
    consent = consent_give(actor=talent, need=need, institution=bank)
    assert list(needs_visible_to(banker)) == [need]
    consent_withdraw(actor=talent, consent=consent)
    assert not needs_visible_to(banker).exists()


def test_what_the_firm_changes_later_shows_to_the_consented_only_while_it_holds(need, firm_user, bank, banker):
    consent = consent_give(actor=firm_user, need=need, institution=bank)
    need_update(actor=firm_user, need=need, **{**CONTENT, "amount": 9_000_000})
    assert needs_visible_to(banker).get().amount == 9_000_000
    need_close(actor=firm_user, need=need)
    assert needs_visible_to(banker).get().state == Need.State.CLOSED
    consent_withdraw(actor=firm_user, consent=consent)
    assert not needs_visible_to(banker).exists()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_one_consent_when_it_is_given_twice_at_the_same_time(need, firm_user, bank, banker):
    barrier, results = threading.Barrier(8), []

    def attempt():
        try:
            barrier.wait()
            consent_give(actor=firm_user, need=need, institution=bank)
            results.append("given")
        except Conflict:
            results.append("conflict")
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["conflict"] * 7 + ["given"]
    assert Consent.objects.count() == Grant.objects.filter(ended_at=None).count() == 1
    consent_withdraw(actor=firm_user, consent=Consent.objects.get())
    assert not can(banker, "view", need)
