"""A quarter on its way to be filed: opened, filled in, answered by supporting units, checked or returned."""

import json
from datetime import date, timedelta

import pytest

from accounts.models import Notification
from accounts.selectors import organisation_by_name
from common import audit, clock
from common.errors import Conflict, Invalid, NotAllowed
from common.models import AuditEvent
from journal import services as journal
from ledger.filing import report_correct, report_open, report_sign
from ledger.filing_rows import LONGEST, Words, row_answer, row_check, row_fill, row_return
from ledger.models import QuarterlyReport, RowAnswer
from ledger.quarters import parse
from ledger.selectors import ledger_table
from ledger.standing import count_in, reports_of, standings
from ledger.suggestions import MARK
from tests.ledger.filing import NUMBER, OTHER, OVER, PATH, QUARTER, STATE, WORDS, check_all, row_of, written

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def frozen_clock():
    with clock.at(OVER):
        yield


@pytest.fixture
def row(report):
    return row_of(report)


@pytest.fixture
def filled(staff, row):
    row_fill(actor=staff.lead, row=row, words=WORDS)
    return row


def told(user):
    return list(Notification.objects.filter(user=user).order_by("pk").values_list("title", "path"))


def test_a_quarter_is_opened_from_its_last_day_on(staff):
    with clock.at(date(2024, 9, 29)), pytest.raises(Invalid, match="还没有结束") as error:
        report_open(actor=staff.clerk, quarter=QUARTER)
    assert error.value.field == "quarter"
    with clock.at(date(2024, 9, 30)):
        assert report_open(actor=staff.clerk, quarter=QUARTER).state == QuarterlyReport.State.OPEN


@pytest.mark.parametrize("quarter", ["2021Q4", "2026Q1", "2024Q5"])
def test_a_quarter_outside_the_plan_is_not_opened(staff, quarter):
    with clock.at(date(2026, 4, 2)), pytest.raises(Invalid) as error:
        report_open(actor=staff.clerk, quarter=quarter)
    assert error.value.field == "quarter"
    assert not QuarterlyReport.objects.exists()


def test_a_quarter_is_opened_once_with_a_row_for_each_measure(staff, report):
    rows = report.rows.order_by("measure__number").values_list("measure__number", "state")
    assert list(rows) == [(number, STATE.TO_FILL) for number in range(1, 15)]
    with pytest.raises(Conflict):
        report_open(actor=staff.colleague, quarter=QUARTER)
    assert reports_of(report.plan, parse(QUARTER)) == [report]


def test_whoever_leads_is_told_once_however_many_measures_are_led(staff, report):
    assert report.plan.measures.filter(units__role="lead", units__party=staff.regulator.party).count() > 1
    for user in (staff.regulator, staff.lead):
        assert told(user) == [("请填报2024年第三季度台账", PATH)]
    assert [told(user) for user in (staff.support, staff.banker, staff.clerk)] == [[], [], []]


@pytest.mark.parametrize("who", ["lead", "support", "banker"])
def test_only_the_office_opens_a_quarter(staff, who):
    with pytest.raises(NotAllowed):
        report_open(actor=getattr(staff, who), quarter=QUARTER)
    assert not QuarterlyReport.objects.exists()


@pytest.mark.parametrize("who", ["lead", "regulator", "clerk", "signer"])
def test_lead_units_fill_their_rows_and_the_office_on_their_behalf(staff, row, who):
    row_fill(actor=getattr(staff, who), row=row, words=Words(" 办了三场入园惠企活动。\n", "无", "下季度再办两场。"))
    fresh = row_of(row.report)
    assert (fresh.state, fresh.filled_by, fresh.filled_at) == (STATE.FILLED, getattr(staff, who), clock.now())
    assert written(row) == WORDS


@pytest.mark.parametrize("who", ["other", "pending", "support", "banker"])
def test_nobody_else_fills_a_row(staff, row, who):
    with pytest.raises(NotAllowed):
        row_fill(actor=getattr(staff, who), row=row, words=WORDS)
    assert row_of(row.report).state == STATE.TO_FILL


@pytest.mark.parametrize("column", ["progress", "problems", "next_steps"])
@pytest.mark.parametrize("text", ["", " \n", "长" * (LONGEST + 1)])
def test_a_column_is_neither_empty_nor_too_long(staff, row, column, text):
    with pytest.raises(Invalid) as error:
        row_fill(actor=staff.lead, row=row, words=Words(**{**vars(WORDS), column: text}))
    assert error.value.field == column
    assert row_of(row.report).state == STATE.TO_FILL
    row_fill(actor=staff.lead, row=row, words=Words(**{**vars(WORDS), column: "长" * LONGEST}))
    assert row_of(row.report).state == STATE.FILLED


