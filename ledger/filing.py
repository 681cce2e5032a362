"""季报: a quarter's ledger is opened, filled in by lead units, answered by supporting units, checked and signed."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from django.db import IntegrityError, transaction

from accounts.models import Role, User
from accounts.policies import OFFICE_ROLES
from accounts.selectors import users_with
from accounts.services import notify
from common import audit, clock
from common.errors import Conflict, Invalid, NotAllowed
from common.transitions import NOT_YOUR_ROLE, StateMachine, Transition
from ledger import quarters
from ledger.models import Measure, MeasureUnit, Plan, QuarterlyReport, ReportRow, RowAnswer
from ledger.policies import may_file
from ledger.selectors import ledger_table, plan_on

LONGEST, COMMENT = 2_000, 300
LABELS = {"progress": "进展情况", "problems": "存在问题", "next_steps": "下一步工作计划"}
_ROW, _REPORT = ReportRow.State, QuarterlyReport.State


@dataclass(frozen=True)
class Words:
    """What a lead unit writes in the last three columns; 无 where there is nothing to say."""

    progress: str
    problems: str
    next_steps: str


def _checked_by_another(row: ReportRow, actor: User) -> str:
    return "填报和审核不能是同一个人，请由同事审核。" if row.filled_by_id == actor.pk else ""


def _signed_by_another(report: QuarterlyReport, actor: User) -> str:
    rows = list(report.rows.select_related("filled_by"))
    if left := [row for row in rows if row.state != _ROW.CHECKED]:
        return f"还有 {len(left)} 项没有审核，审核完才能审签。"
    mine = any(_seen_by_nobody_else(row, actor) for row in rows)
    return "填报、审核过的人不能审签，请由另一人审签。" if mine else ""


def _seen_by_nobody_else(row: ReportRow, actor: User) -> bool:
    """In the office, that is: what a colleague filled in and ``actor`` checked, two have seen."""
    if row.filled_by_id == actor.pk:
        return True
    filled = row.filled_by
    return row.checked_by_id == actor.pk and not (filled is not None and filled.has_role(*OFFICE_ROLES))


_WRITERS = (*OFFICE_ROLES, Role.LEAD_UNIT)
ROW = StateMachine(
    ReportRow,
    [
        *(Transition(source, _ROW.FILLED, _WRITERS) for source in (_ROW.TO_FILL, _ROW.FILLED, _ROW.RETURNED)),
        Transition(_ROW.FILLED, _ROW.CHECKED, OFFICE_ROLES, guard=_checked_by_another),
        *(Transition(source, _ROW.RETURNED, OFFICE_ROLES, needs_reason=True) for source in (_ROW.FILLED, _ROW.CHECKED)),
    ],
)
REPORT = StateMachine(
    QuarterlyReport, [Transition(_REPORT.OPEN, _REPORT.SIGNED, (Role.OFFICE_SIGNER,), guard=_signed_by_another)]
)


@transaction.atomic
def report_open(*, actor: User, quarter: str) -> QuarterlyReport:
    """Open the first version; Invalid before the quarter's last day or outside the plan, Conflict when there is one."""
    _require(actor, "open")
    chosen = quarters.parse(quarter)
    plan = plan_on(chosen.end)
    if not plan.starts_on <= chosen.end <= plan.ends_on:
        raise Invalid(f"{chosen.label}不在方案期内，没有要报送的台账。", field="quarter")
    if clock.today() < chosen.end:
        raise Invalid(f"{chosen.label}还没有结束，{chosen.end} 起才能填报。", field="quarter")
    if QuarterlyReport.objects.filter(plan=plan, quarter=str(chosen)).exists():
        raise Conflict(f"{chosen.label}的台账已经开启，请在原台账上办理。")
    report = _new(actor, plan, str(chosen), 1)
    ReportRow.objects.bulk_create(ReportRow(report=report, measure=measure) for measure in plan.measures.all())
    due = quarters.due(chosen).day
    for measure in plan.measures.all():
        _tell(
            people_of(measure, MeasureUnit.Role.LEAD),
            f"report-open:{report.pk}",
            f"请填报{chosen.label}台账",
            f"由本单位牵头的措施，请在 {due} 前填完进展情况、存在问题和下一步工作计划。",
            report,
        )
    return report


