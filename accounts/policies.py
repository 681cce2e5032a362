"""Who may see which party: its own users, holders of a live grant, and the finance office."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from accounts.models import Grant, Party, Role, User
from common import clock

Viewer = User | AnonymousUser

OFFICE_ROLES = (Role.OFFICE, Role.OFFICE_SIGNER, Role.SYSTEM)


def visible_to(user: Viewer) -> QuerySet[Party]:
    """Parties whose particulars ``user`` may read. Institutions and departments are public."""
    public = Q(kind__in=[Party.Kind.INSTITUTION, Party.Kind.DEPARTMENT])
    if not isinstance(user, User):
        return Party.objects.filter(public)
    if user.has_role(*OFFICE_ROLES):
        return Party.objects.all()
    if user.party_id is None:
        return Party.objects.filter(public)
    live = Grant.objects.filter(grantee_id=user.party_id, ended_at=None, need_code="").exclude(until__lte=clock.now())
    return Party.objects.filter(public | Q(pk=user.party_id) | Q(pk__in=live.values("party_id")))


def can(user: Viewer, action: str, party: Party) -> bool:
    """``view``, or ``edit`` (its own users and the system only)."""
    if action == "edit":
        return isinstance(user, User) and (user.party_id == party.pk or user.has_role(Role.SYSTEM))
    return action == "view" and visible_to(user).filter(pk=party.pk).exists()
