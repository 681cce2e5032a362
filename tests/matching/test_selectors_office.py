"""What waits for the office, and how far needs have come: by services, never by raw rows."""

from datetime import date, timedelta

import pytest

from common import clock
from enterprises.services import enterprise_register, need_register, whitelist_publish
from matching.cases.first_loans import first_loan_verify
from matching.cases.liaison import liaison_assign
from matching.cases.referrals import referral_advance, referral_create, referral_grab, referral_pause, referral_refuse
from matching.cases.selectors_first import attested_in
from matching.cases.selectors_funnel import funnel_counts
from matching.cases.selectors_office import claim_work, overdue_referrals, without_officer
from matching.services import rematch
from tests.codes import credit_code
from tests.matching.chain import FRIDAY, NEED
from tests.matching.money import claim

pytestmark = pytest.mark.django_db
YEAR = (date(2024, 1, 1), date(2024, 12, 31))


def test_who_verified_a_claim_is_not_asked_to_confirm_it(actor, lend, definition, clerk, signer, person):
    row = claim(actor, lend())
    other_signer = person("signer2", None, "office_signer")
    assert (claim_work(clerk).to_verify, claim_work(clerk).to_confirm) == (1, 0)
    first_loan_verify(actor=signer, claim=row)
    assert claim_work(signer).to_confirm == 0
    assert claim_work(clerk).to_confirm == 0
    assert claim_work(other_signer).to_confirm == 1
    assert claim_work(other_signer).oldest == clock.today()
    assert claim_work(signer).oldest is None


def test_others_have_no_part_in_claims(actor, lend, definition, maker):
    claim(actor, lend())
    assert claim_work(maker).to_verify == 0


def test_a_referral_is_overdue_the_day_after_and_not_while_the_firm_owes(chain, accepted):
    due = accepted.due_on
    with clock.at(due):
        assert list(overdue_referrals(chain.office)) == []
    with clock.at(due + timedelta(days=1)):
        assert list(overdue_referrals(chain.office)) == [accepted]
        assert list(overdue_referrals(chain.bankers[1])) == []
    with clock.at(due):
        referral_pause(actor=chain.bankers[0], referral=accepted, reason="补流水")
    with clock.at(due + timedelta(days=9)):
        assert list(overdue_referrals(chain.office)) == []


def test_a_party_on_the_list_waits_until_it_has_an_officer(chain):
    assert list(without_officer()) == []
    whitelist_publish(
        actor=chain.system,
        code="2024-1",
        department=chain.office.party,
        published_on=FRIDAY,
        basis_doc="鄂科发1号",
        parties=[chain.firm],
    )
    assert list(without_officer()) == [chain.firm]
    liaison_assign(actor=chain.office, party=chain.firm, officer=chain.officer())
    assert list(without_officer()) == []


def second_need(chain):
    firm = enterprise_register(actor=chain.system, uscc=credit_code(77), name="第二家测试公司")
    return need_register(actor=chain.system, party=firm, code="NC2", **NEED)


def test_the_funnel_counts_a_need_once_a_stage_and_only_up_to_the_day(chain):
    chain.product(0)
    rematch()
    second_need(chain)
    for number in (0, 1):
        chain.consent(number)
        referral_create(actor=chain.firm_user, need=chain.need, institution=chain.banks[number], channel="chosen")
    rows = list(chain.need.referrals.order_by("pk"))
    for banker, row in zip(chain.bankers, rows, strict=False):
        referral_advance(actor=banker, referral=row, to="accepted")
    refused_on = FRIDAY + timedelta(days=3)
    with clock.at(refused_on):
        referral_refuse(actor=chain.bankers[1], referral=rows[1], reason="guarantee")
    found = funnel_counts(*YEAR)
    assert (found.registered, found.matched, found.dispatched, found.accepted, found.approved) == (2, 1, 1, 1, 0)
    assert found.refusals == {"担保不足": 1}
    assert funnel_counts(YEAR[0], FRIDAY).refusals == {}
    assert funnel_counts(date(2023, 1, 1), date(2023, 12, 31)).registered == 0
    assert funnel_counts(YEAR[0], FRIDAY - timedelta(days=1)).registered == 0


def test_what_a_bank_grabbed_is_not_dispatched_before_the_firm_consents(chain):
    row = referral_grab(actor=chain.bankers[2], need_code=chain.need.code, institution=chain.banks[2])
    assert funnel_counts(*YEAR).dispatched == 0
    chain.consent(2)
    referral_advance(actor=chain.bankers[2], referral=row, to="accepted")
    assert funnel_counts(*YEAR).dispatched == 1


def test_what_a_bank_attested_is_found_by_source_key(actor, lend, definition):
    row = claim(actor, lend())
    (words,) = attested_in([f"{row.pk}/9", "x/1", "999999999/2"]).values()
    assert "征信查询 2023-02-20，经办 钱经办；既往记录：无" in words