def test_words_show_in_the_working_table_alone_and_no_suggestion_is_filed(actor, staff, row):
    journal.post(actor=actor, kind="ip_park_event", source_key="入园-1", occurred_on=date(2024, 8, 1))
    before = ledger_table(QUARTER)
    advice = before.rows[NUMBER - 1].suggestion
    assert advice.next_steps.startswith(MARK)
    row_fill(actor=staff.lead, row=row, words=WORDS)
    assert ledger_table(QUARTER) == before
    working = ledger_table(QUARTER, working=True)
    shown = working.rows[NUMBER - 1]
    assert Words(shown.progress, shown.problems, shown.next_steps) == WORDS
    assert shown.suggestion == advice
    assert MARK not in json.dumps(working.snapshot(), ensure_ascii=False)
    assert [one for one in working.rows if one.number != NUMBER] == [one for one in before.rows if one.number != NUMBER]


def test_answers_hold_for_the_words_they_were_given_to(staff, filled):
    row_answer(actor=staff.support, row=filled, agreed=True)
    row_fill(actor=staff.lead, row=filled, words=WORDS)
    assert filled.answers.count() == 1
    # Once a day, however many rows are filled in.
    asked = [("请确认台账填报", PATH)]
    row_fill(actor=staff.lead, row=filled, words=OTHER)
    assert told(staff.support) == asked
    row_fill(actor=staff.lead, row=filled, words=WORDS)
    row_answer(actor=staff.support, row=filled, agreed=True)
    with clock.at(OVER + timedelta(days=1)):
        row_fill(actor=staff.lead, row=filled, words=OTHER)
    assert filled.answers.count() == 0
    assert told(staff.support) == asked * 2


def test_answers_go_when_the_words_another_hand_wrote_are_replaced(staff, filled):
    stale = row_of(filled.report)
    row_fill(actor=staff.regulator, row=filled, words=OTHER)
    row_answer(actor=staff.support, row=filled, agreed=True)
    row_fill(actor=staff.lead, row=stale, words=WORDS)
    assert written(filled) == WORDS
    assert filled.answers.count() == 0


def test_an_answer_looks_at_the_row_as_it_is_by_now(staff, filled):
    stale = row_of(filled.report)
    row_return(actor=staff.colleague, row=filled, reason="请写明场次")
    with pytest.raises(Conflict):
        row_answer(actor=staff.support, row=stale, agreed=True)


def test_a_checked_row_is_not_filled_again(staff, filled):
    row_check(actor=staff.colleague, row=filled)
    with pytest.raises(Conflict):
        row_fill(actor=staff.lead, row=filled, words=OTHER)
    assert (row_of(filled.report).state, written(filled)) == (STATE.CHECKED, WORDS)


def test_the_office_answers_where_it_supports_itself(staff, filled):
    answer = row_answer(actor=staff.clerk, row=filled, agreed=False, comment="场次应为 3 次")
    assert (answer.party, told(staff.lead)[-1][0]) == (staff.clerk.party, f"第 {NUMBER} 项台账有意见")


def test_what_changed_since_it_was_read_is_neither_checked_nor_agreed_to(staff, filled):
    with clock.at(OVER + timedelta(days=1)):
        stale = row_of(filled.report)
        seen = stale.filled_at.isoformat()
        row_fill(actor=staff.lead, row=filled, words=OTHER)
        with pytest.raises(Conflict):
            row_check(actor=staff.colleague, row=stale, seen=seen)
        with pytest.raises(Conflict):
            row_answer(actor=staff.support, row=stale, agreed=True, seen=seen)
        row_check(actor=staff.colleague, row=stale, seen=row_of(filled.report).filled_at.isoformat())


@pytest.mark.parametrize("who", ["lead", "other", "pending", "banker"])
def test_only_a_supporting_unit_answers(staff, filled, who):
    with pytest.raises(NotAllowed):
        row_answer(actor=getattr(staff, who), row=filled, agreed=True)
    assert not RowAnswer.objects.exists()


def test_there_is_nothing_to_answer_before_a_row_is_filled_or_once_it_is_returned(staff, row):
    with pytest.raises(Conflict):
        row_answer(actor=staff.support, row=row, agreed=True)
    row_fill(actor=staff.lead, row=row, words=WORDS)
    row_return(actor=staff.colleague, row=row, reason="请写明场次")
    with pytest.raises(Conflict):
        row_answer(actor=staff.support, row=row, agreed=True)
    assert not RowAnswer.objects.exists()


