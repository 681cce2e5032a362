"""Several hands on one report: what the other wrote is not lost, corrections are whole, what is signed is provable."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.models import Notification
from common import clock
from common.errors import Conflict, Invalid, NotAllowed
from ledger.filing import broken_reports, report_correct, report_open, report_sign, report_withdraw
from ledger.filing_rows import row_answer, row_check, row_fill, row_return
from ledger.models import Measure, QuarterlyReport, ReportRow
from ledger.quarters import parse
from ledger.standing import Turn, standings, turns
from tests.ledger.filing import OTHER, QUARTER, WORDS, check_all, make_signed, row_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def over():
    with clock.at(parse(QUARTER).end):
        yield


def test_of_two_units_that_lead_the_later_sees_what_the_other_wrote_first(staff, report):
    row_fill(actor=staff.lead, row=row_of(report), words=WORDS, seen="")
    with pytest.raises(Conflict):
        row_fill(actor=staff.regulator, row=row_of(report), words=OTHER, seen="")
    row_fill(actor=staff.regulator, row=row_of(report), words=OTHER, seen=row_of(report).filled_at.isoformat())
    # The office returns what it would have otherwise.
    with pytest.raises(NotAllowed):
        row_fill(actor=staff.clerk, row=row_of(report), words=WORDS)
    row_return(actor=staff.clerk, row=row_of(report), reason="请核对")
    row_fill(actor=staff.clerk, row=row_of(report), words=WORDS)


def test_an_objection_to_what_is_checked_reaches_the_office(staff, report):
    row_fill(actor=staff.lead, row=row_of(report), words=WORDS)
    row_check(actor=staff.clerk, row=row_of(report))
    row_answer(actor=staff.support, row=row_of(report), agreed=False, comment="应为 3 次")
    told = Notification.objects.filter(key__startswith="report-objection:").values_list("user__username", flat=True)
    assert {"lead", "clerk", "signer"} <= set(told)


def test_signers_are_told_when_the_last_row_is_checked(staff, report):
    check_all(staff, report)
    told = Notification.objects.filter(key__startswith="report-ready:")
    assert {note.user.username for note in told} == {"signer"}
    assert turns(staff.signer, standings(report)) == {Turn.SIGN: 1}
    assert turns(staff.clerk, standings(report)) == {}


def test_a_signer_is_asked_to_check_only_what_a_colleague_filled_in(staff, report):
    row_fill(actor=staff.lead, row=row_of(report), words=WORDS)
    assert turns(staff.signer, standings(report))[Turn.CHECK] == 0
    row_fill(actor=staff.clerk, row=row_of(report, 13), words=WORDS)
    assert turns(staff.signer, standings(report))[Turn.CHECK] == 1
    assert turns(staff.clerk, standings(report))[Turn.CHECK] == 1


def test_two_people_in_the_office_can_file(staff, report):
    for row in report.rows.all():
        row_fill(actor=staff.clerk, row=row, words=WORDS)
        row_check(actor=staff.signer, row=row)
    report_sign(actor=staff.signer, report=report)
    assert QuarterlyReport.objects.get().signed_by == staff.signer


def test_who_alone_checked_a_units_words_does_not_sign_them_and_is_told_which(staff, report):
    row_fill(actor=staff.lead, row=row_of(report), words=WORDS)
    row_check(actor=staff.signer, row=row_of(report))
    check_all(staff, report)
    with pytest.raises(NotAllowed, match="第 3 项"):
        report_sign(actor=staff.signer, report=report)


def test_a_correction_has_a_row_for_what_the_plan_got_since(staff, plan):
    signed = make_signed(staff)
    Measure.objects.create(plan=plan, number=15, section="新增", title="新增", text="新增措施。", deadline_text="长期")
    fresh = report_correct(actor=staff.clerk, report=signed, reason="补第十五项")
    states = dict(fresh.rows.values_list("measure__number", "state"))
    assert (len(states), states[15], states[3]) == (15, ReportRow.State.TO_FILL, ReportRow.State.CHECKED)


def test_a_correction_keeps_what_supporting_units_said(staff, report):
    row_fill(actor=staff.lead, row=row_of(report), words=WORDS)
    row_answer(actor=staff.support, row=row_of(report), agreed=True)
    check_all(staff, report)
    report_sign(actor=staff.signer, report=report)
    fresh = report_correct(actor=staff.clerk, report=report, reason="更正")
    assert [answer.party for answer in row_of(fresh).answers.all()] == [staff.support.party]
    assert row_of(report).answers.count() == 1


def test_only_what_loses_nobodys_words_is_taken_back(staff, report):
    with pytest.raises(Invalid):
        report_withdraw(actor=staff.clerk, report=report, reason=" ")
    with pytest.raises(NotAllowed):
        report_withdraw(actor=staff.lead, report=report, reason="误")
    row_fill(actor=staff.lead, row=row_of(report), words=WORDS)
    with pytest.raises(Conflict):
        report_withdraw(actor=staff.clerk, report=report, reason="误")
    check_all(staff, report)
    report_sign(actor=staff.signer, report=report)
    fresh = report_correct(actor=staff.clerk, report=report, reason="更正")
    with pytest.raises(Conflict):
        report_withdraw(actor=staff.clerk, report=report, reason="误")
    report_withdraw(actor=staff.clerk, report=fresh, reason="不用更正")
    other = report_open(actor=staff.clerk, quarter="2024Q2")
    report_withdraw(actor=staff.clerk, report=other, reason="选错了季度")
    assert list(QuarterlyReport.objects.all()) == [report]


def test_a_changed_word_or_a_report_gone_is_found(staff):
    first = make_signed(staff)
    make_signed(staff, "2024Q2")
    out = StringIO()
    call_command("verify_reports", stdout=out)
    assert (broken_reports(), out.getvalue().strip()) == ([], "已审签的台账 2 份，完整")
    table = "ON ledger_quarterlyreport" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER ledger_quarterlyreport_refuse_update {table}")
        cursor.execute(f"DROP TRIGGER ledger_quarterlyreport_refuse_delete {table}")
    first.snapshot["measures"][2]["problems"] = "没有问题"
    QuarterlyReport.objects.filter(pk=first.pk).update(snapshot=first.snapshot)
    assert broken_reports() == [first]
    newest = QuarterlyReport.objects.latest("pk")
    newest.rows.all().delete()
    newest.delete()
    errors = StringIO()
    with pytest.raises(SystemExit):
        call_command("verify_reports", stdout=StringIO(), stderr=errors)
    assert "审计链记有审签 2 次，库里有已审签的台账 1 份" in errors.getvalue()
