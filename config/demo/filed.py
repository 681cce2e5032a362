"""Two quarters of the ledger as they are filed: one signed, the last one on its way."""

from datetime import date, timedelta
from pathlib import Path

import yaml
from django.db import transaction

from accounts.models import User
from accounts.services import system_actor
from common import clock
from ledger import quarters
from ledger.filing import report_open, report_sign
from ledger.filing_rows import Words, row_check, row_fill, row_return
from ledger.models import QuarterlyReport, ReportRow
from ledger.selectors import recorded

FILED, UNDER_WAY = "2025Q3", "2025Q4"
# How far the last one has come: measures filled in, of these the first so many checked, and the one sent back.
FILLED, CHECKED, RETURNED = 9, 5, 7
NOTHING = "本季度没有新增事项。"
_TEXTS = Path(__file__).parent / "filed.yaml"


@transaction.atomic
def build() -> None:
    """Does nothing when they stand."""
    if QuarterlyReport.objects.exists():
        return
    office, signer = (User.objects.get(username=name) for name in ("jinrongban1", "jinrongban2"))
    with clock.at(_day(FILED)):
        report = report_open(actor=office, quarter=FILED)
        for row in _filled(report, 14):
            row_check(actor=office, row=row)
        report_sign(actor=signer, report=report)
    with clock.at(_day(UNDER_WAY)):
        report = report_open(actor=office, quarter=UNDER_WAY)
        for row in _filled(report, FILLED):
            if row.measure.number <= CHECKED:
                row_check(actor=office, row=row)
            elif row.measure.number == RETURNED:
                row_return(actor=office, row=row, reason="请补充本季度新增项目的名称和金额。")


def _day(quarter: str) -> date:
    """Two days before it is due."""
    return quarters.due(quarters.parse(quarter)).day - timedelta(days=2)


def _filled(report: QuarterlyReport, count: int) -> list[ReportRow]:
    """The first rows, filled in from the records."""
    actor = system_actor("演示")
    texts = yaml.safe_load(_TEXTS.read_text(encoding="utf-8"))
    drafts = {row.number: row.progress for row in recorded(quarters.parse(report.quarter), report.plan).rows}
    rows = list(report.rows.select_related("measure__plan", "report").order_by("measure__number")[:count])
    for row in rows:
        number = row.measure.number
        row_fill(actor=actor, row=row, words=Words(progress=drafts[number] or NOTHING, **texts[number]))
    return rows
