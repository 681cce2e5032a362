"""季报: a quarter's report is opened, signed by a second person, corrected by another version; rows: filing_rows."""

import hashlib
import json
from datetime import UTC

from django.db import IntegrityError, transaction

from accounts.models import Role, User
from common import audit, clock
from common.errors import Conflict, Invalid
from common.transitions import StateMachine, Transition
from ledger import quarters
from ledger.filing_rows import COMMENT, people_of, require, require_open, tell
from ledger.models import MeasureUnit, Plan, QuarterlyReport, ReportRow, RowAnswer
from ledger.selectors import ledger_table, plan_on
from ledger.standing import filled_in_office

_ROW, _REPORT = ReportRow.State, QuarterlyReport.State


def _signed_by_another(report: QuarterlyReport, actor: User) -> str:
    rows = list(report.rows.select_related("filled_by", "measure"))
    if left := [row for row in rows if row.state != _ROW.CHECKED]:
        return f"还有 {len(left)} 项没有审核，审核完才能审签。"
    mine = [str(row.measure.number) for row in rows if _seen_by_nobody_else(row, actor)]
    if not mine:
        return ""
    return f"第 {'、'.join(mine)} 项由您填报或审核，不能由您审签：请另一人审签，或退回后由同事重新填报、审核。"


def _seen_by_nobody_else(row: ReportRow, actor: User) -> bool:
    """In the office, that is: what a colleague filled in and ``actor`` checked, two have seen."""
    return row.filled_by_id == actor.pk or (row.checked_by_id == actor.pk and not filled_in_office(row))


REPORT = StateMachine(
    QuarterlyReport, [Transition(_REPORT.OPEN, _REPORT.SIGNED, (Role.OFFICE_SIGNER,), guard=_signed_by_another)]
)


@transaction.atomic
def report_open(*, actor: User, quarter: str) -> QuarterlyReport:
    """Open the first version; Invalid before the quarter's last day or outside the plan, Conflict when there is one."""
    require(actor, "open")
    chosen = quarters.parse(quarter)
    plan = plan_on(chosen.end)
    if not plan.covers(chosen.end):
        raise Invalid(f"{chosen.label}不在方案期内，没有要报送的台账。", field="quarter")
    if clock.today() < chosen.end:
        raise Invalid(f"{chosen.label}还没有结束，{chosen.end} 起才能填报。", field="quarter")
    if QuarterlyReport.objects.filter(plan=plan, quarter=str(chosen)).exists():
        raise Conflict(f"{chosen.label}的台账已经开启，请在原台账上办理。")
    report = _new(actor, plan, str(chosen), 1)
    measures = plan.measures.all()
    ReportRow.objects.bulk_create(ReportRow(report=report, measure=measure) for measure in measures)
    tell(
        people_of(measures, MeasureUnit.Role.LEAD),
        f"report-open:{report.pk}",
        f"请填报{chosen.label}台账",
        f"由本单位牵头的措施，请在 {quarters.due(chosen).day} 前填完进展情况、存在问题和下一步工作计划。",
        report,
    )
    return report


@transaction.atomic
def report_sign(*, actor: User, report: QuarterlyReport, seen: str | None = None) -> None:
    """A second person signs: what the ledger says now is frozen and chained to the report signed before.

    ``seen``: :func:`mark_of` the report as it was read; Conflict when it is another by now.
    """
    require(actor, "sign")
    # One after another: each is chained to the one before.
    plan = Plan.objects.select_for_update(of=("self",)).get(pk=report.plan_id)
    require_open(report)
    if seen is not None and seen != mark_of(report):
        raise Conflict("台账刚刚有改动，请看过新的内容再审签。")
    last = QuarterlyReport.objects.filter(plan=plan, state=_REPORT.SIGNED, following=None).first()
    snapshot = ledger_table(report.quarter, plan, working=True).snapshot()
    numbers = set(report.rows.values_list("measure__number", flat=True))
    if numbers != {told["number"] for told in snapshot["measures"]}:
        raise Conflict("方案的措施刚刚有增减，请刷新后再审签。")
    if report.number > 1 and plan.reports.get(quarter=report.quarter, number=report.number - 1).snapshot == snapshot:
        raise Conflict("与上一版没有不同：请先退回要改的各项，改好再审签，或撤回这次更正。")
    report.signed_by, report.signed_at = actor, clock.now()
    digest = digest_of(report, snapshot, last.digest if last else "")
    REPORT.move(
        report,
        _REPORT.SIGNED,
        actor=actor,
        signed_by=report.signed_by,
        signed_at=report.signed_at,
        snapshot=snapshot,
        digest=digest,
        previous=last,
    )
    audit.record("report_sign", actor=actor, obj=report, quarter=report.quarter, number=report.number, digest=digest)


