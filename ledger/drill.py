"""From a figure to the records that make it: parts, breakdowns whose sum is the figure, and the records themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import BigIntegerField, Case, Count, F, IntegerField, Min, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Cast, TruncMonth

from accounts.models import Party
from enterprises.selectors.banners import NO_BANNER, banners_of
from journal.models import Posting
from ledger import counting
from ledger.declarations import Counting, Growth, IndicatorDeclared, Members, Ratio
from ledger.indicators import PlanPeriod, parts
from ledger.populations import POPULATIONS
from ledger.postings import Span
from ledger.quarters import Quarter

LABELS = {"one": "本期", "now": "本期", "before": "上年同期", "numerator": "分子", "denominator": "分母"}
# What people read as a unit of one record: the raw number is 元 where amounts are summed.
MONEY = "元"


@dataclass(frozen=True)
class Part:
    """One number of an indicator: what is counted, in which days, and who ``belongs``.

    ``counting`` is None for a population, then ``population`` names it.
    """

    code: str
    label: str
    counting: Counting | None
    days: Span
    belongs: Q = field(default_factory=lambda: Q(pk__isnull=False))
    population: str = ""

    @property
    def money(self) -> bool:
        """True where the raw number is an amount in 元."""
        return self.counting is not None and self.counting.column == "amount"


@dataclass(frozen=True)
class Slice:
    """One line of a breakdown: ``key`` picks it in the address, ``adds`` is what it adds to the part."""

    key: str
    label: str
    records: int
    adds: int


@dataclass(frozen=True)
class Wanted:
    """What narrows the records: an organisation's number, a banner, a month (its first day); None does not narrow."""

    organisation: int | None = None
    banner: str | None = None
    month: date | None = None


def parts_of(declared: IndicatorDeclared, period: PlanPeriod, quarter: Quarter) -> tuple[Part, ...]:
    """The numbers behind the figure, in the order people say them."""
    counted = parts(declared, period, quarter)
    if isinstance(declared.formula, Growth):
        codes = ["now", "before"]
    else:
        codes = ["numerator", "denominator"] if isinstance(declared.formula, Ratio) else ["one"]
    found = [
        Part(code, LABELS[code], item, days, belongs)
        for code, (item, days), belongs in zip(codes, counted, counting.belonging(counted), strict=False)
    ]
    whole = declared.formula.denominator if isinstance(declared.formula, Ratio) else None
    if isinstance(whole, Members):
        found.append(
            Part(
                "denominator",
                LABELS["denominator"],
                None,
                Span(quarter.end, quarter.end, quarter.end),
                population=whole.of,
            )
        )
    return tuple(found)


def members(part: Part) -> QuerySet[Party]:
    """The parties of a population part, by number."""
    return POPULATIONS[part.population].on(part.days.end)


def records(part: Part, wanted: Wanted = Wanted()) -> QuerySet[Posting]:
    """Originals of the part's kinds in its days, reversed ones too; ``adds`` is what each adds to the number."""
    asked = _asked(part)
    adds = Case(
        When(pk__in=_adding(part).order_by().values("pk"), then=_worth(asked)),
        default=Value(0),
        output_field=BigIntegerField(),
    )
    rows = _rows(asked).filter(counting.of_kind(asked, part.days)).annotate(adds=adds)
    return (
        _narrowed(rows, part, wanted)
        .select_related("party", "organisation", "posted_by", "reversed_by")
        .order_by("-occurred_on", "-pk")
    )


def added_by(posting: Posting) -> int:
    """What a posting of :func:`records` adds to its part: an annotation the model does not know."""
    return int(posting.__dict__["adds"])


def total(part: Part) -> int:
    """The part's number again, by its records."""
    return sum(item.adds for item in by_organisation(part)) if part.counting else members(part).count()


def by_organisation(part: Part) -> list[Slice]:
    """By the organisation that reported or paid, the largest first."""
    rows = _sliced(part, "organisation_id", "organisation__name")
    return [
        Slice(
            str(row["organisation_id"] or 0), row["organisation__name"] or "未记单位", row["records"], row["adds"] or 0
        )
        for row in _largest_first(rows)
    ]


