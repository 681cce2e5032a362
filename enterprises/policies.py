"""Who may see and change firms, facts and needs. Everything beyond one's own needs a live grant."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts import policies as parties
from accounts.models import Grant, Party, Role, User
from accounts.policies import OFFICE_ROLES, Viewer
from common import clock
from enterprises.models import Fact, Need

# Who may enter what a department verified, and publish or end list membership.
REGISTRAR_ROLES = (*OFFICE_ROLES, Role.LEAD_UNIT)

# A closed need without a kind is a draft that was given up.
_SUBMITTED = ~Q(state=Need.State.DRAFT) & ~Q(kinds=[])


def visible_to(user: Viewer) -> QuerySet[Party]:
    """Firms whose particulars ``user`` may read."""
    return parties.visible_to(user).filter(kind=Party.Kind.ENTERPRISE)


def needs_visible_to(user: Viewer) -> QuerySet[Need]:
    """Needs ``user`` may read: its own party's, those it holds a live grant for, all for the office.

    A draft is read by its own party alone, whatever grants or roles anybody else holds.
    """
    if not isinstance(user, User):
        return Need.objects.none()
    own = Q(pk__in=[]) if user.party_id is None else Q(party_id=user.party_id)
    if user.has_role(*OFFICE_ROLES):
        return Need.objects.filter(own | _SUBMITTED)
    if user.party_id is None:
        return Need.objects.none()
    granted = Grant.objects.filter(
        Q(need_code="") | Q(need_code=OuterRef("code")),
        grantee_id=user.party_id,
        party_id=OuterRef("party_id"),
        ended_at=None,
    ).exclude(until__lte=clock.now())
    return Need.objects.filter(own | (_SUBMITTED & Exists(granted)))


def can(user: Viewer, action: str, obj: Party | Fact | Need) -> bool:
    """``view`` or ``edit`` a party, a fact of it or a need; ``register`` facts and lists on a department's behalf."""
    if action == "register":
        return isinstance(user, User) and user.has_role(*REGISTRAR_ROLES)
    if isinstance(obj, Need) and action == "view":
        return needs_visible_to(user).filter(pk=obj.pk).exists()
    party = obj if isinstance(obj, Party) else obj.party
    return parties.can(user, action, party)
