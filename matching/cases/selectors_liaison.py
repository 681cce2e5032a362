"""Reads of liaison: an officer's parties, what today asks for, and how much goes to the own employer."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from accounts.models import Party
from common import clock
from enterprises.models import Need
from matching.cases.opening import AWAITING_CONSENT
from matching.cases.states import State
from matching.models import LiaisonAssignment, Referral, ServiceLog
from talents.models import LiaisonOfficer

NEW_FOR = timedelta(days=7)
_FIRST_STEP = "首次联系，核对融资用途"


@dataclass(frozen=True)
class OfficerItem:
    """One thing to do: ``kind`` due | new | waiting; ``on`` is the day it is due or began.

    ``title`` says it in one line; ``what`` is how things stand, ``next_step`` what to do about it.
    """

    kind: str
    party: Party
    title: str
    on: date
    what: str
    next_step: str


@dataclass(frozen=True)
class OfficerToday:
    """What an officer's day asks for: counts, and the items, most urgent first."""

    due_today: int
    newly_assigned: int
    waiting_for_me: int
    items: tuple[OfficerItem, ...]


@dataclass(frozen=True)
class Share:
    """Referrals an officer dispatched, and those of them to the own employer."""

    own: int
    total: int

    @property
    def share_bp(self) -> int | None:
        """The share in basis points; None when nothing was dispatched."""
        return self.own * 10_000 // self.total if self.total else None


def cases_of(officer: LiaisonOfficer) -> QuerySet[LiaisonAssignment]:
    """Parties ``officer`` accompanies now, as officer or backup, with ``last_service`` (date), ``next_on`` and
    ``next_step``."""
    last = ServiceLog.objects.filter(party_id=OuterRef("party_id")).order_by("-happened_on", "-pk")
    return (
        _active(officer)
        .select_related("party", "officer__user", "backup__user")
        .annotate(
            last_service=Max("party__service_logs__happened_on"),
            next_on=Subquery(last.values("next_on")[:1]),
            next_step=Subquery(last.values("next_step")[:1]),
        )
        .order_by("party__name", "pk")
    )


def today_of_officer(officer: LiaisonOfficer) -> OfficerToday:
    """Agreed steps due by today, parties of the last week not yet served, and firms that owe an answer."""
    due, new, waiting = _due(officer), _new(officer), _waiting(officer)
    return OfficerToday(len(due), len(new), len(waiting), (*due, *new, *waiting))


def own_employer_share(officer: LiaisonOfficer) -> Share:
    """How much of what ``officer`` dispatched went to the own employer: shown, so that it can be asked about."""
    sent = Referral.objects.filter(created_by_id=officer.user_id, channel=Referral.Channel.DISPATCHED)
    return Share(sent.filter(institution_id=officer.employer_id).count(), sent.count())


def _active(officer: LiaisonOfficer) -> QuerySet[LiaisonAssignment]:
    return LiaisonAssignment.objects.filter(Q(officer=officer) | Q(backup=officer), ended_on=None)


def _due(officer: LiaisonOfficer) -> list[OfficerItem]:
    """Steps agreed in the last entry of each own party; a later entry settles an earlier one."""
    own = _active(officer).filter(officer=officer).values("party_id")
    later = ServiceLog.objects.filter(party_id=OuterRef("party_id")).filter(
        Q(happened_on__gt=OuterRef("happened_on")) | Q(happened_on=OuterRef("happened_on"), pk__gt=OuterRef("pk"))
    )
    logs = ServiceLog.objects.filter(~Exists(later), party_id__in=own, next_on__lte=clock.today())
    return [
        OfficerItem(
            "due", log.party, log.next_step or "按约定联系", log.next_on, _told(log), log.next_step or "按约定联系"
        )
        for log in logs.select_related("party").order_by("next_on", "pk")
        if log.next_on is not None
    ]


def _new(officer: LiaisonOfficer) -> list[OfficerItem]:
    served = ServiceLog.objects.filter(party_id=OuterRef("party_id"), officer=officer)
    fresh = _active(officer).filter(~Exists(served), officer=officer, started_on__gte=clock.today() - NEW_FOR)
    return [
        OfficerItem("new", item.party, "新指派，请上门或电话联系", item.started_on, "新指派，尚未联系", _FIRST_STEP)
        for item in fresh.select_related("party").order_by("started_on", "pk")
    ]


def _waiting(officer: LiaisonOfficer) -> list[OfficerItem]:
    """The firm owes an institution an answer, or its need has not been put before anybody."""
    own = _active(officer).filter(officer=officer).values("party_id")
    paused = Referral.objects.filter(need__party_id__in=own, paused_since__isnull=False).exclude(state=State.WITHDRAWN)
    unsent = Need.objects.filter(party_id__in=own, state=Need.State.OPEN, referrals=None)
    items = [
        OfficerItem(
            "waiting", row.need.party, f"{row.institution.name}：{row.pause_reason}", row.paused_since, *_owed(row)
        )
        for row in paused.select_related("need__party", "institution").order_by("paused_since", "pk")
        if row.paused_since is not None
    ]
    items += [
        OfficerItem(
            "waiting",
            need.party,
            f"需求 {need.code} 尚未派出",
            timezone.localtime(need.created_at).date(),
            f"需求 {need.code}（{'、'.join(need.kinds)}）尚未派出",
            "和企业一起选产品，授权后派出",
        )
        for need in unsent.select_related("party").order_by("created_at", "pk")
    ]
    return items


def _told(log: ServiceLog) -> str:
    return f"{log.happened_on:%m-%d} {log.get_way_display()}：{log.content}"


def _owed(row: Referral) -> tuple[str, str]:
    """How things stand with a referral that waits for the firm, and what to do."""
    if row.pause_reason == AWAITING_CONSENT:
        return f"{row.institution.name}想了解需求，等企业授权", "请企业看清授权内容，同意或谢绝"
    return f"{row.institution.name}等企业补：{row.pause_reason}", "催企业补齐，补好后恢复计时"
