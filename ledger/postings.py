"""Postings in force: originals up to a day, less those reversed by that day."""

from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from django.db.models import Q, QuerySet

from journal.models import Posting
from ledger.declarations import Window


@dataclass(frozen=True)
class Span:
    """Days counted, both ends included; ``known_by`` is the day on which reversals are looked at."""

    start: date
    end: date
    known_by: date

    def year_earlier(self) -> "Span":
        """The same span of the year before, as known now. A month's end stays a month's end."""
        last = self.end + timedelta(days=1) - relativedelta(years=1) - timedelta(days=1)
        return Span(self.start - relativedelta(years=1), last, self.known_by)


def span(window: Window, as_of: date, plan_starts: date, plan_ends: date) -> Span:
    """The days of ``window`` seen from ``as_of``: its year, the plan so far, everything so far, or its month."""
    start = {
        "year": date(as_of.year, 1, 1),
        "plan": plan_starts,
        "ever": date.min,
        "month": as_of.replace(day=1),
    }[window]
    return Span(start, min(as_of, plan_ends) if window == "plan" else as_of, as_of)


def standing(days: Span) -> Q:
    """Originals of ``days`` not reversed by the day looked at: a reversal takes its original out, and never counts."""
    return original(days) & (Q(reversed_by=None) | Q(reversed_by__occurred_on__gt=days.known_by))


def original(days: Span) -> Q:
    """The same with those that were reversed."""
    return Q(reversal_of=None, occurred_on__range=(days.start, days.end))


def in_force(kinds: list[str], days: Span) -> QuerySet[Posting]:
    """The standing postings of ``kinds``."""
    return Posting.objects.filter(standing(days), kind__in=kinds)
