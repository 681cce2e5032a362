"""Working days: make-up days count, holidays and pauses do not."""

from datetime import date

import pytest

from common import clock
from matching.cases.clock import deadline, shifted, waited
from matching.cases.referrals import referral_advance, referral_pause, referral_resume
from matching.cases.stages import due_now, is_late
from matching.cases.states import State
from tests.matching.chain import FRIDAY

pytestmark = pytest.mark.django_db

SUNDAY_WORKED, MONDAY, BACK = date(2024, 9, 29), date(2024, 9, 30), date(2024, 10, 8)


@pytest.mark.parametrize(
    ("state", "since", "due"),
    [
        # Counted on the State Council's notice for 2024, not by the code: 29 Sep and 12 Oct are worked.
        (State.PENDING, FRIDAY, SUNDAY_WORKED),
        (State.PENDING, MONDAY, BACK),
        (State.ACCEPTED, FRIDAY, BACK),
        (State.CONTACTED, FRIDAY, date(2024, 10, 10)),
        (State.CONTACTED, BACK, date(2024, 10, 14)),
        (State.APPROVED, FRIDAY, None),
        (State.SETTLED, FRIDAY, None),
    ],
)
def test_a_stage_is_due_after_its_working_days(state, since, due):
    assert deadline(state, since) == due


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        (FRIDAY, FRIDAY, 0),
        (FRIDAY, date(2024, 9, 28), 1),
        (FRIDAY, MONDAY, 2),
        (MONDAY, BACK, 1),
        (date(2024, 10, 1), BACK, 0),
        (BACK, date(2024, 10, 14), 5),
    ],
)
def test_only_working_days_are_lost_to_a_pause(since, until, days):
    assert waited(since, until) == days


def test_a_pause_over_the_holiday_moves_the_day_by_what_it_cost():
    # Lost: the 27th, the worked Sunday, the 30th; so the 30th, 8 and 9 October are given instead.
    assert shifted(SUNDAY_WORKED, FRIDAY, BACK) == date(2024, 10, 9)
    assert shifted(SUNDAY_WORKED, FRIDAY, FRIDAY) == SUNDAY_WORKED


def test_the_clock_stands_still_while_the_firm_owes_an_answer(chain, accepted):
    assert accepted.due_on == BACK
    with clock.at(MONDAY):
        referral_pause(actor=chain.bankers[0], referral=accepted, reason="上年度报表")
    assert accepted.pause_reason == "上年度报表"
    with clock.at(date(2024, 10, 10)):
        # 30 Sep, 8 and 9 Oct were lost: three working days after the 8th.
        assert due_now(accepted, clock.today()) == date(2024, 10, 11)
        assert not is_late(accepted, clock.today())
        referral_resume(actor=chain.firm_user, referral=accepted)
    assert (accepted.due_on, accepted.paused_since, accepted.pause_reason) == (date(2024, 10, 11), None, "")
    assert is_late(accepted, date(2024, 10, 12))


def test_a_pause_does_not_wash_lateness_away(chain, accepted):
    with clock.at(date(2024, 10, 9)):
        referral_pause(actor=chain.bankers[0], referral=accepted, reason="报表")
    with clock.at(date(2024, 10, 11)):
        referral_resume(actor=chain.bankers[0], referral=accepted)
    assert accepted.due_on == date(2024, 10, 10)
    assert is_late(accepted, date(2024, 10, 11))


def test_moving_on_ends_a_pause_and_keeps_what_it_gave(chain, accepted):
    with clock.at(BACK):
        referral_pause(actor=chain.bankers[0], referral=accepted, reason="报表")
    with clock.at(date(2024, 10, 9)):
        referral_advance(actor=chain.bankers[0], referral=accepted, to=State.CONTACTED)
    assert accepted.paused_since is None
    assert accepted.promises[-1] == {"state": "accepted", "due": "2024-10-09", "done": "2024-10-09"}


def test_the_decision_is_owed_from_first_contact_on(chain, accepted):
    with clock.at(BACK):
        referral_advance(actor=chain.bankers[0], referral=accepted, to=State.CONTACTED)
    assert accepted.due_on == date(2024, 10, 14)
    with clock.at(date(2024, 10, 11)):
        referral_advance(actor=chain.bankers[0], referral=accepted, to=State.DILIGENCE)
    assert accepted.due_on == date(2024, 10, 14)
    with clock.at(date(2024, 10, 15)):
        referral_advance(actor=chain.bankers[0], referral=accepted, to=State.APPROVED, approved_amount=1)
    assert accepted.due_on is None
    assert accepted.promises[-1] == {"state": "diligence", "due": "2024-10-14", "done": "2024-10-15"}
