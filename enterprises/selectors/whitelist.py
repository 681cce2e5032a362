"""The whitelist as it stood on any day."""

from datetime import date, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.models import Party
from enterprises.models import WhitelistBatch, WhitelistEntry


def entries_on(day: date) -> QuerySet[WhitelistEntry]:
    """Entries in force on ``day``: published by then, and not left by then (the exit day is off the list)."""
    return WhitelistEntry.objects.filter(Q(exit_on=None) | Q(exit_on__gt=day), batch__published_on__lte=day)


def whitelist_on(day: date) -> QuerySet[Party]:
    """Parties on any batch in force on ``day``, each once, by party number."""
    return Party.objects.filter(Exists(entries_on(day).filter(party_id=OuterRef("pk")))).order_by("pk")


def leaving_soon(day: date, days: int) -> QuerySet[WhitelistEntry]:
    """Entries in force on ``day`` whose exit comes within ``days``, the earliest first."""
    rows = entries_on(day).filter(exit_on__lte=day + timedelta(days=days))
    return rows.select_related("party", "batch__department").order_by("exit_on", "pk")


def batches() -> QuerySet[WhitelistBatch]:
    """Published batches, newest first, with ``members`` and ``exits`` counted."""
    return (
        WhitelistBatch.objects.select_related("department")
        .annotate(members=Count("entries"), exits=Count("entries", filter=Q(entries__exit_on__isnull=False)))
        .order_by("-published_on", "-pk")
    )
