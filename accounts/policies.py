"""Who may see which party: its own users, holders of a live grant, and the finance office."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from accounts.models import Grant, Party, Role, User
from common import clock

Viewer = User | AnonymousUser

OFFICE_ROLES = (Role.OFFICE, Role.OFFICE_SIGNER, Role.SYSTEM)
BANK_ROLES = (Role.BANK_MAKER, Role.BANK_CHECKER)


def at_desk(user: User) -> bool:
    """True for who works at an institution's desk. An officer it sends out is of the same party and is not."""
    return user.party is not None and user.party.kind == Party.Kind.INSTITUTION and user.has_role(*BANK_ROLES)


def holds_grants(user: User) -> bool:
    """True when grants to the user's party are for ``user``: to an institution they are for its desk alone."""
    if not user.is_active or user.party is None:
        return False
    return user.party.kind != Party.Kind.INSTITUTION or at_desk(user)


def visible_to(user: Viewer) -> QuerySet[Party]:
    """Parties whose particulars ``user`` may read. Institutions and departments are public."""
    public = Q(kind__in=[Party.Kind.INSTITUTION, Party.Kind.DEPARTMENT])
    if not isinstance(user, User) or not user.is_active:
        return Party.objects.filter(public)
    if user.has_role(*OFFICE_ROLES):
        return Party.objects.all()
    if not holds_grants(user):
        return Party.objects.filter(public)
    live = Grant.objects.filter(grantee_id=user.party_id, ended_at=None, need_code="").exclude(until__lte=clock.now())
    return Party.objects.filter(public | Q(pk=user.party_id) | Q(pk__in=live.values("party_id")))


def can(user: Viewer, action: str, party: Party) -> bool:
    """``view``, or ``edit`` (its own users and the system only)."""
    if action == "edit":
        own = isinstance(user, User) and user.is_active and user.party_id == party.pk
        return own or (isinstance(user, User) and user.has_role(Role.SYSTEM))
    return action == "view" and visible_to(user).filter(pk=party.pk).exists()
