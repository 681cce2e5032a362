"""Reads of needs. Who may read them is in policies."""

from collections.abc import Iterable

from django.db.models import QuerySet

from accounts.models import Party
from enterprises.models import Need


def open_needs(party: Party) -> QuerySet[Need]:
    """Open needs of ``party``, newest first."""
    return Need.objects.filter(party=party, state=Need.State.OPEN).order_by("-pk")


def drafts_of(party: Party) -> QuerySet[Need]:
    """Drafts of ``party``, last touched first. For its own people only."""
    return Need.objects.filter(party=party, state=Need.State.DRAFT).order_by("-updated_at", "-pk")


def need_by_code(code: str) -> Need | None:
    """The need with that code, its party loaded."""
    return Need.objects.select_related("party").filter(code=code).first()


def needs_by_id(ids: Iterable[int]) -> QuerySet[Need]:
    """Needs with those ids, by id."""
    return Need.objects.filter(pk__in=list(ids)).order_by("pk")
