"""Who reads referrals, needs of accompanied parties and service logs. An officer reads by assignment, not by grant:
a grant to the employer would open the party to the whole of it.
"""

from django.db.models import Q, QuerySet

from accounts.models import Party, Role, User
from accounts.policies import BANK_ROLES, OFFICE_ROLES, Viewer, at_desk
from enterprises import policies as enterprises
from enterprises.models import Need
from matching.models import LiaisonAssignment, Referral, ServiceLog
from talents.selectors import roster


def served_parties(user: Viewer) -> QuerySet[Party]:
    """Parties that ``user`` accompanies today, as officer or backup."""
    if not isinstance(user, User) or not user.has_role(Role.OFFICER):
        return Party.objects.none()
    serving = roster().filter(user=user).order_by().values("pk")
    active = LiaisonAssignment.objects.filter(Q(officer__in=serving) | Q(backup__in=serving), ended_on=None)
    return Party.objects.filter(pk__in=active.values("party_id")).order_by("pk")


def visible_to(user: Viewer) -> QuerySet[Referral]:
    """Referrals ``user`` may read. An institution reads its own alone, never another's answer or reason."""
    if not isinstance(user, User) or not user.is_active:
        return Referral.objects.none()
    if user.has_role(*OFFICE_ROLES):
        return Referral.objects.all()
    own = Q(pk__in=[])
    if user.party_id is not None:
        own = Q(institution_id=user.party_id) if at_desk(user) else Q(need__party_id=user.party_id)
    if user.has_role(*BANK_ROLES):
        # Whoever also works at an institution's desk is a competitor of the others.
        return Referral.objects.filter(own)
    return Referral.objects.filter(own | Q(need__party__in=served_parties(user)))


def needs_visible_to(user: Viewer) -> QuerySet[Need]:
    """Needs ``user`` may read by ownership, grant or office, and submitted ones of the parties it accompanies."""
    readable = enterprises.needs_visible_to(user)
    served = Need.objects.filter(party__in=served_parties(user)).exclude(state=Need.State.DRAFT).exclude(kinds=[])
    return Need.objects.filter(Q(pk__in=readable.values("pk")) | Q(pk__in=served.values("pk")))


def assignments_visible_to(user: Viewer) -> QuerySet[LiaisonAssignment]:
    """Assignments ``user`` may read: an officer's as long as they hold, a party's own, all for the office."""
    if not isinstance(user, User) or not user.is_active:
        return LiaisonAssignment.objects.none()
    if user.has_role(*OFFICE_ROLES):
        return LiaisonAssignment.objects.all()
    mine = Q(ended_on=None) & (Q(officer__user=user) | Q(backup__user=user))
    return LiaisonAssignment.objects.filter(mine if user.party_id is None else mine | Q(party_id=user.party_id))


def logs_visible_to(user: Viewer) -> QuerySet[ServiceLog]:
    """Service logs ``user`` may read: the party's own, those of accompanied parties, all for the office.

    What an officer wrote goes to the successor with the party.
    """
    if not isinstance(user, User) or not user.is_active:
        return ServiceLog.objects.none()
    if user.has_role(*OFFICE_ROLES):
        return ServiceLog.objects.all()
    mine = Q(party__in=served_parties(user))
    return ServiceLog.objects.filter(mine if user.party_id is None else mine | Q(party_id=user.party_id))


def discloses(user: Viewer, referral: Referral) -> bool:
    """True when ``user`` may read who asks and how much; an institution needs a live consent for that."""
    return can(user, "view", referral) and needs_visible_to(user).filter(pk=referral.need_id).exists()


def can(user: Viewer, action: str, obj: Referral | Need | Party) -> bool:
    """``view`` a referral; ``choose`` or ``dispatch`` for a need; ``grab`` for an institution; ``assign``, ``log`` or
    look up the ``contact`` for a party.
    """
    if not isinstance(user, User) or not user.is_active:
        return False
    match action, obj:
        case "view", Referral():
            return visible_to(user).filter(pk=obj.pk).exists()
        case "choose", Need():
            own = user.party_id == obj.party_id and user.has_role(Role.FIRM, Role.TALENT)
            return own or user.has_role(Role.SYSTEM)
        case "dispatch", Need():
            return user.has_role(*OFFICE_ROLES) or served_parties(user).filter(pk=obj.party_id).exists()
        case "grab", Party():
            return user.has_role(Role.SYSTEM) or (user.has_role(*BANK_ROLES) and user.party_id == obj.pk)
        case "assign", Party():
            return user.has_role(*OFFICE_ROLES)
        case "contact", Party():
            return user.party_id == obj.pk or enterprises.may_reach(user, obj) or _serves(user, obj)
        case "log", Party():
            return user.has_role(Role.SYSTEM) or _serves(user, obj)
    return False


def _serves(user: User, party: Party) -> bool:
    return served_parties(user).filter(pk=party.pk).exists()
