"""Officers assigned to parties within their capacity, and the log of what they did."""

from datetime import date, timedelta

from django.db import IntegrityError, transaction

from accounts.models import Party, Role, User
from accounts.selectors import users_of
from accounts.services import notify
from common import audit, clock
from common.errors import Conflict, Invalid, NotAllowed
from enterprises.models import Need
from journal.services import post
from matching.cases.kinds_referrals import SERVED
from matching.cases.policies import can
from matching.cases.selectors_roster import SERVED_KINDS
from matching.models import LiaisonAssignment, ServiceLog
from talents.models import LiaisonOfficer
from talents.selectors import officer_of, roster
from talents.services import officer_retire

# What is written later than this is remembered rather than recorded.
MAX_BACKDATE_DAYS = 30
_KEY_LENGTH, _CONTENT_LENGTH, _STEP_LENGTH = 40, 1000, 300


@transaction.atomic
def liaison_assign(
    *, actor: User, party: Party, officer: LiaisonOfficer, backup: LiaisonOfficer | None = None
) -> LiaisonAssignment:
    """Let ``officer`` accompany ``party`` from today; Conflict when the party has one or the officer is full."""
    if not can(actor, "assign", party):
        raise NotAllowed("特派员由金融办指派。")
    if party.kind not in SERVED_KINDS:
        raise Invalid(f"“{party.name}”不是企业、人才或团队。", field="party")
    if backup is not None and backup.pk == officer.pk:
        raise Invalid("后备特派员应为另一人。", field="backup")
    require_room(officer)
    if backup is not None and not roster().filter(pk=backup.pk).exists():
        raise Conflict("后备特派员不在岗，请另选。", field="backup")
    try:
        with transaction.atomic():
            assignment = LiaisonAssignment.objects.create(
                party=party, officer=officer, backup=backup, started_on=clock.today(), assigned_by=actor
            )
    except IntegrityError as error:
        raise Conflict(f"“{party.name}”已有特派员，请用“移交”换人。", field="party") from error
    audit.record("liaison_assign", actor=actor, obj=assignment, party=party.pk, officer=officer.pk)
    _tell(assignment)
    return assignment


@transaction.atomic
def liaison_end(*, actor: User, assignment: LiaisonAssignment, reason: str) -> None:
    """End an assignment today; the row stays as history."""
    if not can(actor, "assign", assignment.party):
        raise NotAllowed("特派员由金融办指派和更换。")
    if not reason.strip() or len(reason) > 200:
        raise Invalid("请填写结束原因（200 字以内）。", field="reason")
    ended = {"ended_on": clock.today(), "end_reason": reason.strip()}
    if not LiaisonAssignment.objects.filter(pk=assignment.pk, ended_on=None).update(**ended):
        raise Conflict("这项指派已经结束，请刷新。")
    assignment.refresh_from_db()
    audit.record("liaison_end", actor=actor, obj=assignment)


@transaction.atomic
def liaison_hand_over(
    *,
    actor: User,
    assignment: LiaisonAssignment,
    officer: LiaisonOfficer,
    reason: str,
    backup: LiaisonOfficer | None = None,
) -> LiaisonAssignment:
    """End one assignment and begin the next in one step: the party is never left without an officer."""
    if officer.pk == assignment.officer_id:
        raise Invalid("接手的应为另一位特派员。", field="officer")
    liaison_end(actor=actor, assignment=assignment, reason=reason)
    return liaison_assign(actor=actor, party=assignment.party, officer=officer, backup=backup)


@transaction.atomic
def officer_leave(*, actor: User, officer: LiaisonOfficer, on: date, reason: str) -> None:
    """Take an officer off the roster from ``on``; Conflict while parties are accompanied, who would be left alone."""
    if not reason.strip() or len(reason) > 200:
        raise Invalid("请填写离岗原因（200 字以内）。", field="reason")
    # An assignment made at the same time waits here, then finds the officer gone.
    LiaisonOfficer.objects.select_for_update(of=("self",)).get(pk=officer.pk)
    active = LiaisonAssignment.objects.filter(officer=officer, ended_on=None).count()
    if active:
        raise Conflict(f"该特派员还在服务 {active} 户，请先逐户移交或结束，再登记离岗。")
    officer_retire(actor=actor, officer=officer, on=on, reason=reason.strip())


