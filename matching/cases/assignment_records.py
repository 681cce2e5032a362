"""Assignments as they were: the file of an office that kept its own list before."""

from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.models import Party, Role, User
from common import audit, clock
from common.errors import Conflict, Invalid, NotAllowed
from common.tabular import Outcome
from matching.cases.liaison import require_room
from matching.cases.selectors_roster import SERVED_KINDS
from matching.models import LiaisonAssignment
from talents.models import LiaisonOfficer


@transaction.atomic
def assignment_record(
    *,
    actor: User,
    party: Party,
    officer: LiaisonOfficer,
    backup: LiaisonOfficer | None,
    started_on: date,
    ended_on: date | None = None,
    end_reason: str = "",
) -> Outcome:
    """Record one assignment with its own dates, for files only; party and first day identify it.

    One that runs still needs an officer in service with room, and no other of that party at the same time.
    """
    if not actor.has_role(Role.SYSTEM):
        raise NotAllowed("特派员由金融办指派；历史指派由导入命令补录。")
    _check(party, officer, backup, started_on, ended_on, end_reason)
    Party.objects.select_for_update(of=("self",)).get(pk=party.pk)
    known = LiaisonAssignment.objects.filter(party=party, started_on=started_on).select_related("officer").first()
    if known is not None:
        return _again(actor, known, officer, backup, ended_on, end_reason)
    _require_alone(party, started_on, ended_on)
    if ended_on is None:
        require_room(officer)
    try:
        with transaction.atomic():
            assignment = LiaisonAssignment.objects.create(
                party=party,
                officer=officer,
                backup=backup,
                started_on=started_on,
                ended_on=ended_on,
                end_reason=end_reason,
                assigned_by=actor,
            )
    except IntegrityError as error:
        raise Conflict(f"“{party.name}”已有特派员，请先填写前一位的结束日期。", field="party_code") from error
    audit.record("liaison_record", actor=actor, obj=assignment, party=party.pk, officer=officer.pk)
    return Outcome.CREATED


def _again(
    actor: User,
    known: LiaisonAssignment,
    officer: LiaisonOfficer,
    backup: LiaisonOfficer | None,
    ended_on: date | None,
    end_reason: str,
) -> Outcome:
    if known.officer_id != officer.pk or (backup is not None and known.backup_id != backup.pk):
        raise Conflict(f"这一户自 {known.started_on} 起的指派已登记为“{known.officer.user}”，请核对。", field="officer")
    if ended_on is None or (known.ended_on, known.end_reason) == (ended_on, end_reason):
        return Outcome.UNCHANGED
    if known.ended_on is not None:
        raise Conflict(f"这项指派已于 {known.ended_on} 结束，结束记录不能更改。", field="ended_on")
    LiaisonAssignment.objects.filter(pk=known.pk, ended_on=None).update(ended_on=ended_on, end_reason=end_reason)
    audit.record("liaison_end", actor=actor, obj=known, on=ended_on)
    return Outcome.UPDATED


def _check(
    party: Party,
    officer: LiaisonOfficer,
    backup: LiaisonOfficer | None,
    started_on: date,
    ended_on: date | None,
    end_reason: str,
) -> None:
    today = clock.today()
    if party.kind not in SERVED_KINDS:
        raise Invalid(f"“{party.name}”不是企业、人才或团队。", field="party_code")
    if backup is not None and backup.pk == officer.pk:
        raise Invalid("后备特派员应为另一人。", field="backup")
    if not officer.since <= started_on <= today:
        raise Invalid(f"开始日期应在聘任日期 {officer.since} 与今天之间。", field="started_on")
    if ended_on is not None and not started_on <= ended_on <= today:
        raise Invalid("结束日期应在开始日期与今天之间。", field="ended_on")
    if ended_on is not None and not end_reason:
        raise Invalid("填了结束日期，请同时填写结束原因。", field="end_reason")
    if ended_on is None and end_reason:
        raise Invalid("填了结束原因，请同时填写结束日期。", field="ended_on")


def _require_alone(party: Party, started_on: date, ended_on: date | None) -> None:
    """The day one ends may be the day the next begins."""
    overlapping = party.assignments.filter(Q(ended_on=None) | Q(ended_on__gt=started_on))
    if ended_on is not None:
        overlapping = overlapping.filter(started_on__lt=ended_on)
    if other := overlapping.order_by("started_on").first():
        raise Conflict(
            f"与这一户自 {other.started_on} 起的指派时间重叠，请先填写那一项的结束日期。", field="started_on"
        )