@transaction.atomic
def row_fill(*, actor: User, row: ReportRow, words: Words) -> None:
    """Write the three columns; what supporting units said of other words no longer holds."""
    _require(actor, "fill", row.measure)
    _require_open(row.report)
    # Under the lock: somebody may have written since the caller read the row.
    row.refresh_from_db(fields=["state", *LABELS])
    cleaned = {name: text.strip() for name, text in asdict(words).items()}
    for name, text in cleaned.items():
        label = LABELS[name]
        if not text:
            raise Invalid(f"请填写{label}，没有就写“无”。", field=name)
        if len(text) > LONGEST:
            raise Invalid(f"{label}最多 {LONGEST} 字，现有 {len(text)} 字。", field=name)
    changed = any(getattr(row, name) != text for name, text in cleaned.items())
    ROW.move(row, _ROW.FILLED, actor=actor, filled_by=actor, filled_at=clock.now(), **cleaned)
    audit.record("report_row_fill", actor=actor, obj=row, measure=row.measure.number)
    if changed:
        row.answers.all().delete()
        _tell(
            people_of(row.measure, MeasureUnit.Role.SUPPORT),
            # One message a day, however many rows are filled in.
            f"report-answer:{row.report_id}:{clock.today()}",
            "请确认台账填报",
            "牵头单位已填报由本单位配合的措施，请逐项同意或写明意见。",
            row.report,
        )


@transaction.atomic
def row_answer(*, actor: User, row: ReportRow, agreed: bool, comment: str = "", seen: str = "") -> RowAnswer:
    """A supporting unit agrees, or says what it would change; the lead unit is told of the latter. ``seen`` as for
    :func:`row_check`."""
    _require(actor, "answer", row.measure)
    _require_seen(row, seen)
    comment = comment.strip()[:COMMENT]
    if row.state not in (_ROW.FILLED, _ROW.CHECKED):
        raise Conflict("牵头单位还没有填好这一项，填好后再答复。")
    if not agreed and not comment:
        raise Invalid("不同意请写明意见。", field="comment")
    said = {"by": actor, "at": clock.now(), "agreed": agreed, "comment": comment}
    answer, _ = RowAnswer.objects.update_or_create(row=row, party=actor.party, defaults=said)
    audit.record("report_row_answer", actor=actor, obj=row, agreed=agreed, comment=comment)
    if not agreed:
        _tell(
            people_of(row.measure, MeasureUnit.Role.LEAD),
            f"report-objection:{answer.pk}:{answer.at.isoformat()}",
            f"第 {row.measure.number} 项台账有意见",
            f"{actor.party}：{comment}",
            row.report,
            row,
        )
    return answer


@transaction.atomic
def row_check(*, actor: User, row: ReportRow, seen: str = "") -> None:
    """The office finds the row right. ``seen``: ``filled_at`` (ISO) of what it read; Conflict when it is older."""
    _require(actor, "check")
    _require_seen(row, seen)
    ROW.move(row, _ROW.CHECKED, actor=actor, checked_by=actor, note="")
    audit.record("report_row_check", actor=actor, obj=row, measure=row.measure.number)


@transaction.atomic
def row_return(*, actor: User, row: ReportRow, reason: str) -> None:
    """Back to the lead unit, with what is to be changed."""
    _require(actor, "check")
    _require_open(row.report)
    reason = reason.strip()[:COMMENT]
    moved = ROW.move(row, _ROW.RETURNED, actor=actor, reason=reason, checked_by=None, note=reason)
    audit.record("report_row_return", actor=actor, obj=row, measure=row.measure.number, reason=reason)
    _tell(
        people_of(row.measure, MeasureUnit.Role.LEAD),
        f"report-return:{moved.pk}",
        f"第 {row.measure.number} 项台账已退回",
        reason,
        row.report,
        row,
    )


