"""Those who file a quarter, and what they do of it in one call."""

from datetime import date
from types import SimpleNamespace

from accounts.models import Role
from accounts.selectors import organisation_by_name
from accounts.services import user_create
from ledger.filing import report_open, report_sign
from ledger.filing_rows import Words, row_check, row_fill
from ledger.models import ReportRow
from products.services import institution_register

QUARTER, NEXT, OVER = "2024Q3", "2024Q4", date(2025, 1, 6)
# 第3项：市市场监管局、银保监分局牵头，市科技局等配合；市财政局只见于附件2，待核定。
NUMBER = 3
WORDS = Words("办了三场入园惠企活动。", "无", "下季度再办两场。")
OTHER = Words("办了四场入园惠企活动。", "无", "下季度再办两场。")
PATH = f"/ledger/{QUARTER}/filing/"
STATE = ReportRow.State


def make_staff(actor):
    """A user for every part there is in measure 3, and some who have none in it."""
    institution_register(actor=actor, name="测试银行", kind="银行", local=True)

    def user(name, unit, role=Role.LEAD_UNIT):
        party = organisation_by_name(unit)
        return user_create(actor=actor, username=name, password=None, display_name=name, party=party, roles=[role])

    return SimpleNamespace(
        clerk=user("clerk", "市政府金融办", Role.OFFICE),
        colleague=user("colleague", "市政府金融办", Role.OFFICE),
        signer=user("signer", "市政府金融办", Role.OFFICE_SIGNER),
        lead=user("lead", "市市场监管局"),
        regulator=user("regulator", "鄂尔多斯银保监分局"),
        support=user("support", "市科技局"),
        other=user("other", "市国资委"),
        pending=user("pending", "市财政局"),
        banker=user("banker", "测试银行", Role.BANK_MAKER),
    )


def check_all(staff, report):
    """Bring every row to 已审核, by the office alone."""
    for row in report.rows.exclude(state=STATE.CHECKED):
        if row.state != STATE.FILLED:
            row_fill(actor=staff.clerk, row=row, words=WORDS)
        row_check(actor=staff.colleague, row=row)


def make_signed(staff, quarter=QUARTER):
    report = report_open(actor=staff.clerk, quarter=quarter)
    check_all(staff, report)
    report_sign(actor=staff.signer, report=report)
    return report


def row_of(report, number=NUMBER):
    return ReportRow.objects.select_related("report", "measure").get(report=report, measure__number=number)


def written(row):
    fresh = ReportRow.objects.get(pk=row.pk)
    return Words(fresh.progress, fresh.problems, fresh.next_steps)
