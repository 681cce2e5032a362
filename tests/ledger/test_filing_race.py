"""Many hands on one report at once: opened once, signed as it stands, in one chain without a fork."""

from collections import Counter

import pytest

from common import audit
from common.errors import NotAllowed
from ledger.filing import digest_of, report_correct, report_open, report_sign
from ledger.filing_rows import Words, row_check, row_fill, row_return
from ledger.models import QuarterlyReport, ReportRow
from tests.ledger.filing import NEXT, QUARTER, check_all, make_signed, row_of
from tests.races import at_once

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def together(*works):
    """What each of ``works`` came to, all begun together."""
    return at_once(lambda number: works[number](), len(works), len(works))


def test_opened_by_many_at_once_a_quarter_has_one_report(staff):
    def opened():
        return report_open(actor=staff.clerk, quarter=QUARTER).number

    assert Counter(together(*[opened] * 8)) == {1: 1, "conflict": 7}
    assert QuarterlyReport.objects.get().rows.count() == 14
    assert audit.verify()[1] == []


def test_corrected_by_many_at_once_a_report_has_one_next_version(staff):
    signed = make_signed(staff)

    def corrected():
        return report_correct(actor=staff.clerk, report=signed, reason="场次有误").number

    assert Counter(together(*[corrected] * 8)) == {2: 1, "conflict": 7}
    assert QuarterlyReport.objects.get(number=2).rows.count() == 14


def test_a_signature_stands_under_the_words_that_are_there(staff):
    report = report_open(actor=staff.clerk, quarter=QUARTER)
    check_all(staff, report)

    def rewriting(number):
        def work():
            for turn in range(10):
                row = row_of(report, number)
                row_return(actor=staff.colleague, row=row, reason="请写明场次")
                row_fill(actor=staff.clerk, row=row, words=Words(f"第{turn}稿", "无", "无"))
                row_check(actor=staff.colleague, row=row)
            return "rewritten"

        return work

    def signing():
        # Refused as long as a row is out; the writers stop by themselves, so that one attempt gets through.
        while True:
            try:
                report_sign(actor=staff.signer, report=QuarterlyReport.objects.get(pk=report.pk))
            except NotAllowed:
                continue
            return "signed"

    signed, *others = together(signing, *[rewriting(number) for number in (1, 7, 14)])
    assert signed == "signed"
    assert set(others) <= {"rewritten", "conflict"}
    report.refresh_from_db()
    rows = list(report.rows.select_related("measure").order_by("measure__number"))
    assert {row.state for row in rows} == {ReportRow.State.CHECKED}
    assert [row.progress for row in rows] == [told["progress"] for told in report.snapshot["measures"]]
    assert report.digest == digest_of(report, report.snapshot, "")
    assert audit.verify()[1] == []


def test_quarters_signed_at_once_make_one_chain(staff):
    reports = [report_open(actor=staff.clerk, quarter=quarter) for quarter in ("2024Q1", "2024Q2", QUARTER, NEXT)]
    for report in reports:
        check_all(staff, report)

    def signing(report):
        def work():
            report_sign(actor=staff.signer, report=QuarterlyReport.objects.select_related("plan").get(pk=report.pk))
            return "signed"

        return work

    assert together(*map(signing, reports)) == ["signed"] * len(reports)
    following = {report.previous_id: report for report in QuarterlyReport.objects.order_by("pk")}
    assert len(following) == len(reports)
    before, digest, length = None, "", 0
    while report := following.get(before):
        assert report.digest == digest_of(report, report.snapshot, digest)
        before, digest, length = report.pk, report.digest, length + 1
    assert length == len(reports)


def test_one_report_signed_by_many_at_once_is_signed_once(staff):
    report = report_open(actor=staff.clerk, quarter=QUARTER)
    check_all(staff, report)

    def signing():
        report_sign(actor=staff.signer, report=QuarterlyReport.objects.get(pk=report.pk))
        return "signed"

    assert Counter(together(*[signing] * 4)) == {"signed": 1, "conflict": 3}
    assert audit.verify()[1] == []
