"""催办 of open reports: three days before, the day before and on the day they are due, then daily. Each once."""

from accounts.models import Role
from accounts.selectors import users_with
from accounts.services import notify
from common import clock
from ledger import quarters
from ledger.models import QuarterlyReport
from ledger.standing import Turn, open_reports, standings, turn

# Working days left on which people are reminded.
DAYS_LEFT = (3, 1, 0)
REPORTERS = (Role.OFFICE, Role.OFFICE_SIGNER, Role.LEAD_UNIT)
OWN = (Turn.FILL, Turn.CHECK, Turn.ANSWER)


def remind() -> int:
    """Tell everybody whose turn it is; how many messages are new. Twice on one day changes nothing."""
    return sum(_remind(report) for report in open_reports())


def _remind(report: QuarterlyReport) -> int:
    today, due = clock.today(), quarters.due(quarters.parse(report.quarter)).day
    left = quarters.working_days_between(today, due)
    if today <= due and left not in DAYS_LEFT:
        return 0
    rows = standings(report)
    waited_for = [user for user in users_with(*REPORTERS) if any(turn(user, item) in OWN for item in rows)]
    when = f"已过报送时限（{due}）" if today > due else f"还剩 {left} 个工作日" if left else "今天截止"
    return notify(
        users=waited_for,
        key=f"report-remind:{report.pk}:{today}",
        title=f"{quarters.parse(report.quarter).label}台账还有事项待办",
        body=f"{when}，请填报、确认或审核轮到您的各项。",
        path=f"/ledger/{report.quarter}/filing/",
    )
