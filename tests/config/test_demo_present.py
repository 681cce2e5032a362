"""The demo's last weeks: every portal opens on something, and every figure rests on a record."""

from collections import Counter
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction

from accounts.models import User
from common import clock
from config.demo import history, present, town
from enterprises.selectors import open_pool
from journal.models import Posting
from matching.cases.first_loans import definition_sign
from matching.cases.selectors_desk import desk_counts
from matching.cases.selectors_first import conflicts
from matching.cases.selectors_liaison import today_of_officer
from matching.cases.stages import is_late
from matching.models import Financing, FirstLoanClaim, Referral, ServiceLog
from matching.reconciliation import reconcile
from talents.models import LiaisonOfficer

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def demo(django_db_setup, django_db_blocker):
    """The city and its last weeks, built once and taken back after the last test."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_plan", stdout=StringIO())
        town.build()
        with clock.at(history.SIGNED_ON):
            definition_sign(
                actor=User.objects.get(username="jinrongban2"),
                version=history.DEFINITION,
                effective_from=history.IN_FORCE_FROM,
                record_blocks=history.LOANS,
                loan_counts=history.LOANS,
                document="演示口径",
            )
        present.build()
        yield
        transaction.set_rollback(True)


def test_referrals_of_every_kind_stand_in_every_stage():
    rows = list(Referral.objects.all())
    assert {row.kind for row in rows} == set("贷保险投租")
    states = Counter(row.state for row in rows)
    assert set(states) == {state for state in Referral.State.values if state != "settled"}
    assert 20 <= len(rows) <= 30
    today = clock.today()
    assert [row for row in rows if row.paused_since is None and is_late(row, today)]
    assert {row.moved_from.state for row in rows if row.moved_from} == {"refused", "lapsed"}
    assert {row.pause_reason for row in rows} >= {"等企业授权"}
    assert not [row for row in rows if row.dispatched_at > clock.now()]


def test_every_desk_has_something_to_do():
    bank = desk_counts(User.objects.get(username="yinhang1"))
    assert (bank.overdue, bank.tabs["pending"], bank.tabs["waiting"]) == (1, 1, 1)
    officers = LiaisonOfficer.objects.select_related("user")
    assert [officer.user.username for officer in officers] == ["tepai1", "tepai2", "tepai3"]
    assert all(today_of_officer(officer).items for officer in officers)
    assert ServiceLog.objects.filter(next_on__lt=clock.today()).count() >= 3
    assert open_pool(User.objects.get(username="yinhang1").party)


def test_first_loans_wait_and_two_banks_claim_one_firm():
    claims = Counter(FirstLoanClaim.objects.values_list("state", flat=True))
    assert claims == {"declared": 3, "verifying": 1, "confirmed": 1}
    [dispute] = conflicts(User.objects.get(username="jinrongban1"))
    assert len({claim.institution_id for claim in dispute.claims}) == 2


@pytest.mark.parametrize("username", ["rencai1", "tuandui1"])
def test_a_talent_and_a_team_get_money_like_a_firm(username):
    party = User.objects.get(username=username).party
    financing = Financing.objects.get(party=party, kind="贷")
    assert financing.need.referrals.get().state == "disbursed"
    assert Posting.objects.get(kind="loan_disbursed", party=party).amount == financing.amount
    assert party.kind == "person" or party.bearer is not None


def test_all_of_it_is_marked_and_reconciles_and_comes_once():
    assert all(row.need.party.demo for row in Referral.objects.all())
    assert all("演示" in text for text in ServiceLog.objects.values_list("content", flat=True))
    assert reconcile().drift == ()
    before = Referral.objects.count(), Posting.objects.count()
    present.build()
    assert (Referral.objects.count(), Posting.objects.count()) == before
