"""What the finance office has to see to today: claims, referrals past their day, parties nobody accompanies."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from accounts.models import Party, User
from common import clock
from enterprises.selectors.whitelist import whitelist_on
from matching.cases.money_policies import claims_visible_to
from matching.cases.policies import visible_to
from matching.cases.states import ENDS
from matching.cases.states_first import OFFICE, SIGNERS, State
from matching.models import LiaisonAssignment, Referral


@dataclass(frozen=True)
class ClaimWork:
    """First-loan claims that this user may move on: take up, confirm (never what the same person verified), settle."""

    to_verify: int = 0
    to_confirm: int = 0
    doubtful: int = 0
    oldest: date | None = None


def claim_work(user: User) -> ClaimWork:
    """Counts in one query; nothing for those who have no part in it."""
    if not user.has_role(*OFFICE):
        return ClaimWork()
    confirmable = Q(state=State.VERIFYING) & ~Q(decided_by=user)
    mine = Q(state__in=[State.DECLARED, State.DOUBTFUL])
    if user.has_role(*SIGNERS):
        mine |= confirmable
    else:
        confirmable = Q(pk=None)
    found = (
        claims_visible_to(user)
        .order_by()
        .aggregate(
            to_verify=Count("pk", filter=Q(state=State.DECLARED)),
            to_confirm=Count("pk", filter=confirmable),
            doubtful=Count("pk", filter=Q(state=State.DOUBTFUL)),
            oldest=Min("created_at__date", filter=mine),
        )
    )
    return ClaimWork(**found)


def overdue_referrals(user: User) -> QuerySet[Referral]:
    """Referrals whose institution owes something since a day past, the longest overdue first."""
    rows = visible_to(user).exclude(state__in=ENDS).filter(paused_since=None, due_on__lt=clock.today())
    return rows.select_related("need__party", "institution").order_by("due_on", "pk")


def without_officer() -> QuerySet[Party]:
    """Parties on the whitelist today whom no officer accompanies, by party number."""
    served = LiaisonAssignment.objects.filter(party_id=OuterRef("pk"), ended_on=None)
    return whitelist_on(clock.today()).filter(~Exists(served))
