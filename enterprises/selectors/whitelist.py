"""The whitelist as it stood on any day."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, timedelta

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet

from accounts.models import Party
from enterprises.models import WhitelistBatch, WhitelistEntry


def entries_on(day: date) -> QuerySet[WhitelistEntry]:
    """Entries in force on ``day``: published by then, and not left by then (the exit day is off the list)."""
    return WhitelistEntry.objects.filter(Q(exit_on=None) | Q(exit_on__gt=day), batch__published_on__lte=day)


def whitelist_on(day: date) -> QuerySet[Party]:
    """Parties on any batch in force on ``day``, each once, by party number."""
    return Party.objects.filter(Exists(entries_on(day).filter(party_id=OuterRef("pk")))).order_by("pk")


def listed_on_own_day(pairs: Collection[tuple[int, date]]) -> set[tuple[int, date]]:
    """Of (party id, day), those on a batch in force on that very day; one query for all."""
    entries = WhitelistEntry.objects.filter(party_id__in={party for party, _ in pairs}).order_by("pk")
    spells: dict[int, list[tuple[date, date | None]]] = defaultdict(list)
    for party, since, until in entries.values_list("party_id", "batch__published_on", "exit_on"):
        spells[party].append((since, until))
    return {
        (party, day)
        for party, day in pairs
        if any(since <= day and (until is None or day < until) for since, until in spells[party])
    }


def first_published_on() -> date | None:
    """The day of the first batch; before it no list was in force."""
    first: date | None = WhitelistBatch.objects.aggregate(day=Min("published_on"))["day"]
    return first


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


def entries_of(batch: WhitelistBatch) -> QuerySet[WhitelistEntry]:
    """Members of ``batch`` with their party, those still on it first."""
    entries = WhitelistEntry.objects.filter(batch=batch).select_related("party")
    return entries.order_by(F("exit_on").asc(nulls_first=True), "pk")
