"""A signed quarter: frozen, chained to the one before, corrected by another version, and read back as it was."""

import copy
import json
from contextlib import suppress
from datetime import date, timedelta
from io import BytesIO

import pytest
import yaml
from django.db import DatabaseError, connection, transaction
from docx import Document
from openpyxl import load_workbook

from accounts.selectors import organisation_by_name
from common import clock
from common.errors import Conflict, DomainError, Invalid, NotAllowed
from journal import services as journal
from ledger.entries import NewPosting, posting_enter
from ledger.filing import digest_of, report_correct, report_open, report_sign
from ledger.filing_rows import row_answer, row_check, row_fill, row_return
from ledger.forms import form_bytes
from ledger.indicators import Standing
from ledger.models import QuarterlyReport, ReportRow
from ledger.quarters import parse
from ledger.selectors import ledger_table
from ledger.services import carried_plans, plan_load
from ledger.standing import reports_of
from tests.ledger.filing import (
    NEXT,
    NUMBER,
    OTHER,
    OVER,
    QUARTER,
    WORDS,
    check_all,
    make_signed,
    make_staff,
    row_of,
    written,
)

pytestmark = pytest.mark.django_db
STATE, OPEN, SIGNED = ReportRow.State, QuarterlyReport.State.OPEN, QuarterlyReport.State.SIGNED


@pytest.fixture(autouse=True)
def frozen_clock():
    with clock.at(OVER):
        yield


@pytest.fixture
def signed(staff):
    return make_signed(staff)


@pytest.fixture
def reload(actor, tmp_path):
    """Load the city's plan again, changed."""

    def load(change):
        (path,) = carried_plans()
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        change(content)
        changed = tmp_path / "plan.yaml"
        changed.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
        return plan_load(actor=actor, path=changed)

    return load


def filed_json(quarter=QUARTER, *, working=False):
    return ledger_table(quarter, working=working).as_json()


def held_event(staff, day=date(2024, 8, 20)):
    event = {"name": "银企对接会", "mode": "线下"}
    new = NewPosting("matching_event", day, event, organisation=staff.clerk.party)
    return posting_enter(actor=staff.clerk, new=new, client_key=f"会-{day}")


def test_a_report_is_signed_when_every_row_is_checked(staff, report):
    check_all(staff, report)
    row_return(actor=staff.colleague, row=row_of(report), reason="请写明场次")
    with pytest.raises(NotAllowed, match="还有 1 项"):
        report_sign(actor=staff.signer, report=report)
    report.refresh_from_db()
    assert (report.state, report.snapshot) == (OPEN, None)


@pytest.mark.parametrize("part", ["filled", "checked"])
def test_who_filled_or_checked_does_not_sign(staff, report, part):
    row = row_of(report)
    row_fill(actor=staff.signer if part == "filled" else staff.lead, row=row, words=WORDS)
    row_check(actor=staff.signer if part == "checked" else staff.colleague, row=row)
    check_all(staff, report)
    with pytest.raises(NotAllowed, match="另一人"):
        report_sign(actor=staff.signer, report=report)
    assert not QuarterlyReport.objects.filter(state=SIGNED).exists()


@pytest.mark.parametrize("who", ["clerk", "lead", "banker"])
def test_only_a_signer_signs(staff, report, who):
    check_all(staff, report)
    with pytest.raises(NotAllowed):
        report_sign(actor=getattr(staff, who), report=report)
    assert not QuarterlyReport.objects.filter(state=SIGNED).exists()


def test_signing_freezes_what_the_ledger_said(staff, report):
    check_all(staff, report)
    said = json.loads(json.dumps(ledger_table(QUARTER, working=True).snapshot()))
    report_sign(actor=staff.signer, report=report)
    report.refresh_from_db()
    assert (report.state, report.signed_by, report.signed_at) == (SIGNED, staff.signer, clock.now())
    assert (report.snapshot, report.previous) == (said, None)
    assert report.digest == digest_of(report, report.snapshot, "")
    assert {one["progress"] for one in said["measures"]} == {WORDS.progress}
    assert ledger_table(QUARTER) == ledger_table(QUARTER, working=True)


LATE = {
    "fill": lambda staff, row: row_fill(actor=staff.lead, row=row, words=OTHER),
    "answer": lambda staff, row: row_answer(actor=staff.support, row=row, agreed=True),
    "check": lambda staff, row: row_check(actor=staff.colleague, row=row),
    "return": lambda staff, row: row_return(actor=staff.colleague, row=row, reason="请写明场次"),
    "sign": lambda staff, row: report_sign(actor=staff.signer, report=row.report),
}


