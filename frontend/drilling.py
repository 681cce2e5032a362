"""The page behind a figure: its formula in words, breakdowns as links, records as lines."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.http import urlencode

from accounts.small_counts import shown_counts
from enterprises.selectors.banners import NO_BANNER
from frontend.charts.drawing import shown
from journal import registry
from journal.models import Posting
from ledger.declarations import Growth, IndicatorDeclared, Ratio
from ledger.drill import Part, Slice, added_by, by_banner, by_month, by_organisation
from ledger.indicators import IndicatorValue
from matching.cases.kinds_financings import FIRST_LOAN
from matching.cases.selectors_first import attested_in
from products.rules.figures import quantity

HIDDEN = "＊"


@dataclass(frozen=True)
class BreakdownRow:
    """One line: ``share`` in per cent of the largest, for its bar; ``shown`` is ＊ where the count is hidden."""

    label: str
    shown: str
    records: str
    share: int
    url: str


@dataclass(frozen=True)
class Breakdown:
    """A part cut one way; ``total`` is the sum of its lines and the part itself."""

    title: str
    rows: tuple[BreakdownRow, ...]
    total: str


@dataclass(frozen=True)
class RecordRow:
    """One posting as a line; ``counted`` says what it adds, or why it adds nothing."""

    day: date
    key: str
    kind: str
    party: str
    organisation: str
    worth: str
    counted: str
    evidence: tuple[str, ...]
    fields: tuple[tuple[str, str], ...]
    posted_by: str
    posted_at: datetime
    reversed_on: date | None
    reason: str


def formula_of(declared: IndicatorDeclared, value: IndicatorValue) -> str:
    """How the figure follows from its parts; '' where it is its only part, or unknown."""
    if value.value is None or value.numerator is None or value.denominator is None:
        return ""
    counted = declared.formula.of if isinstance(declared.formula, Growth) else None
    money = counted is not None and counted.column == "amount"
    above, below = (_worth(number, money=money) for number in (value.numerator, value.denominator))
    if isinstance(declared.formula, Ratio):
        return f"{above} ÷ {below} = {shown(value.value)}%"
    return f"（{above} − {below}）÷ {below} = {shown(value.value)}%"


def breakdowns(part: Part, address: dict[str, str], *, exact: bool) -> list[Breakdown]:
    """By institution, banner and month, as far as the part has them; each sums to the part.

    ``exact`` False hides small counts; sums of money then stand without the number of their records.
    """
    if part.counting is None:
        cuts = [("分旗区", "banner", by_banner(part))]
    else:
        organisations, banners, months = by_organisation(part), by_banner(part), by_month(part)
        cuts = [("分机构", "org", organisations)]
        if any(item.key != NO_BANNER for item in banners):
            cuts.append(("分旗区", "banner", banners))
        cuts.append(("分月", "month", months))
    return [_breakdown(title, name, slices, part, address, exact) for title, name, slices in cuts if slices]


def record_rows(postings: Iterable[Posting], part: Part) -> list[RecordRow]:
    """Postings of :func:`ledger.drill.records` as lines; a first loan brings what its bank attested."""
    rows = list(postings)
    attested = attested_in(row.source_key for row in rows if row.kind == FIRST_LOAN)
    return [_record(row, part, attested.get(row.source_key, "")) for row in rows]


def _breakdown(
    title: str, name: str, slices: list[Slice], part: Part, address: dict[str, str], exact: bool
) -> Breakdown:
    most = max((item.adds for item in slices), default=0) or 1
    seen = {item.key: item.adds for item in slices} if exact or part.money else shown_counts(_adds(slices))
    rows = tuple(
        BreakdownRow(
            label=item.label,
            shown=HIDDEN if (adds := seen[item.key]) is None else _worth(adds, money=part.money),
            records=f"{item.records} 笔" if exact and part.money else "",
            share=0 if adds is None else item.adds * 100 // most,
            url=f"?{urlencode(address | {name: item.key})}#records" if exact and part.counting else "",
        )
        for item in slices
    )
    return Breakdown(title, rows, _worth(sum(item.adds for item in slices), money=part.money))


def _adds(slices: list[Slice]) -> dict[str, int]:
    return {item.key: item.adds for item in slices}


def _record(posting: Posting, part: Part, attested: str) -> RecordRow:
    kind = registry.get(posting.kind)
    taken_back = getattr(posting, "reversed_by", None)
    counted = _worth(adds, money=part.money) if (adds := added_by(posting)) else _why_not(posting, taken_back, part)
    fields = ((label, posting.fields.get(name)) for name, label in kind.fields.items())
    return RecordRow(
        day=posting.occurred_on,
        key=posting.source_key,
        kind=kind.label,
        party=posting.party.name if posting.party else "",
        organisation=posting.organisation.name if posting.organisation else "",
        worth=str(posting.quantity) if posting.amount is None else _worth(posting.amount, money=True),
        counted=counted,
        evidence=(*posting.evidence, *([attested] if attested else [])),
        fields=tuple((label, str(value)) for label, value in fields if value not in (None, "")),
        posted_by=str(posting.posted_by),
        posted_at=timezone.localtime(posting.posted_at),
        reversed_on=taken_back.occurred_on if taken_back else None,
        reason="；".join(taken_back.evidence) if taken_back else "",
    )


def _why_not(posting: Posting, taken_back: Posting | None, part: Part) -> str:
    if taken_back is not None and taken_back.occurred_on <= part.days.known_by:
        return "不计：已冲正"
    if posting.quantity == 0 or posting.amount == 0:
        return "0（零报告）"
    if part.counting and part.counting.op == "distinct":
        return "不计：同一户只计一次，或不在范围内"
    return "不计：不在范围内"


def _worth(number: int, *, money: bool) -> str:
    return quantity("need_amount", number) if money else f"{number:,}"