def by_month(part: Part) -> list[Slice]:
    """By the month in which it happened, the earliest first."""
    asked = _asked(part)
    rows = _adding(part).annotate(month=TruncMonth("occurred_on")).order_by().values("month")
    found = rows.annotate(records=Count("pk"), adds=Sum(_worth(asked))).order_by("month")
    return [Slice(f"{row['month']:%Y-%m}", f"{row['month']:%Y-%m}", row["records"], row["adds"] or 0) for row in found]


def by_banner(part: Part) -> list[Slice]:
    """By the banner of the party, the largest first; what has no known banner is a line of its own."""
    return by_banner_of([part])[0]


def by_banner_of(parts: Sequence[Part]) -> list[list[Slice]]:
    """The same for several parts with one look at the banners, as they are known at the end of the first."""
    held = [_by_party(part) for part in parts]
    banners = banners_of({party for rows in held for party, _, _ in rows if party}, parts[0].days.end)
    return [_in_banners(rows, banners) for rows in held]


def _by_party(part: Part) -> list[tuple[int | None, int, int]]:
    if part.counting is None:
        return [(pk, 1, 1) for pk in members(part).values_list("pk", flat=True)]
    return [(row["party_id"], row["records"], row["adds"] or 0) for row in _sliced(part, "party_id")]


def _in_banners(held: list[tuple[int | None, int, int]], banners: Mapping[int, str]) -> list[Slice]:
    found: dict[str, tuple[int, int]] = {}
    for party, number, adds in held:
        banner = banners.get(party or 0, NO_BANNER)
        before = found.get(banner, (0, 0))
        found[banner] = (before[0] + number, before[1] + adds)
    slices = [Slice(name, name, number, adds) for name, (number, adds) in found.items()]
    return sorted(slices, key=lambda item: (item.key == NO_BANNER, -item.adds, item.key))


def _asked(part: Part) -> Counting:
    if part.counting is None:
        raise ValueError("a population has members, not postings")
    return part.counting


def _rows(asked: Counting) -> QuerySet[Posting]:
    return Posting.objects.annotate(**counting.with_columns([asked]))


def _adding(part: Part) -> QuerySet[Posting]:
    """Postings that each add to the number; of those that share what is counted once, the first recorded."""
    asked = _asked(part)
    rows = _rows(asked).filter(counting.in_force(asked, part.days) & part.belongs)
    if asked.op == "sum":
        return rows
    rows = rows.filter(quantity__gt=0)
    if asked.op == "count":
        return rows
    column = counting.column_of(asked)
    first = rows.filter(**{f"{column}__isnull": False}).order_by().values(column).annotate(first=Min("pk"))
    return _rows(asked).filter(pk__in=first.values("first"))


def _worth(asked: Counting) -> Value | Cast | F:
    if asked.op != "sum":
        return Value(1, output_field=IntegerField())
    return Cast(F(counting.column_of(asked)), BigIntegerField())


def _sliced(part: Part, *columns: str) -> list[dict[str, Any]]:
    asked = _asked(part)
    rows = _adding(part).order_by().values(*columns)
    return list(rows.annotate(records=Count("pk"), adds=Sum(_worth(asked))).order_by(*columns))


def _largest_first(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: -(row["adds"] or 0))


def _narrowed(rows: QuerySet[Posting], part: Part, wanted: Wanted) -> QuerySet[Posting]:
    if wanted.organisation is not None:
        rows = rows.filter(organisation_id=wanted.organisation or None)
    if wanted.month is not None:
        rows = rows.filter(occurred_on__year=wanted.month.year, occurred_on__month=wanted.month.month)
    if wanted.banner is not None:
        held = set(rows.order_by().exclude(party=None).values_list("party_id", flat=True))
        banners = banners_of(held, part.days.end)
        rows = rows.filter(party_id__in=[party for party in held if banners.get(party, NO_BANNER) == wanted.banner])
    return rows
