"""Overdue or refused needs move on among consented institutions only; who reads what; how answers are counted."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import Notification, Role
from common import clock
from common.errors import NotAllowed
from enterprises.services import consent_give, consent_withdraw, need_close, need_register
from journal.models import Posting
from matching import tasks
from matching.cases import policies
from matching.cases.liaison import liaison_assign
from matching.cases.referrals import (
    lapse_overdue,
    referral_advance,
    referral_create,
    referral_grab,
    referral_pause,
    referral_refuse,
    referral_withdraw,
)
from matching.cases.selectors import inbox, referral_by_code, referrals_of, response_stats, timeline
from matching.models import Referral
from tests.matching.chain import FRIDAY, NEED, snapshot, staff

pytestmark = pytest.mark.django_db

OVERDUE = date(2024, 9, 30)
YEAR = (date(2024, 1, 1), date(2024, 12, 31))


def lapse(chain, day=OVERDUE):
    with clock.at(day):
        return lapse_overdue(actor=chain.system)


def make_need(chain, code, *, consented=False):
    need = need_register(actor=chain.system, party=chain.firm, code=code, **NEED)
    if consented:
        consent_give(actor=chain.firm_user, need=need, institution=chain.banks[0])
    return need


def test_an_overdue_one_moves_on_to_a_consented_institution_and_never_twice(chain, pending):
    chain.consent(2)
    assert lapse(chain, date(2024, 9, 29)) == 0
    assert lapse(chain) == 1
    pending.refresh_from_db()
    assert (pending.state, pending.due_on, pending.responded_at) == ("lapsed", None, None)
    successor = Referral.objects.get(moved_from=pending)
    # Bank 1 never had a consent; bank 2 did.
    assert (successor.institution, successor.channel, successor.kind) == (chain.banks[2], "dispatched", "贷")
    assert successor.due_on == date(2024, 10, 8)
    assert lapse(chain) == 0
    assert Referral.objects.count() == 2
    assert lapse(chain, date(2024, 10, 9)) == 1
    # Both consented institutions have had it: it does not go back to the first.
    assert Referral.objects.count() == 2
    assert Notification.objects.filter(user=chain.firm_user, key__endswith="lapsed").count() == 2


def test_it_goes_first_where_the_product_fits_best(chain, pending):
    chain.consent(1)
    chain.consent(2)
    chain.product(1, amount_max=1_000_000)
    chain.product(2)
    lapse(chain)
    successor = Referral.objects.get(moved_from=pending)
    assert successor.institution == chain.banks[2]
    assert successor.version.name == "科创通2"
    assert successor.reasons


def test_without_another_consent_it_ends_and_the_firm_is_told(chain, pending):
    assert lapse(chain) == 1
    assert Referral.objects.count() == 1
    assert "另选机构" in Notification.objects.get(key__endswith="lapsed", user=chain.firm_user).body


def test_one_whose_consent_was_taken_back_waits_and_is_not_late(chain, pending):
    consent_withdraw(actor=chain.firm_user, consent=chain.need.consents.get())
    assert lapse(chain) == 0
    pending.refresh_from_db()
    assert (pending.state, pending.paused_since) == ("pending", OVERDUE)
    with clock.at(date(2024, 10, 8)):
        chain.consent()
    assert lapse(chain, date(2024, 10, 9)) == 0
    pending.refresh_from_db()
    assert (pending.paused_since, pending.due_on) == (None, date(2024, 10, 9))
    assert Posting.objects.filter(kind="referral_dispatched").count() == 1


def test_a_closed_need_does_not_move_on(chain, pending):
    chain.consent(1)
    need_close(actor=chain.firm_user, need=chain.need)
    assert lapse(chain) == 0
    assert Referral.objects.get().state == "withdrawn"


def test_an_answered_or_waiting_one_does_not_lapse(chain, accepted):
    chain.consent(1)
    referral_pause(actor=chain.bankers[0], referral=accepted, reason="报表")
    assert lapse(chain, date(2025, 1, 2)) == 0
    referral_grab(actor=chain.bankers[2], need_code="NC1", institution=chain.banks[2])
    assert lapse(chain, date(2025, 1, 2)) == 0


def test_only_the_system_ends_overdue_ones(chain, pending):
    before = snapshot(pending)
    with clock.at(OVERDUE), pytest.raises(NotAllowed):
        lapse_overdue(actor=chain.office)
    assert snapshot(pending) == before


def test_the_task_ends_overdue_ones(chain, pending):
    with clock.at(OVERDUE):
        assert tasks.lapse_overdue.delay().get() == 1


def test_a_refused_one_moves_on_unless_the_firm_needs_nothing_more(chain, pending):
    chain.consent(1)
    referral_refuse(actor=chain.bankers[0], referral=pending, reason="sector")
    successor = Referral.objects.get(moved_from=pending)
    assert successor.institution == chain.banks[1]
    # The next institution learns neither from whom nor why.
    assert "第一" not in " ".join(Notification.objects.filter(user=chain.bankers[1]).values_list("title", flat=True))
    chain.consent(2)
    referral_refuse(actor=chain.bankers[1], referral=successor, reason="no_demand")
    assert Referral.objects.count() == 2


def test_another_bank_sees_nothing_of_a_referral(chain, pending):
    chain.consent(1)
    for user in (chain.bankers[1], chain.checkers[2], AnonymousUser()):
        assert not policies.visible_to(user).exists()
        assert not policies.can(user, "view", pending)
        assert referral_by_code(pending.code, user) is None
        assert not inbox(user).exists()
    other = referral_create(actor=chain.firm_user, need=chain.need, institution=chain.banks[1], channel="chosen")
    assert list(policies.visible_to(chain.bankers[1])) == [other]
    assert list(policies.visible_to(chain.bankers[0])) == [pending]
    for user in (chain.firm_user, chain.office, chain.system):
        assert set(policies.visible_to(user)) == {pending, other}


def test_an_officer_reads_by_assignment_and_nobody_of_the_employer_does(chain, pending):
    officer = chain.officer()
    assert not policies.visible_to(officer.user).exists()
    liaison_assign(actor=chain.office, party=chain.firm, officer=officer)
    assert list(policies.visible_to(officer.user)) == [pending]
    assert list(policies.needs_visible_to(officer.user)) == [chain.need]
    assert not policies.needs_visible_to(chain.bankers[2]).exists()
    # Whoever also works at the desk of a bank is a competitor.
    both = staff(chain.system, "both", chain.banks[2], Role.OFFICER, Role.BANK_MAKER)
    assert not policies.visible_to(both).exists()


def test_the_inbox_puts_the_most_urgent_first_and_says_what_may_be_shown(chain, pending):
    with clock.at(date(2024, 10, 8)):
        other = make_need(chain, "NC2")
        third = make_need(chain, "NC3", consented=True)
        grabbed = referral_grab(actor=chain.bankers[0], need_code=other.code, institution=chain.banks[0])
        later = referral_create(actor=chain.firm_user, need=third, institution=chain.banks[0], channel="chosen")
        rows = list(inbox(chain.bankers[0]))
    assert rows == [pending, later, grabbed]
    assert [row.disclosed for row in rows] == [True, True, False]
    assert not policies.discloses(chain.bankers[0], grabbed)
    assert list(referrals_of(chain.firm)) == [later, grabbed, pending]


def test_the_timeline_tells_done_promised_and_to_come(chain, pending):
    with clock.at(OVERDUE):
        referral_advance(actor=chain.bankers[0], referral=pending, to="accepted")
        steps = timeline(pending)
    assert [step.label for step in steps[:3]] == ["已送达", "已接单", "已联系"]
    assert (steps[1].promised, steps[1].late, steps[1].actor) == (date(2024, 9, 29), True, "maker0")
    assert (steps[2].promised, steps[2].at, steps[2].late) == (date(2024, 10, 10), None, False)
    assert all(step.promised is None for step in steps[3:])
    with clock.at(date(2024, 10, 11)):
        assert timeline(pending)[2].late
        referral_withdraw(actor=chain.firm_user, referral=pending)
    assert timeline(pending)[-1].label == "已撤回"


def test_response_statistics_count_all_dispatched(chain, pending):
    bank, banker = chain.banks[0], chain.bankers[0]
    others = [make_need(chain, f"NS{number}", consented=True) for number in range(5)]
    rows = [referral_create(actor=chain.firm_user, need=need, institution=bank, channel="chosen") for need in others]
    referral_grab(actor=banker, need_code=make_need(chain, "NG").code, institution=bank)
    # In time and contacted; in time refused; late; withdrawn unanswered; two unanswered, one of which lapses.
    referral_advance(actor=banker, referral=rows[0], to="accepted")
    referral_advance(actor=banker, referral=rows[0], to="contacted")
    referral_refuse(actor=banker, referral=rows[1], reason="term")
    referral_withdraw(actor=chain.firm_user, referral=rows[3])
    with clock.at(OVERDUE):
        referral_advance(actor=banker, referral=rows[2], to="accepted")
    Referral.objects.filter(pk=rows[4].pk).update(due_on=OVERDUE + timedelta(days=9))
    lapse(chain)
    stats = response_stats(bank, *YEAR)
    assert (stats.dispatched, stats.responded, stats.in_time) == (6, 3, 2)
    assert (stats.lapsed, stats.waiting, stats.withdrawn, stats.refused, stats.in_progress) == (1, 1, 1, 1, 2)
    assert (stats.contacted_in_time, stats.approved, stats.refusals) == (1, 0, {"期限不匹配": 1})
    assert stats.rate_bp == 3333
    assert response_stats(bank, date(2023, 1, 1), date(2023, 12, 31)).rate_bp is None
    assert response_stats(chain.banks[1], *YEAR).dispatched == 0
    assert clock.today() == FRIDAY
