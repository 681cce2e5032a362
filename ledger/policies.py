"""Who may read plans and ledgers: everyone with an account; the records behind a figure: whose measure it is."""

from django.db.models import QuerySet

from accounts.models import Role, User
from accounts.policies import OFFICE_ROLES, Viewer
from ledger.models import MeasureUnit, Plan


def visible_to(user: Viewer) -> QuerySet[Plan]:
    """Plans ``user`` may read."""
    plans = Plan.objects.order_by("starts_on", "pk")
    return plans if user.is_authenticated and user.is_active else plans.none()


def traced_measures(user: Viewer, plan: Plan) -> frozenset[int]:
    """Numbers of the measures whose figures ``user`` may follow to the records: all for the office, for a lead unit
    those it leads."""
    if not isinstance(user, User) or not user.is_active:
        return frozenset()
    if user.has_role(*OFFICE_ROLES):
        return frozenset(plan.measures.order_by().values_list("number", flat=True))
    if not user.has_role(Role.LEAD_UNIT) or user.party_id is None:
        return frozenset()
    led = MeasureUnit.objects.filter(
        measure__plan=plan, role=MeasureUnit.Role.LEAD, party_id=user.party_id, pending=False
    )
    return frozenset(led.order_by().values_list("measure__number", flat=True))


def can(user: Viewer, action: str, plan: Plan | None = None) -> bool:
    """``view`` a plan and its ledger; ``load`` a plan file."""
    if not isinstance(user, User) or not user.is_active:
        return False
    if action == "view":
        return plan is None or visible_to(user).filter(pk=plan.pk).exists()
    return action == "load" and user.has_role(*OFFICE_ROLES)
