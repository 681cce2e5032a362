"""One measure of a quarter's report: filled in, answered by supporting units, checked or returned."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from django.db import transaction

from accounts.models import Role, User
from accounts.policies import OFFICE_ROLES
from accounts.selectors import users_with
from accounts.services import notify
from common import audit, clock
from common.errors import Conflict, Invalid, NotAllowed
from common.transitions import NOT_YOUR_ROLE, StateMachine, Transition
from ledger.models import Measure, MeasureUnit, QuarterlyReport, ReportRow, RowAnswer
from ledger.policies import may_file

LONGEST, COMMENT = 2_000, 300
LABELS = {"progress": "进展情况", "problems": "存在问题", "next_steps": "下一步工作计划"}
_ROW = ReportRow.State


@dataclass(frozen=True)
class Words:
    """What a lead unit writes in the last three columns; 无 where there is nothing to say."""

    progress: str
    problems: str
    next_steps: str


def _checked_by_another(row: ReportRow, actor: User) -> str:
    return "填报和审核不能是同一个人，请由同事审核。" if row.filled_by_id == actor.pk else ""


_WRITERS = (*OFFICE_ROLES, Role.LEAD_UNIT)
ROW = StateMachine(
    ReportRow,
    [
        *(Transition(source, _ROW.FILLED, _WRITERS) for source in (_ROW.TO_FILL, _ROW.RETURNED)),
        # What waits to be checked the office returns rather than rewrites.
        Transition(_ROW.FILLED, _ROW.FILLED, (Role.LEAD_UNIT,)),
        Transition(_ROW.FILLED, _ROW.CHECKED, OFFICE_ROLES, guard=_checked_by_another),
        *(Transition(source, _ROW.RETURNED, OFFICE_ROLES, needs_reason=True) for source in (_ROW.FILLED, _ROW.CHECKED)),
    ],
)


@transaction.atomic
def row_fill(*, actor: User, row: ReportRow, words: Words, seen: str | None = None) -> None:
    """Write the three columns; what supporting units said of other words no longer holds. ``seen`` as for
    :func:`row_check`."""
    require(actor, "fill", row.measure)
    _require_seen(row, seen)
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
        tell(
            people_of([row.measure], MeasureUnit.Role.SUPPORT),
            # One message a day, however many rows are filled in.
            f"report-answer:{row.report_id}:{clock.today()}",
            "请确认台账填报",
            "牵头单位已填报由本单位配合的措施，请逐项同意或写明意见。",
            row.report,
        )


@transaction.atomic
def row_answer(*, actor: User, row: ReportRow, agreed: bool, comment: str = "", seen: str | None = None) -> RowAnswer:
    """A supporting unit agrees, or says what it would change; the lead unit is told of the latter, and the office
    where it has checked the row. ``seen`` as for :func:`row_check`."""
    require(actor, "answer", row.measure)
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
        office = users_with(Role.OFFICE, Role.OFFICE_SIGNER) if row.state == _ROW.CHECKED else ()
        tell(
            [*people_of([row.measure], MeasureUnit.Role.LEAD), *office],
            f"report-objection:{answer.pk}:{answer.at.isoformat()}",
            f"第 {row.measure.number} 项台账有意见",
            f"{actor.party}：{comment}",
            row.report,
            row,
        )
    return answer


@transaction.atomic
def row_check(*, actor: User, row: ReportRow, seen: str | None = None) -> None:
    """The office finds the row right; with the last one, signers are told.

    ``seen``: ``stamp`` of the words that were read; Conflict when it is another by now.
    """
    require(actor, "check")
    _require_seen(row, seen)
    moved = ROW.move(row, _ROW.CHECKED, actor=actor, checked_by=actor, note="")
    audit.record("report_row_check", actor=actor, obj=row, measure=row.measure.number)
    if not row.report.rows.exclude(state=_ROW.CHECKED).exists():
        signers = users_with(Role.OFFICE_SIGNER)
        body = "各项都已审核，请看过台账后审签。"
        tell(signers, f"report-ready:{moved.pk}", f"请审签{row.report.quarter}台账", body, row.report)


@transaction.atomic
def row_return(*, actor: User, row: ReportRow, reason: str) -> None:
    """Back to the lead unit, with what is to be changed."""
    require(actor, "check")
    require_open(row.report)
    reason = reason.strip()[:COMMENT]
    moved = ROW.move(row, _ROW.RETURNED, actor=actor, reason=reason, checked_by=None, note=reason)
    audit.record("report_row_return", actor=actor, obj=row, measure=row.measure.number, reason=reason)
    tell(
        people_of([row.measure], MeasureUnit.Role.LEAD),
        f"report-return:{moved.pk}",
        f"第 {row.measure.number} 项台账已退回",
        reason,
        row.report,
        row,
    )


def people_of(measures: Iterable[Measure], role: MeasureUnit.Role) -> list[User]:
    """Those who report for the units that have ``role`` in any of ``measures``."""
    units = MeasureUnit.objects.filter(measure__in=measures, role=role, pending=False, party__isnull=False).order_by()
    return list(users_with(Role.LEAD_UNIT).filter(party__in=units.values("party")))


def require(actor: User, action: str, measure: Measure | None = None) -> None:
    """NotAllowed unless ``actor`` may."""
    if not may_file(actor, action, measure):
        raise NotAllowed(NOT_YOUR_ROLE)


def require_open(report: QuarterlyReport) -> None:
    """Lock the report; Conflict once it is signed."""
    # Signing takes the same lock, so that no word changes under the signature.
    state = QuarterlyReport.objects.select_for_update(of=("self",)).values_list("state", flat=True).get(pk=report.pk)
    if state != QuarterlyReport.State.OPEN:
        raise Conflict("这一版已经审签，不能再改；有误请金融办更正，另出一版。")


def _require_seen(row: ReportRow, seen: str | None) -> None:
    """The row as it is now, under the lock of its report: somebody may have written since it was read."""
    require_open(row.report)
    row.refresh_from_db(fields=["state", "filled_at", "filled_by", *LABELS])
    if seen is not None and seen != row.stamp:
        raise Conflict("这一项刚刚有人改过，请看过新的内容再办理。")


def tell(
    users: Iterable[User], key: str, title: str, body: str, report: QuarterlyReport, row: ReportRow | None = None
) -> int:
    """Leave a message that leads to the report, or to the row; how many are new."""
    path = f"/ledger/{report.quarter}/filing/" + (f"{row.measure.number}/" if row else "")
    return notify(users=users, key=key, title=title, body=body, path=path)