@transaction.atomic
def report_correct(*, actor: User, report: QuarterlyReport, reason: str) -> QuarterlyReport:
    """Open the next version of a signed report with its words: what is wrong in them is returned, the rest stands."""
    require(actor, "check")
    reason = _stated(reason, "更正")
    newest = QuarterlyReport.objects.filter(plan=report.plan, quarter=report.quarter).latest("number")
    if newest.pk != report.pk or newest.state != _REPORT.SIGNED:
        raise Conflict("这一版已经在更正，请刷新后在新的一版上办理。")
    fresh = _new(actor, report.plan, report.quarter, report.number + 1, reason)
    for row in report.rows.prefetch_related("answers"):
        answers = list(row.answers.all())
        row.pk, row.report = None, fresh
        row.save(force_insert=True)
        for answer in answers:
            answer.pk, answer.row = None, row
        RowAnswer.objects.bulk_create(answers)
    # What the plan got since is to be filled in.
    added = report.plan.measures.exclude(report_rows__report=fresh)
    ReportRow.objects.bulk_create(ReportRow(report=fresh, measure=measure) for measure in added)
    return fresh


@transaction.atomic
def report_withdraw(*, actor: User, report: QuarterlyReport, reason: str) -> None:
    """Take back what was opened by mistake: a quarter nobody has filled in yet, or a correction (the version before
    it keeps all words)."""
    require(actor, "check")
    require_open(report)
    reason = _stated(reason, "撤回")
    if not loses_no_words(report):
        raise Conflict("已经有单位填报，不能撤回。")
    audit.record(
        "report_withdraw", actor=actor, obj=report, quarter=report.quarter, number=report.number, reason=reason
    )
    report.rows.all().delete()
    report.delete()


def loses_no_words(report: QuarterlyReport) -> bool:
    """Whether an open report can go without anybody's words."""
    return report.number > 1 or not report.rows.exclude(state=_ROW.TO_FILL).exists()


def mark_of(report: QuarterlyReport) -> str:
    """What tells one standing of a report's words and checks from another."""
    rows = [(row.pk, row.stamp, row.checked_by_id) for row in report.rows.order_by("pk")]
    return hashlib.sha256(repr([report.pk, *rows]).encode()).hexdigest()


def digest_of(report: QuarterlyReport, snapshot: object, before: str) -> str:
    """SHA-256 (hex) over the digest before, which report it is, who signed when, and its content in canonical JSON."""
    signed = [report.signed_by_id, report.signed_at.astimezone(UTC).isoformat() if report.signed_at else ""]
    content = [before, report.plan.code, report.quarter, report.number, report.reason, *signed, snapshot]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def broken_reports() -> list[QuarterlyReport]:
    """Signed reports whose digest is not that of their content and of the report before."""
    signed = QuarterlyReport.objects.filter(state=_REPORT.SIGNED).select_related("plan", "previous")
    return [
        report
        for report in signed.order_by("pk")
        if report.digest != digest_of(report, report.snapshot, report.previous.digest if report.previous else "")
    ]


def _stated(reason: str, what: str) -> str:
    if stated := reason.strip()[:COMMENT]:
        return stated
    raise Invalid(f"请写明为什么{what}。", field="reason")


def _new(actor: User, plan: Plan, quarter: str, number: int, reason: str = "") -> QuarterlyReport:
    try:
        with transaction.atomic():
            report = QuarterlyReport.objects.create(
                plan=plan, quarter=quarter, number=number, reason=reason, opened_by=actor
            )
    except IntegrityError as error:
        raise Conflict("刚刚有人开启了这一季度的台账，请刷新后办理。") from error
    audit.record("report_open", actor=actor, obj=report, quarter=quarter, number=number, reason=reason)
    return report
