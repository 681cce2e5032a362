"""Parties that belonged to a population on the very day of their posting (``member_on: day`` of a plan file)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import QuerySet

from journal.models import Posting
from ledger.declarations import Counting
from ledger.populations import POPULATIONS
from ledger.postings import Span


@dataclass(frozen=True)
class Belonging:
    """Postings in force, and of their parties how many belonged, did not, or cannot be told.

    ``listed`` is False while nobody has recorded the population by the end of the days.
    """

    recorded: int
    listed: bool
    inside: int
    outside: int
    unknown: int


class _Row(NamedTuple):
    pk: int
    kind: str
    fields: dict[str, Any]
    party: int | None
    day: date
    quantity: int
    reversed_on: date | None

    def read_by(self, counting: Counting, days: Span) -> bool:
        standing = self.reversed_on is None or self.reversed_on > days.known_by
        fits = all(self.fields.get(name) in values for name, values in counting.where.items())
        return standing and fits and self.kind in counting.kinds and days.start <= self.day <= days.end


Key = tuple[str, Span]
_Told = dict[tuple[int, date], bool | None]


def read(wanted: Mapping[Key, tuple[Counting, Span]], postings: QuerySet[Posting]) -> dict[Key, Belonging]:
    """Answers out of ``postings``, which hold all that ``wanted`` reads; one look at each population."""
    if not wanted:
        return {}
    rows = _rows(postings)
    told = {name: _told(name, rows) for name in {counting.among for counting, _ in wanted.values()} if name}
    listed = _listed({(counting.among, days.end) for counting, days in wanted.values()}) if rows else {}
    return {
        key: _belonging(
            [row for row in rows if row.read_by(counting, days)],
            told[counting.among or ""],
            listed=listed.get((counting.among, days.end), False),
        )
        for key, (counting, days) in wanted.items()
    }


def counted(wanted: Mapping[Key, tuple[Counting, Span]], postings: QuerySet[Posting]) -> dict[Key, list[int]]:
    """Of ``postings``, the numbers of those whose party belonged on their day, for each that is asked."""
    rows = _rows(postings)
    told = {name: _told(name, rows) for name in {counting.among for counting, _ in wanted.values()} if name}
    return {
        key: [
            row.pk
            for row in rows
            if row.read_by(counting, days)
            and row.party is not None
            and told[counting.among or ""].get((row.party, row.day))
        ]
        for key, (counting, days) in wanted.items()
    }


def _rows(postings: QuerySet[Posting]) -> list[_Row]:
    columns = ("pk", "kind", "fields", "party_id", "occurred_on", "quantity", "reversed_by__occurred_on")
    return [_Row(*values) for values in postings.order_by("pk").values_list(*columns)]


def _told(population: str, rows: Iterable[_Row]) -> _Told:
    belonged = POPULATIONS[population].belonged
    pairs = {(row.party, row.day) for row in rows if row.party is not None and row.quantity > 0}
    return belonged(pairs) if belonged else {}


def _listed(asked: set[tuple[str | None, date]]) -> dict[tuple[str | None, date], bool]:
    """A population once recorded stays so: from the first day that says yes nobody is asked again."""
    found: dict[tuple[str | None, date], bool] = {}
    since: set[str | None] = set()
    for name, day in sorted(asked, key=lambda pair: (pair[0] or "", pair[1])):
        if name not in since and name and POPULATIONS[name].recorded(day):
            since.add(name)
        found[name, day] = name in since
    return found


def _belonging(rows: list[_Row], told: _Told, *, listed: bool) -> Belonging:
    answers: dict[int, set[bool | None]] = defaultdict(set)
    for row in rows:
        if row.party is not None and row.quantity > 0:
            answers[row.party].add(told.get((row.party, row.day)))
    inside = sum(True in found for found in answers.values())
    outside = sum(found == {False} for found in answers.values())
    nameless = sum(row.party is None for row in rows)
    return Belonging(len(rows), listed, inside, outside, len(answers) - inside - outside + nameless)
