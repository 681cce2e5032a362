"""Who may read the matches of a need: whoever may read the need on its owner's side. Institutions do not."""

from django.db.models import QuerySet

from accounts.models import Party, User
from accounts.policies import Viewer
from enterprises import policies as enterprises
from enterprises.models import Need


def visible_to(user: Viewer) -> QuerySet[Need]:
    """Needs whose matches ``user`` may read; drafts, also those given up, have none."""
    if _is_institution(user):
        # A bank that may see a need still never learns how its competitors' products fit.
        return Need.objects.none()
    return enterprises.needs_visible_to(user).exclude(state=Need.State.DRAFT).exclude(kinds=[])


def can(user: Viewer, action: str, need: Need) -> bool:
    """``view`` the matches of ``need``."""
    return action == "view" and visible_to(user).filter(pk=need.pk).exists()


def _is_institution(user: Viewer) -> bool:
    return isinstance(user, User) and user.party is not None and user.party.kind == Party.Kind.INSTITUTION
