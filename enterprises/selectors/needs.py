"""Reads of needs. Who may read them is in policies."""

from django.db.models import QuerySet

from accounts.models import Party
from enterprises.models import Need


def open_needs(party: Party) -> QuerySet[Need]:
    """Open needs of ``party``, newest first."""
    return Need.objects.filter(party=party, state=Need.State.OPEN).order_by("-pk")


def need_by_code(code: str) -> Need | None:
    """The need with that code, its party loaded."""
    return Need.objects.select_related("party").filter(code=code).first()
