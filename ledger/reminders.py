"""催办 of open reports: three working days before, one before and on the day they are due, then every working day."""

from django.utils import timezone

from accounts.selectors import users_with
from common import clock, workdays
from ledger import quarters
from ledger.filing_rows import tell
from ledger.models import QuarterlyReport
from ledger.standing import REPORTERS, Turn, open_reports, standings, turns

# Working days left on which people are reminded, and the hour before which nobody is.
DAYS_LEFT, MORNING = (3, 1, 0), 8


def remind() -> int:
    """Tell everybody whose turn it is; how many messages are new. Twice on one day changes nothing."""
    works = workdays.calendar()
    if not works(clock.today()) or timezone.localtime(clock.now()).hour < MORNING:
        return 0
    return sum(_remind(report) for report in open_reports())


def _remind(report: QuarterlyReport) -> int:
    quarter = quarters.parse(report.quarter)
    today, due = clock.today(), quarters.due(quarter).day
    left = quarters.working_days_between(today, due)
    if today <= due and left not in DAYS_LEFT:
        return 0
    rows = standings(report)
    # A correction troubles nobody for an answer the filed version went without.
    kept = {Turn.ANSWER} if report.number > 1 else set()
    waited_for = [user for user in users_with(*REPORTERS) if turns(user, rows).keys() - kept]
    late = f"已过报送时限（{due}）" if report.number == 1 else "更正还没有审签"
    when = late if today > due else f"还剩 {left} 个工作日" if left else "今天截止"
    title, body = f"{quarter.label}台账还有事项待办", f"{when}，请办理轮到您的各项。"
    return tell(waited_for, f"report-remind:{report.pk}:{today}", title, body, report)
