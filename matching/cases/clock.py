"""How long an institution has: working days of the State Council's calendar, stopped while the firm owes an answer."""

from datetime import date, timedelta

from common.workdays import calendar, nth_working_day_after
from matching.cases.states import State

# Working days from the start of a stage to what it promises: to accept, to get in touch, to decide. The decision is
# owed from first contact on; entering 尽调 does not begin it anew.
DAYS = {State.PENDING: 1, State.ACCEPTED: 3, State.CONTACTED: 5, State.DILIGENCE: 5}
# A pending referral is never paused by the institution: it has not even answered.
PAUSABLE = (State.ACCEPTED, State.CONTACTED, State.DILIGENCE)


def deadline(state: str, since: date) -> date | None:
    """The last day of a stage begun on ``since``; None where nothing is promised."""
    days = DAYS.get(State(state))
    return nth_working_day_after(since, days).day if days else None


def waited(since: date, until: date) -> int:
    """Working days lost to a pause that began on ``since`` and was over on ``until``, which is not lost."""
    works = calendar()
    return sum(works(since + timedelta(days=offset)) for offset in range((until - since).days))


def shifted(due: date, since: date, until: date) -> date:
    """``due`` moved on by the working days the firm kept the institution waiting."""
    lost = waited(since, until)
    return nth_working_day_after(due, lost).day if lost else due
