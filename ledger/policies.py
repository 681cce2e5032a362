"""Who may read plans and ledgers: everyone with an account; the sources behind a sentence only those who report."""

from django.db.models import QuerySet

from accounts.models import Role, User
from accounts.policies import OFFICE_ROLES, Viewer
from ledger.models import Plan


def visible_to(user: Viewer) -> QuerySet[Plan]:
    """Plans ``user`` may read."""
    plans = Plan.objects.order_by("starts_on", "pk")
    return plans if user.is_authenticated else plans.none()


def can(user: Viewer, action: str, plan: Plan | None = None) -> bool:
    """``view`` a plan and its ledger; ``trace`` its figures to postings; ``load`` a plan file."""
    if not isinstance(user, User) or not user.is_active:
        return False
    if action == "view":
        return plan is None or visible_to(user).filter(pk=plan.pk).exists()
    if action == "trace":
        return user.has_role(*OFFICE_ROLES, Role.LEAD_UNIT)
    return action == "load" and user.has_role(*OFFICE_ROLES)