@pytest.mark.parametrize("step", LATE)
def test_nothing_is_done_to_a_signed_report(staff, signed, step):
    row = row_of(signed)
    with pytest.raises(Conflict, match="已经审签"):
        LATE[step](staff, row)
    assert (row_of(signed).state, written(row), row.answers.count()) == (STATE.CHECKED, WORDS, 0)


@pytest.mark.parametrize("column", ["snapshot", "digest", "state", "signed_at", "quarter", "number"])
def test_the_database_refuses_to_change_a_signed_report(signed, column):
    value = {"snapshot": {}, "signed_at": clock.now() + timedelta(days=1), "number": 9}.get(column, "other")
    rows = QuarterlyReport.objects.filter(pk=signed.pk)
    before = rows.values().get()
    with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
        rows.update(**{column: value})
    with pytest.raises(DatabaseError, match="immutable"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM ledger_quarterlyreport WHERE id = %s", [signed.pk])
    assert rows.values().get() == before


def test_later_postings_change_no_signed_quarter(staff, signed):
    report_open(actor=staff.clerk, quarter=NEXT)
    filed, open_one = filed_json(), filed_json(NEXT)
    held_event(staff)
    assert filed_json() == filed_json(working=True) == filed
    assert filed_json(NEXT) != open_one


def test_a_plan_loaded_again_changes_no_signed_quarter(reload, signed):
    filed, unsigned = filed_json(), filed_json(NEXT)

    def change(content):
        measure, indicator = content["measures"][NUMBER - 1], content["indicators"][0]
        measure |= {
            "section": "另写",
            "title": "另写",
            "text": "另写。",
            "lead": ["市财政局"],
            "support": [],
            "deadline": "另写",
        }
        indicator |= {"name": "另写", "target": 31, "definition": "另写"}

    reload(change)
    assert filed_json() == filed
    assert filed_json(NEXT) != unsigned


def add_measure(content):
    new = copy.deepcopy(content["measures"][12])
    content["measures"].append({**new, "number": 15, "title": "另立一项", "text": "另立一项。", "annex": None})


def test_a_measure_added_to_the_plan_is_in_no_signed_quarter(reload, signed):
    filed = filed_json()
    reload(add_measure)
    assert len(filed_json(NEXT)["measures"]) == 15
    assert filed_json() == filed


def test_a_measure_added_while_a_quarter_is_open_is_not_signed_unfilled(staff, report, reload):
    # Refused, or with a row of its own that is filled like any other: both will do.
    with suppress(DomainError):
        reload(add_measure)
        check_all(staff, report)
        report_sign(actor=staff.signer, report=report)
    report.refresh_from_db()
    signed = report.snapshot["measures"] if report.snapshot else []
    assert [row["number"] for row in signed if not row["problems"]] == []


def test_a_measure_that_was_filed_is_not_taken_out_of_the_plan(signed, reload):
    filed = filed_json()
    with pytest.raises(DomainError):
        reload(lambda content: content["measures"].pop(10))
    assert filed_json() == filed


def test_reports_are_chained_in_the_order_they_are_signed(staff, signed):
    second, first = make_signed(staff, NEXT), make_signed(staff, "2024Q1")
    for report, before in ((second, signed), (first, second)):
        report.refresh_from_db()
        assert report.previous == before
        assert report.digest == digest_of(report, report.snapshot, before.digest)
        assert report.digest != digest_of(report, report.snapshot, "")


def test_a_correction_is_another_version_shown_once_it_is_signed(staff, signed):
    last = make_signed(staff, NEXT)
    with pytest.raises(Invalid) as error:
        report_correct(actor=staff.clerk, report=signed, reason=" ")
    assert error.value.field == "reason"
    with pytest.raises(NotAllowed):
        report_correct(actor=staff.lead, report=signed, reason="场次有误")
    second = report_correct(actor=staff.clerk, report=signed, reason="场次有误")
    assert (second.number, second.reason, second.state) == (2, "场次有误", OPEN)
    states = second.rows.values_list("state", "progress", "filled_by", "checked_by")
    assert set(states) == {(STATE.CHECKED, WORDS.progress, staff.clerk.pk, staff.colleague.pk)}
    filed = filed_json()
    with pytest.raises(Conflict):
        report_sign(actor=staff.signer, report=second)
    row_return(actor=staff.colleague, row=row_of(second), reason="场次有误")
    row_fill(actor=staff.lead, row=row_of(second), words=OTHER)
    assert filed_json() == filed
    assert (ledger_table(QUARTER).filed.number, ledger_table(QUARTER, working=True).filed.number) == (1, 2)
    check_all(staff, second)
    report_sign(actor=staff.signer, report=second)
    second.refresh_from_db()
    shown = ledger_table(QUARTER)
    assert (shown.filed.number, shown.rows[NUMBER - 1].progress) == (2, OTHER.progress)
    assert (second.previous, second.digest) == (last, digest_of(second, second.snapshot, last.digest))
    assert reports_of(signed.plan, parse(QUARTER)) == [second, signed]


def test_only_the_newest_signed_version_is_corrected(staff, signed):
    second = report_correct(actor=staff.clerk, report=signed, reason="场次有误")
    for report in (signed, second):
        with pytest.raises(Conflict):
            report_correct(actor=staff.colleague, report=report, reason="再改")
    with pytest.raises(Conflict):
        report_open(actor=staff.clerk, quarter=QUARTER)
    row_return(actor=staff.colleague, row=row_of(second), reason="场次有误")
    row_fill(actor=staff.lead, row=row_of(second), words=OTHER)
    check_all(staff, second)
    report_sign(actor=staff.signer, report=second)
    with pytest.raises(Conflict):
        report_correct(actor=staff.colleague, report=signed, reason="再改")
    assert report_correct(actor=staff.colleague, report=second, reason="再改").number == 3


@pytest.fixture
def figures(actor, staff):
    """Growth of a third, 1.23亿元 raised, one of four events: figures that are no whole numbers."""
    bank = organisation_by_name("测试银行")
    for year, amount in ((2023, 30_000), (2024, 40_000)):
        journal.post(
            actor=actor,
            kind="loan_balance",
            source_key=f"余额-{year}",
            occurred_on=date(year, 9, 30),
            organisation=bank,
            amount=amount,
            fields={"scope": "人才∪科创", "basis": "名录"},
        )
    journal.post(
        actor=actor, kind="fund_raised", source_key="基金-1", occurred_on=date(2024, 7, 1), amount=123_456_789,
        fields={"fund": "科技创新基金"},
    )  # fmt: skip
    held_event(staff)


def test_a_filed_table_reads_back_as_it_was_signed(figures, staff, report):
    check_all(staff, report)
    before = ledger_table(QUARTER, working=True)
    report_sign(actor=staff.signer, report=report)
    report.refresh_from_db()
    after = ledger_table(QUARTER)
    assert after.indicators == before.indicators
    by_code = {item.code: item for item in after.indicators}
    assert [float(by_code[code].value) for code in ("loan-growth", "innovation-fund")] == [33.33, 1.23]
    assert (float(by_code["innovation-fund"].gap), by_code["innovation-fund"].standing) == (28.77, Standing.OPEN)
    assert by_code["new-services"].value is None
    assert after.as_json() == before.as_json()
    own = {"measure", "standing", "gap"}
    published = {
        **report.snapshot,
        "indicators": [{key: item[key] for key in item if key not in own} for item in report.snapshot["indicators"]],
    }
    assert after.as_json() == published
    assert digest_of(report, json.loads(json.dumps(after.snapshot())), "") == report.digest


def test_a_day_that_was_tentative_at_signing_stays_so_in_what_was_filed(actor, spoil):
    # No notice is known for a year that far away.
    plan_load(actor=actor, path=spoil("ends_on: 2028-12-31", "ends_on: 2060-12-31"))
    with clock.at(date(2060, 4, 2)):
        report = make_signed(make_staff(actor), "2060Q1")
    report.refresh_from_db()
    assert report.snapshot["due_tentative"] is True
    assert ledger_table("2060Q1").as_json()["due_tentative"] is True


def cells_of(workbook):
    lines = (line for page in load_workbook(BytesIO(workbook)) for line in page.iter_rows(values_only=True))
    return [str(cell) for line in lines for cell in line if cell is not None]


def test_forms_of_a_filed_table_name_version_and_digest(figures, signed):
    table = ledger_table(QUARTER)
    mark = f"第1版，2025-01-06审签，指纹 {signed.digest[:16]}"
    cells = cells_of(form_bytes(table, "xlsx"))
    document = Document(BytesIO(form_bytes(table, "docx")))
    ledger, indicators = ([[cell.text for cell in line.cells] for line in one.rows] for one in document.tables[:2])
    assert any(mark in cell for cell in cells)
    assert any(mark in paragraph.text for paragraph in document.paragraphs)
    assert {tuple(line[6:]) for line in ledger[1:]} == {(WORDS.progress, WORDS.problems, WORDS.next_steps)}
    assert "33.33" in cells
    assert "33.33" in [line[1] for line in indicators]


def test_forms_of_a_table_being_filled_say_that_nobody_signed_it(report):
    cells = cells_of(form_bytes(ledger_table(QUARTER, working=True), "xlsx"))
    assert any("第1版，填报中，未审签" in cell for cell in cells)