def test_who_disagrees_says_why_and_the_lead_unit_hears_of_it(staff, filled):
    with pytest.raises(Invalid) as error:
        row_answer(actor=staff.support, row=filled, agreed=False, comment=" ")
    assert error.value.field == "comment"
    before = told(staff.lead)
    row_answer(actor=staff.support, row=filled, agreed=False, comment="应为两场")
    assert told(staff.lead) == [*before, (f"第 {NUMBER} 项台账有意见", f"{PATH}{NUMBER}/")]
    assert "应为两场" in Notification.objects.filter(user=staff.lead).latest("pk").body
    row_answer(actor=staff.support, row=filled, agreed=True)
    answer = RowAnswer.objects.get()
    assert (answer.agreed, answer.comment, answer.party, answer.by) == (True, "", staff.support.party, staff.support)
    assert len(told(staff.lead)) == len(before) + 1


def test_standings_name_each_supporting_unit_and_what_it_said(staff, filled):
    def standing():
        return next(item for item in standings(filled.report) if item.row.pk == filled.pk)

    units = [organisation_by_name(name) for name in ("市政府金融办", "人民银行鄂尔多斯市中心支行", "市科技局")]
    assert standing().answers == tuple((unit, None) for unit in units)
    assert standing().lead == ("市市场监管局", "鄂尔多斯银保监分局")
    assert (standing().objections, standing().unanswered) == (0, 3)
    answer = row_answer(actor=staff.support, row=filled, agreed=False, comment="应为两场")
    assert standing().answers[2] == (staff.support.party, answer)
    assert (standing().objections, standing().unanswered) == (1, 2)
    row_answer(actor=staff.support, row=filled, agreed=True)
    assert (standing().objections, standing().unanswered) == (0, 2)
    found = standings(filled.report)
    assert [item.row.measure.number for item in found] == list(range(1, 15))
    assert (count_in(found, STATE.FILLED), count_in(found, STATE.TO_FILL, STATE.RETURNED)) == (1, 13)


def test_who_filled_a_row_does_not_check_it(staff, row):
    row_fill(actor=staff.clerk, row=row, words=WORDS)
    for user in (staff.clerk, staff.lead, staff.support):
        with pytest.raises(NotAllowed):
            row_check(actor=user, row=row)
    row_check(actor=staff.colleague, row=row)
    fresh = row_of(row.report)
    assert (fresh.state, fresh.checked_by) == (STATE.CHECKED, staff.colleague)


@pytest.mark.parametrize("checked", [False, True])
def test_a_row_is_returned_with_a_reason_that_stays_until_it_is_found_right(staff, filled, checked):
    if checked:
        row_check(actor=staff.colleague, row=filled)
    with pytest.raises(Conflict) as error:
        row_return(actor=staff.colleague, row=filled, reason=" ")
    assert (error.value.code, error.value.field) == ("reason_required", "reason")
    with pytest.raises(NotAllowed):
        row_return(actor=staff.lead, row=filled, reason="请写明场次")
    row_return(actor=staff.colleague, row=filled, reason="请写明场次")
    fresh = row_of(filled.report)
    assert (fresh.state, fresh.note, fresh.checked_by) == (STATE.RETURNED, "请写明场次", None)
    assert told(staff.lead)[-1] == (f"第 {NUMBER} 项台账已退回", f"{PATH}{NUMBER}/")
    row_fill(actor=staff.lead, row=filled, words=OTHER)
    row_check(actor=staff.colleague, row=filled)
    assert (row_of(filled.report).state, row_of(filled.report).note) == (STATE.CHECKED, "")


def test_each_step_is_audited(staff):
    known = AuditEvent.objects.count()
    report = report_open(actor=staff.clerk, quarter=QUARTER)
    row = row_of(report)
    row_fill(actor=staff.lead, row=row, words=WORDS)
    row_answer(actor=staff.support, row=row, agreed=True)
    row_check(actor=staff.colleague, row=row)
    row_return(actor=staff.colleague, row=row, reason="请写明场次")
    events = list(AuditEvent.objects.order_by("seq").values_list("action", "actor_name", "object_id"))[known:]
    assert events == [
        ("report_open", "clerk", str(report.pk)),
        ("report_row_fill", "lead", str(row.pk)),
        ("report_row_answer", "support", str(row.pk)),
        ("report_row_check", "colleague", str(row.pk)),
        ("report_row_return", "colleague", str(row.pk)),
    ]
    check_all(staff, report)
    report_sign(actor=staff.signer, report=report)
    report_correct(actor=staff.clerk, report=report, reason="场次有误")
    actions = list(AuditEvent.objects.order_by("seq").values_list("action", flat=True))
    assert actions[-2:] == ["report_sign", "report_open"]
    assert audit.verify() == (len(actions), [])
