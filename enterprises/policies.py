"""Who may see and change firms, facts and needs. Everything beyond one's own needs a live grant."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts import policies as parties
from accounts.models import Grant, Party, Role, User
from accounts.policies import BANK_ROLES, OFFICE_ROLES, Viewer, at_desk, holds_grants
from common import clock
from enterprises.models import Consent, Fact, Need, WhitelistBatch, WhitelistEntry, WhitelistPush

# Who may enter what a department verified, and read every list.
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
    if not isinstance(user, User) or not user.is_active:
        return Need.objects.none()
    own = Q(pk__in=[]) if user.party_id is None else Q(party_id=user.party_id)
    if user.has_role(*OFFICE_ROLES):
        return Need.objects.filter(own | _SUBMITTED)
    if not holds_grants(user):
        return Need.objects.filter(own)
    granted = Grant.objects.filter(
        Q(need_code="") | Q(need_code=OuterRef("code")),
        grantee_id=user.party_id,
        party_id=OuterRef("party_id"),
        ended_at=None,
    ).exclude(until__lte=clock.now())
    return Need.objects.filter(own | (_SUBMITTED & Exists(granted)))


def lists_visible_to(user: Viewer) -> QuerySet[WhitelistBatch]:
    """Batches ``user`` may read: all for the office and the departments, which share one list; none for others."""
    if isinstance(user, User) and user.has_role(*REGISTRAR_ROLES):
        return WhitelistBatch.objects.order_by("-published_on", "-pk")
    return WhitelistBatch.objects.none()


def entries_visible_to(user: Viewer) -> QuerySet[WhitelistEntry]:
    """Members of the batches ``user`` may read."""
    return WhitelistEntry.objects.filter(batch__in=lists_visible_to(user).order_by().values("pk"))


def acts_for(user: Viewer, department: Party) -> bool:
    """True for the office, and for a lead unit acting for its own department: publishing, pushing, ending."""
    if not isinstance(user, User) or not user.is_active:
        return False
    return user.has_role(*OFFICE_ROLES) or (user.has_role(Role.LEAD_UNIT) and user.party_id == department.pk)


def pushes_visible_to(user: Viewer) -> QuerySet[WhitelistPush]:
    """Pushes ``user`` may read with their answers: an institution its own alone, a department those of its batches."""
    if not isinstance(user, User) or not user.is_active:
        return WhitelistPush.objects.none()
    pushes = WhitelistPush.objects.order_by("-pushed_on", "-pk")
    if user.has_role(*BANK_ROLES):
        # Whoever also works at an institution's desk is a competitor of the others.
        return pushes.filter(institution_id=user.party_id)
    if user.has_role(*OFFICE_ROLES):
        return pushes
    return pushes.filter(batch__department_id=user.party_id) if user.has_role(Role.LEAD_UNIT) else pushes.none()


def may_answer(user: Viewer, push: WhitelistPush) -> bool:
    """True for the desk of the institution that got ``push``, and for the system."""
    if not isinstance(user, User):
        return False
    own = user.party_id == push.institution_id and user.has_role(*BANK_ROLES)
    return own or user.has_role(Role.SYSTEM)


def may_reach(user: User, party: Party) -> bool:
    """True for the desk of an institution that ``party`` lets contact it, as long as that consent lives."""
    live = Consent.objects.filter(purpose=Consent.Purpose.WHITELIST, withdrawn_at=None, expires_at__gt=clock.now())
    return at_desk(user) and live.filter(need__party=party, institution_id=user.party_id).exists()


def can(user: Viewer, action: str, obj: Party | Fact | Need) -> bool:
    """``view`` or ``edit`` a party, a fact of it or a need; ``register`` facts on a department's behalf."""
    if action == "register":
        return isinstance(user, User) and user.has_role(*REGISTRAR_ROLES)
    if isinstance(obj, Need) and action == "view":
        return needs_visible_to(user).filter(pk=obj.pk).exists()
    party = obj if isinstance(obj, Party) else obj.party
    return parties.can(user, action, party)
