"""Reads of consents: what a party has allowed, and which of it holds now."""

from django.db.models import QuerySet

from accounts.models import Party
from common import clock
from enterprises.models import Consent, Need


def consents_of(party: Party) -> QuerySet[Consent]:
    """Every consent ``party`` ever gave, newest first, with need and institution; for the page 我的授权."""
    return Consent.objects.filter(need__party=party).select_related("need", "institution", "given_by").order_by("-pk")


def live_consents(need: Need) -> QuerySet[Consent]:
    """Consents for ``need`` that hold now: not withdrawn, not expired; in the order given."""
    return _live().filter(need=need).select_related("institution").order_by("pk")


def live_consents_of(institution: Party) -> QuerySet[Consent]:
    """Consents ``institution`` holds now, for any need."""
    return _live().filter(institution=institution).select_related("need", "need__party").order_by("pk")


def _live() -> QuerySet[Consent]:
    return Consent.objects.filter(withdrawn_at=None, expires_at__gt=clock.now())
