"""The institution's inbox in tabs, with counts; every tab reads the same rows in the same order."""

from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from accounts.models import Party, User
from accounts.policies import BANK_ROLES, Viewer
from common import clock
from matching.cases import policies
from matching.cases.states import ENDS, State
from matching.models import Referral

_ANSWERED = (State.ACCEPTED, State.CONTACTED, State.DILIGENCE, State.APPROVED, State.SIGNED)
_RUNNING = Q(paused_since=None)

# Tab → (label, which referrals).
TABS: dict[str, tuple[str, Q]] = {
    "pending": ("待响应", Q(state=State.PENDING) & _RUNNING),
    "doing": ("办理中", Q(state__in=_ANSWERED) & _RUNNING),
    "waiting": ("等企业", ~Q(state__in=ENDS) & Q(paused_since__isnull=False)),
    "paid": ("已放款", Q(state=State.DISBURSED) & _RUNNING),
    "closed": ("已办结", Q(state__in=ENDS)),
}


@dataclass(frozen=True)
class DeskCounts:
    """What waits at one desk today. ``tabs`` has every tab."""

    tabs: dict[str, int]
    due_today: int
    overdue: int
    to_do: int


def desk_of(user: Viewer) -> Party | None:
    """The institution at whose desk ``user`` works; None for anybody else."""
    if not isinstance(user, User) or not user.has_role(*BANK_ROLES):
        return None
    party = user.party
    return party if party is not None and party.kind == Party.Kind.INSTITUTION else None


def desk_rows(user: Viewer, tab: str = "") -> QuerySet[Referral]:
    """Referrals of the user's institution in ``tab`` (all of them without), most urgent first.

    ``disclosed`` says whether who asks may be shown now.
    """
    party = desk_of(user)
    rows = policies.visible_to(user).filter(institution=party) if party else Referral.objects.none()
    readable = policies.needs_visible_to(user).filter(pk=OuterRef("need_id"))
    wanted = rows.filter(TABS[tab][1]) if tab else rows
    order = ("-closed_at", "-pk") if tab == "closed" else (F("due_on").asc(nulls_last=True), "pk")
    joined = wanted.select_related("need__party", "institution", "version__product")
    return joined.annotate(disclosed=Exists(readable)).order_by(*order)


def desk_counts(user: Viewer) -> DeskCounts:
    """Counts of every tab and of what is due, in one query."""
    today = clock.today()
    owed = _RUNNING & ~Q(state__in=ENDS)
    found = (
        desk_rows(user)
        .order_by()
        .aggregate(
            **{f"tab_{name}": Count("pk", filter=which) for name, (_, which) in TABS.items()},
            due_today=Count("pk", filter=owed & Q(due_on=today)),
            overdue=Count("pk", filter=owed & Q(due_on__lt=today)),
            to_do=Count("pk", filter=owed & (Q(due_on__lte=today) | Q(state=State.PENDING))),
        )
    )
    return DeskCounts(
        {name: found[f"tab_{name}"] for name in TABS}, found["due_today"], found["overdue"], found["to_do"]
    )


def held_by(need_id: int, institution_id: int | None) -> Referral | None:
    """The open referral of that need at that institution, if any."""
    rows = Referral.objects.filter(need_id=need_id, institution_id=institution_id).exclude(state__in=ENDS)
    return rows.order_by("-pk").first()
