"""Deadlines in words: how many working days are left, and how pressing that is."""

from dataclasses import dataclass
from datetime import date, timedelta

from common import clock
from common.workdays import calendar
from matching.cases.clock import DAYS
from matching.cases.labels import labels
from matching.cases.opening import AWAITING_CONSENT
from matching.cases.states import ENDS, State
from matching.models import Referral

# Beyond this the exact number tells nobody anything.
FAR = 20
# Working days promised for an application, for pages that explain what comes after it.
PROMISED = {"accept": DAYS[State.PENDING], "contact": DAYS[State.ACCEPTED], "decide": DAYS[State.CONTACTED]}


@dataclass(frozen=True)
class Due:
    """A deadline as shown: words, the tag's tone, the day; ``tone`` empty is 'soon', ink is 'in time'."""

    words: str
    tone: str
    day: date | None = None


class WorkClock:
    """Counts working days for one page, with one look at the calendar."""

    def __init__(self) -> None:
        self.today = clock.today()
        self._works = calendar()

    def due(self, referral: Referral) -> Due:
        """What the institution owes for ``referral`` now."""
        if referral.state in ENDS:
            return Due("已办结", "ink")
        if referral.paused_since is not None:
            waiting = "等企业授权" if referral.pause_reason == AWAITING_CONSENT else "等企业补材料"
            return Due(f"{waiting}，计时已停", "ink")
        if referral.due_on is None:
            return Due("本环节不限时", "ink")
        return self._due(referral.due_on)

    def _due(self, day: date) -> Due:
        if day < self.today:
            days = self._between(day, self.today)
            return Due(f"已逾期 {days} 个工作日" if days < FAR else f"已逾期 {FAR} 个工作日以上", "clay", day)
        if day == self.today:
            return Due("今天到期", "", day)
        days = self._between(self.today, day)
        return Due(f"还有 {days} 个工作日", "" if days == 1 else "ink", day)

    def _between(self, start: date, end: date) -> int:
        """Working days after ``start`` up to ``end``, counted no further than FAR; at least 1."""
        count, day = 0, start
        while day < end and count < FAR:
            day += timedelta(days=1)
            count += self._works(day)
        return max(count, 1)


def stage_of(referral: Referral) -> str:
    """The stage of ``referral`` under the name of its kind."""
    return labels(referral.kind)[referral.state]


def stage_tone(referral: Referral) -> str:
    """Tag tone of that stage: grass for money paid, clay for a refusal, ink else."""
    if referral.state in ("disbursed", "settled"):
        return "grass"
    return "clay" if referral.state in ("refused", "lapsed") else "ink"
