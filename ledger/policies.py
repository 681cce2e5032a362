"""Who may read plans and ledgers: everyone with an account; the records behind a figure: whose measure it is; who
brings a quarter to be filed."""

from django.db.models import QuerySet

from accounts.models import Role, User
from accounts.policies import OFFICE_ROLES, Viewer
from ledger.models import Measure, MeasureUnit, Plan


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
    return _part_in(user, plan, MeasureUnit.Role.LEAD) if user.has_role(Role.LEAD_UNIT) else frozenset()


def _part_in(user: User, plan: Plan, role: MeasureUnit.Role) -> frozenset[int]:
    """Numbers of the measures in which ``user``'s unit has that part."""
    if user.party_id is None:
        return frozenset()
    units = MeasureUnit.objects.filter(measure__plan=plan, role=role, party_id=user.party_id, pending=False)
    return frozenset(units.order_by().values_list("measure__number", flat=True))


def may_file(user: Viewer, action: str, measure: Measure | None = None) -> bool:
    """``see`` reports before they are signed, ``open``, ``check`` (and return, correct), ``sign``; of a measure
    ``fill`` (the office for any unit) and ``answer`` as a supporting unit."""
    if not isinstance(user, User) or not user.is_active:
        return False
    if action in ("open", "check"):
        return user.has_role(*OFFICE_ROLES)
    if action == "sign":
        return user.has_role(Role.OFFICE_SIGNER)
    if action == "see":
        return user.has_role(*OFFICE_ROLES, Role.LEAD_UNIT)
    if measure is None:
        return False
    if action == "fill":
        return measure.number in traced_measures(user, measure.plan)
    supported = measure.number in _part_in(user, measure.plan, MeasureUnit.Role.SUPPORT)
    return action == "answer" and may_file(user, "see") and supported


def can(user: Viewer, action: str, plan: Plan | None = None) -> bool:
    """``view`` a plan and its ledger; ``load`` a plan file."""
    if not isinstance(user, User) or not user.is_active:
        return False
    if action == "view":
        return plan is None or visible_to(user).filter(pk=plan.pk).exists()
    return action == "load" and user.has_role(*OFFICE_ROLES)