@transaction.atomic
def report_sign(*, actor: User, report: QuarterlyReport) -> None:
    """A second person signs: what the ledger says now is frozen and chained to the report signed before."""
    _require(actor, "sign")
    # One after another: each is chained to the one before.
    plan = Plan.objects.select_for_update(of=("self",)).get(pk=report.plan_id)
    _require_open(report)
    last = QuarterlyReport.objects.filter(plan=plan, state=_REPORT.SIGNED, following=None).first()
    snapshot = ledger_table(report.quarter, plan, working=True).snapshot()
    digest = digest_of(report, snapshot, last.digest if last else "")
    REPORT.move(
        report,
        _REPORT.SIGNED,
        actor=actor,
        signed_by=actor,
        signed_at=clock.now(),
        snapshot=snapshot,
        digest=digest,
        previous=last,
    )
    audit.record("report_sign", actor=actor, obj=report, quarter=report.quarter, number=report.number, digest=digest)


@transaction.atomic
def report_correct(*, actor: User, report: QuarterlyReport, reason: str) -> QuarterlyReport:
    """Open the next version of a signed report: its words are there and are to be checked anew."""
    _require(actor, "check")
    reason = reason.strip()[:COMMENT]
    if not reason:
        raise Invalid("请写明为什么更正。", field="reason")
    newest = QuarterlyReport.objects.filter(plan=report.plan, quarter=report.quarter).latest("number")
    if newest.pk != report.pk or newest.state != _REPORT.SIGNED:
        raise Conflict("这一版已经在更正，请刷新后在新的一版上办理。")
    fresh = _new(actor, report.plan, report.quarter, report.number + 1, reason)
    ReportRow.objects.bulk_create(
        ReportRow(
            report=fresh,
            measure=row.measure,
            state=_ROW.FILLED,
            progress=row.progress,
            problems=row.problems,
            next_steps=row.next_steps,
            filled_by=row.filled_by,
            filled_at=row.filled_at,
        )
        for row in report.rows.select_related("measure")
    )
    return fresh


def digest_of(report: QuarterlyReport, snapshot: object, before: str) -> str:
    """SHA-256 (hex) over the digest before, which report it is, and its content in canonical JSON."""
    content = [before, report.plan.code, report.quarter, report.number, snapshot]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def broken_reports() -> list[QuarterlyReport]:
    """Signed reports whose digest is not that of their content and of the report before."""
    signed = QuarterlyReport.objects.filter(state=_REPORT.SIGNED).select_related("plan", "previous")
    return [
        report
        for report in signed.order_by("pk")
        if report.digest != digest_of(report, report.snapshot, report.previous.digest if report.previous else "")
    ]


def people_of(measure: Measure, role: MeasureUnit.Role) -> list[User]:
    """Those who report for the units that have ``role`` in the measure."""
    units = measure.units.filter(role=role, pending=False, party__isnull=False).order_by()
    return list(users_with(Role.LEAD_UNIT).filter(party__in=units.values("party")))


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


def _require(actor: User, action: str, measure: Measure | None = None) -> None:
    if not may_file(actor, action, measure):
        raise NotAllowed(NOT_YOUR_ROLE)


def _require_open(report: QuarterlyReport) -> None:
    # Signing takes the same lock, so that no word changes under the signature.
    state = QuarterlyReport.objects.select_for_update(of=("self",)).values_list("state", flat=True).get(pk=report.pk)
    if state != _REPORT.OPEN:
        raise Conflict("这一版已经审签，不能再改；有误请金融办更正，另出一版。")


def _require_seen(row: ReportRow, seen: str) -> None:
    """The row as it is now, in a report that is open."""
    _require_open(row.report)
    row.refresh_from_db(fields=["state", "filled_at", "filled_by", *LABELS])
    if seen and (row.filled_at is None or seen != row.filled_at.isoformat()):
        raise Conflict("牵头单位刚刚改过这一项，请看过新的内容再办理。")


def _tell(
    users: Iterable[User], key: str, title: str, body: str, report: QuarterlyReport, row: ReportRow | None = None
) -> None:
    path = f"/ledger/{report.quarter}/filing/" + (f"{row.measure.number}/" if row else "")
    notify(users=users, key=key, title=title, body=body, path=path)
