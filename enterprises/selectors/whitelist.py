"""The whitelist as it stood on any day."""

from datetime import date

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from accounts.models import Party
from enterprises.models import WhitelistBatch, WhitelistEntry


def entries_on(day: date) -> QuerySet[WhitelistEntry]:
    """Entries in force on ``day``: published by then, and not left by then (the exit day is off the list)."""
    return WhitelistEntry.objects.filter(Q(exit_on=None) | Q(exit_on__gt=day), batch__published_on__lte=day)


def whitelist_on(day: date) -> QuerySet[Party]:
    """Parties on any batch in force on ``day``, each once, by party number."""
    return Party.objects.filter(Exists(entries_on(day).filter(party_id=OuterRef("pk")))).order_by("pk")


def batches() -> QuerySet[WhitelistBatch]:
    """Published batches, newest first, with ``members`` and ``exits`` counted."""
    return (
        WhitelistBatch.objects.select_related("department")
        .annotate(members=Count("entries"), exits=Count("entries", filter=Q(entries__exit_on__isnull=False)))
        .order_by("-published_on", "-pk")
    )


def entries_of(batch: WhitelistBatch) -> QuerySet[WhitelistEntry]:
    """Members of ``batch`` with their party, those still on it first."""
    entries = WhitelistEntry.objects.filter(batch=batch).select_related("party")
    return entries.order_by(F("exit_on").asc(nulls_first=True), "pk")