@transaction.atomic
def service_log_write(
    *,
    actor: User,
    party: Party,
    happened_on: date,
    way: str,
    content: str,
    next_step: str = "",
    next_on: date | None = None,
    need: Need | None = None,
    client_key: str,
) -> ServiceLog:
    """Write one service once: the same ``client_key`` with the same content returns the first entry.

    The officer or backup of ``party`` writes, up to MAX_BACKDATE_DAYS later; the system writes for its officer, without
    that limit. Conflict for other content.
    """
    if not can(actor, "log", party):
        raise NotAllowed("只有这一户现任的特派员或后备特派员能写服务记录。")
    _check_log(party, happened_on, way, content, next_step, next_on, need, client_key)
    oldest = clock.today() - timedelta(days=MAX_BACKDATE_DAYS)
    if happened_on < oldest and not actor.has_role(Role.SYSTEM):
        raise Invalid(f"最多补记 {MAX_BACKDATE_DAYS} 天内的服务（{oldest} 起），请核对日期。", field="happened_on")
    said = {
        "party_id": party.pk,
        "officer_id": _writer(actor, party).pk,
        "need_id": need.pk if need else None,
        "happened_on": happened_on,
        "way": str(way),
        "content": content.strip(),
        "next_step": next_step.strip(),
        "next_on": next_on,
    }
    log, created = ServiceLog.objects.get_or_create(client_key=client_key, defaults=said)
    if not created:
        if any(getattr(log, name) != value for name, value in said.items()):
            raise Conflict("这一页已经提交过别的内容；服务记录不能修改，请另写一条。", field="client_key")
        return log
    _post_log(actor, log)
    return log


def _post_log(actor: User, log: ServiceLog) -> None:
    post(
        actor=actor,
        kind=SERVED,
        source_key=str(log.pk),
        occurred_on=log.happened_on,
        party=log.party,
        organisation=log.officer.employer,
        fields={"way": ServiceLog.Way(log.way).label},
    )
    audit.record("service_log_write", actor=actor, obj=log, party=log.party_id, way=log.way)


def require_room(officer: LiaisonOfficer) -> None:
    """Assignments to one officer wait for each other here, then count."""
    held = LiaisonOfficer.objects.select_for_update(of=("self",)).get(pk=officer.pk)
    if not roster().filter(pk=held.pk).exists():
        raise Conflict("该特派员不在岗或聘期已满，请另选。", field="officer")
    active = LiaisonAssignment.objects.filter(officer=held, ended_on=None).count()
    if active >= held.capacity:
        raise Conflict(f"该特派员已服务 {active} 户，达到上限 {held.capacity} 户，请另选。", field="officer")


def _writer(actor: User, party: Party) -> LiaisonOfficer:
    officer = officer_of(actor)
    if officer is not None and not actor.has_role(Role.SYSTEM):
        return officer
    assignment = party.assignments.filter(ended_on=None).select_related("officer").first()
    if assignment is None:
        raise Conflict(f"“{party.name}”还没有特派员，请先指派。", field="party")
    return assignment.officer


def _check_log(
    party: Party,
    happened_on: date,
    way: str,
    content: str,
    next_step: str,
    next_on: date | None,
    need: Need | None,
    client_key: str,
) -> None:
    refused = {
        "client_key": not client_key or len(client_key) > _KEY_LENGTH,
        "happened_on": happened_on > clock.today(),
        "way": way not in ServiceLog.Way.values,
        "content": not content.strip() or len(content) > _CONTENT_LENGTH,
        "next_step": len(next_step) > _STEP_LENGTH,
        "next_on": next_on is not None and next_on < happened_on,
        "need": need is not None and need.party_id != party.pk,
    }
    said = {
        "client_key": "页面已失效，请刷新后重新填写。",
        "happened_on": "服务日期不能晚于今天。",
        "way": "请选择服务方式。",
        "content": f"请写明做了什么（{_CONTENT_LENGTH} 字以内）。",
        "next_step": f"下一步最多 {_STEP_LENGTH} 字。",
        "next_on": "约定日期不能早于服务日期。",
        "need": "所选需求不是这一户的。",
    }
    for field, wrong in refused.items():
        if wrong:
            raise Invalid(said[field], field=field)


def _tell(assignment: LiaisonAssignment) -> None:
    key, party, officer = f"liaison:{assignment.pk}", assignment.party, assignment.officer
    notify(users=[officer.user], key=key, title="新指派一户", body="请在 3 个工作日内联系。", path="/officer/")
    notify(users=users_of(party, Role.FIRM, Role.TALENT), key=key, title=f"您的金融特派员：{officer.user}")
