"""催办: who is told, on which days, and once."""

from datetime import datetime, time, timedelta

import pytest

from accounts.models import Notification
from common import clock, workdays
from ledger import quarters
from ledger.filing import report_open
from ledger.filing_rows import row_fill
from ledger.models import MeasureUnit
from ledger.reminders import DAYS_LEFT, remind
from ledger.standing import Turn, standings, turn
from tests.ledger.filing import QUARTER, WORDS, row_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def due(db):
    return quarters.due(quarters.parse(QUARTER)).day


def told_on(day):
    with clock.at(day):
        new = remind()
        assert remind() == 0
    messages = Notification.objects.filter(key__startswith="report-remind:", key__endswith=f":{day}")
    assert messages.count() == new
    return set(messages.values_list("user__username", flat=True))


def test_those_whose_turn_it_is_are_told_three_days_before_the_day_before_on_the_day_and_then_daily(staff, due):
    with clock.at(quarters.parse(QUARTER).end):
        report = report_open(actor=staff.clerk, quarter=QUARTER)
    days = [due - timedelta(days=count) for count in range(9, -4, -1)]
    told = {day: told_on(day) for day in days if day >= quarters.parse(QUARTER).end}
    spoken = [day for day in told if told[day]]
    before = [day for day in spoken if day <= due]
    assert {quarters.working_days_between(day, due) for day in before} == set(DAYS_LEFT)
    assert [day for day in spoken if day > due] == [day for day in days if day > due and workdays.calendar()(day)]
    # Lead units, the office for what it leads itself; who only supports has nothing to answer yet.
    assert told[due] == {"lead", "regulator", "other", "pending", "clerk", "colleague", "signer"} - unled(report, staff)


def unled(report, staff):
    units = MeasureUnit.objects.filter(measure__plan=report.plan, role=MeasureUnit.Role.LEAD, pending=False)
    leading = set(units.values_list("party", flat=True))
    return {user.username for user in vars(staff).values() if user.party_id not in leading}


def test_a_supporting_unit_is_told_once_there_is_something_to_answer(staff, due):
    with clock.at(quarters.parse(QUARTER).end):
        report = report_open(actor=staff.clerk, quarter=QUARTER)
        row_fill(actor=staff.lead, row=row_of(report), words=WORDS)
    assert "support" in told_on(due)
    assert "banker" not in told_on(due + timedelta(days=1))


def test_nobody_is_told_at_night_and_the_office_fills_in_for_units_without_an_account(staff, due):
    with clock.at(quarters.parse(QUARTER).end):
        report = report_open(actor=staff.clerk, quarter=QUARTER)
    with clock.at(datetime.combine(due, time(7, 59))):
        assert remind() == 0
    staff.pending.is_active = False
    staff.pending.save()
    rows = standings(report)
    alone = [item for item in rows if not item.reachable]
    assert {turn(staff.clerk, item) for item in alone} == {Turn.STAND_IN}
    assert alone
    assert all(turn(staff.clerk, item) != Turn.STAND_IN for item in rows if item.reachable)
