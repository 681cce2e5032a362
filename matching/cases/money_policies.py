"""Who records money and who reads it: the institution its own, a party its own, the office all."""

from django.db.models import Q, QuerySet

from accounts.models import Party, Role, User
from accounts.policies import BANK_ROLES, OFFICE_ROLES, Viewer, holds_grants
from matching.models import Financing, FirstLoanClaim


def may_record(user: User, institution: Party) -> bool:
    """The institution's own staff, those of an institution above it, and the import."""
    if user.has_role(Role.SYSTEM):
        return True
    if not user.has_role(*BANK_ROLES) or user.party_id is None:
        return False
    at: Party | None = institution
    while at is not None and at.pk != user.party_id:
        at = at.parent
    return at is not None


def financings_visible_to(user: Viewer) -> QuerySet[Financing]:
    """Financings ``user`` may read; a bank never sees another bank's."""
    everything = Financing.objects.select_related("institution", "party", "version__product")
    return everything.filter(_readable(user))


def claims_visible_to(user: Viewer) -> QuerySet[FirstLoanClaim]:
    """First-loan claims ``user`` may read: the office all, a bank and a party their own."""
    everything = FirstLoanClaim.objects.select_related("institution", "party", "financing", "definition")
    return everything.filter(_readable(user))


def _readable(user: Viewer) -> Q:
    if isinstance(user, User) and user.has_role(*OFFICE_ROLES):
        return Q()
    if not isinstance(user, User) or not holds_grants(user):
        return Q(pk=None)
    return Q(institution_id=user.party_id) | Q(institution__parent_id=user.party_id) | Q(party_id=user.party_id)
