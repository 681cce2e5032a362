"""Numbers out of postings: however many are asked for, one query reads them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Q, Sum
from django.db.models.fields.json import KeyTextTransform

from accounts.models import Party
from journal.models import Posting
from ledger import own_day, postings
from ledger.declarations import Counting, Members
from ledger.populations import POPULATIONS
from ledger.postings import Span

Asked = tuple[Counting, Span]
Key = tuple[str, Span]

# Three columns each; databases allow some 1,600 in one answer.
_NUMBERS_A_QUERY = 400


@dataclass(frozen=True)
class Counted:
    """How many postings are recorded, how many of them lack what is asked for, and the number itself."""

    recorded: int
    unknown: int
    value: int


@dataclass(frozen=True)
class Counts:
    """Answers to everything that a set of indicators asks; what was not asked is a KeyError."""

    numbers: Mapping[Key, Counted] = field(default_factory=dict)
    members: Mapping[tuple[str, date], int | None] = field(default_factory=dict)
    reporters: Mapping[Key, frozenset[int]] = field(default_factory=dict)
    own_days: Mapping[Key, own_day.Belonging] = field(default_factory=dict)

    def number(self, counting: Counting, days: Span) -> Counted:
        """The number of ``counting`` in ``days``."""
        return self.numbers[_key(counting, days)]

    def belonging(self, counting: Counting, days: Span) -> own_day.Belonging:
        """Of a ``counting`` with ``member_on: day``: who belonged on the day of the posting."""
        return self.own_days[_key(counting, days)]

    def member_count(self, declared: Members, day: date) -> int | None:
        """How many belong to the population on ``day``; None while nobody has recorded it."""
        return self.members[declared.of, day]

    def reporters_of(self, counting: Counting, days: Span) -> frozenset[int]:
        """Organisations that reported in ``days``, by party number."""
        return self.reporters[_key(counting, days)]


def read(numbers: Iterable[Asked], members: Iterable[tuple[str, date]], reporters: Iterable[Asked]) -> Counts:
    """All of it in a handful of queries (one more for each population and day that holds nobody)."""
    every = {_key(*asked): asked for asked in numbers}
    own_days = {key: asked for key, asked in every.items() if asked[0].member_on == "day"}
    wanted = {key: asked for key, asked in every.items() if key not in own_days}
    found: dict[Key, Counted] = {}
    keys = list(wanted)
    for start in range(0, len(keys), _NUMBERS_A_QUERY):
        found |= _numbers({key: wanted[key] for key in keys[start : start + _NUMBERS_A_QUERY]})
    return Counts(
        found,
        _members(sorted(set(members))),
        _reporters({_key(*asked): asked for asked in reporters}),
        own_day.read(own_days, Posting.objects.filter(_any(own_days.values()))),
    )


def in_force(counting: Counting, days: Span) -> Q:
    """Postings that ``counting`` reads in ``days``: originals not reversed by the day looked at."""
    return postings.standing(days) & _chosen(counting)


def of_kind(counting: Counting, days: Span) -> Q:
    """The same with those that were reversed."""
    return postings.original(days) & _chosen(counting)


def _chosen(counting: Counting) -> Q:
    return Q(kind__in=counting.kinds, **{f"fields__{name}__in": values for name, values in counting.where.items()})


def belonging(asked: Iterable[Asked]) -> list[Q]:
    """What narrows each to the population it names, if any; those with ``member_on: day`` are looked up together."""
    every = list(asked)
    own_days = {_key(*item): item for item in every if item[0].member_on == "day"}
    told = own_day.counted(own_days, Posting.objects.filter(_any(own_days.values()))) if own_days else {}
    return [Q(pk__in=told[_key(*item)]) if _key(*item) in told else _belonging_at_the_end(*item) for item in every]


def _belonging_at_the_end(counting: Counting, days: Span) -> Q:
    if not counting.among:
        return Q(pk__isnull=False)
    return Q(party_id__in=POPULATIONS[counting.among].on(days.end).order_by().values("pk"))


def column_of(counting: Counting) -> str:
    """The column of a query on which :func:`with_columns` was used."""
    return counting.column.replace("fields.", "field_")


def with_columns(countings: Iterable[Counting]) -> dict[str, KeyTextTransform]:
    """Annotations for the columns that lie in ``fields``."""
    return {
        column_of(item): KeyTextTransform(item.column.removeprefix("fields."), "fields")
        for item in countings
        if item.column.startswith("fields.")
    }


def _key(counting: Counting, days: Span) -> Key:
    return counting.model_dump_json(), days


def _any(asked: Iterable[Asked]) -> Q:
    every = Q()
    for counting, days in asked:
        every |= of_kind(counting, days)
    return every


def _numbers(wanted: Mapping[Key, Asked]) -> dict[Key, Counted]:
    rows = Posting.objects.order_by().annotate(**with_columns(counting for counting, _ in wanted.values()))
    columns: dict[str, Count | Sum] = {}
    for number, (counting, days) in enumerate(wanted.values()):
        columns |= {f"{name}_{number}": value for name, value in _aggregates(counting, days).items()}
    found = rows.filter(_any(wanted.values())).aggregate(**columns)
    return {
        key: Counted(found[f"recorded_{number}"], found[f"unknown_{number}"], int(found[f"value_{number}"] or 0))
        for number, key in enumerate(wanted)
    }


def _aggregates(counting: Counting, days: Span) -> dict[str, Count | Sum]:
    rows, counted = in_force(counting, days), _belonging_at_the_end(counting, days)
    unknown = Q(party=None) if counting.among else Q(pk=None)
    value: Count | Sum
    if counting.op == "count":
        # A posting of quantity 0 is a recorded 零报告: it proves the 0 without adding to it.
        value = Count("pk", filter=rows & counted & Q(quantity__gt=0))
    else:
        column = column_of(counting)
        unknown |= Q(**{f"{column}__isnull": True})
        value = (
            Sum(column, filter=rows & counted)
            if counting.op == "sum"
            else Count(column, filter=rows & counted & Q(quantity__gt=0), distinct=True)
        )
    return {"recorded": Count("pk", filter=rows), "unknown": Count("pk", filter=rows & unknown), "value": value}


def _members(wanted: list[tuple[str, date]]) -> dict[tuple[str, date], int | None]:
    if not wanted:
        return {}
    columns = {
        f"members_{number}": Count("pk", filter=Q(pk__in=POPULATIONS[name].on(day).order_by().values("pk")))
        for number, (name, day) in enumerate(wanted)
    }
    found = Party.objects.order_by().aggregate(**columns)
    counts = {asked: found[f"members_{number}"] for number, asked in enumerate(wanted)}
    return {
        (name, day): count if count or POPULATIONS[name].recorded(day) else None
        for (name, day), count in counts.items()
    }


def _reporters(wanted: Mapping[Key, Asked]) -> dict[Key, frozenset[int]]:
    """Days and organisations only: as many rows as reports were handed in."""
    if not wanted:
        return {}
    rows = list(
        Posting.objects.filter(_any(wanted.values()))
        .order_by("pk")
        .values_list("kind", "fields", "occurred_on", "organisation_id", "reversed_by__occurred_on")
    )
    return {key: frozenset(_reporting(rows, counting, days)) for key, (counting, days) in wanted.items()}


def _reporting(
    rows: Sequence[tuple[str, Any, date, int | None, date | None]], counting: Counting, days: Span
) -> Iterable[int]:
    for kind, fields, day, organisation, reversed_on in rows:
        standing = reversed_on is None or reversed_on > days.known_by
        fits = kind in counting.kinds and all(fields.get(name) in values for name, values in counting.where.items())
        if organisation is not None and standing and fits and days.start <= day <= days.end:
            yield organisation
