"""Sentences for 进展情况 and the state of deadlines, from postings alone: nothing posted, nothing drafted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.db.models import QuerySet

from journal import registry
from journal.models import Posting
from ledger import postings
from ledger.declarations import Deadline, Draft, MeasureDeclared, PostingsDeclared
from ledger.indicators import plain
from ledger.postings import Span

# 临近: a deadline this close is shown before it is missed.
NEAR_DAYS = 30


class DeadlineStatus(StrEnum):
    """Where a deadline stands on a day."""

    MET = "met"
    OVERDUE = "overdue"
    NEAR = "near"
    AHEAD = "ahead"
    YEARLY = "yearly"
    ONGOING = "ongoing"


STATUS_LABELS = {
    DeadlineStatus.MET: "已有完成记录",
    DeadlineStatus.OVERDUE: "逾期（没有完成记录）",
    DeadlineStatus.NEAR: "临近",
    DeadlineStatus.AHEAD: "未到期",
    DeadlineStatus.YEARLY: "按年度",
    DeadlineStatus.ONGOING: "长期",
}


@dataclass(frozen=True)
class DeadlineState:
    """One point of 完成时限 on a day; ``days`` to go (negative when past), None where there is no date.

    ``met_on``: the day of the record that proves it, with ``proof`` its source key.
    """

    what: str
    status: DeadlineStatus
    label: str
    day: date | None
    count: int | None
    days: int | None
    met_on: date | None = None
    proof: str = ""


@dataclass(frozen=True)
class Drafted:
    """What the postings of one measure say."""

    progress: str
    evidence: tuple[str, ...]
    deadlines: tuple[DeadlineState, ...]


def drafted(measures: Sequence[MeasureDeclared], as_of: date, plan_starts: date, on: date) -> dict[int, Drafted]:
    """By measure number; one query for the table. ``as_of`` ends the quarter, deadlines are looked at from ``on``."""
    rows = list(_rows(measures, as_of, plan_starts))
    return {measure.number: _drafted(measure, rows, as_of.year, on) for measure in measures}


def deadline_states(
    measures: Sequence[MeasureDeclared], plan_starts: date, on: date
) -> dict[int, tuple[DeadlineState, ...]]:
    """Every point of 完成时限 as it stands on ``on``, by measure number; one query."""
    kinds = {item.met_by.kind for measure in measures for item in measure.deadlines if item.met_by}
    rows = list(postings.in_force(sorted(kinds), Span(plan_starts, on, on)).order_by("occurred_on", "pk"))
    return {measure.number: tuple(_state(item, rows, on) for item in measure.deadlines) for measure in measures}


def _drafted(measure: MeasureDeclared, rows: list[Posting], year: int, on: date) -> Drafted:
    deadlines = tuple(_state(item, rows, on) for item in measure.deadlines)
    sentences, evidence = _progress(measure.drafts, rows, year)
    for state in deadlines:
        if state.met_on and state.day:
            sentences.append(_met(state.what, state.met_on, state.day))
            evidence.append(state.proof)
    return Drafted("".join(sentences), tuple(dict.fromkeys(evidence)), deadlines)


def _met(what: str, met_on: date, day: date) -> str:
    late = "，晚于时限" if met_on > day else ""
    return f"{spoken(met_on)}完成时限事项：{what}{late}。"


def spoken(day: date) -> str:
    """As people write it: 2023年6月30日."""
    return f"{day.year}年{day.month}月{day.day}日"


def _rows(measures: Iterable[MeasureDeclared], as_of: date, plan_starts: date) -> QuerySet[Posting]:
    kinds = {draft.kind for measure in measures for draft in measure.drafts}
    kinds |= {item.met_by.kind for measure in measures for item in measure.deadlines if item.met_by}
    start = min(plan_starts, date(as_of.year, 1, 1))
    return postings.in_force(sorted(kinds), Span(start, as_of, as_of)).order_by("occurred_on", "pk")


def _matching(declared: PostingsDeclared, rows: list[Posting]) -> list[Posting]:
    return [
        row
        for row in rows
        if row.kind == declared.kind
        and row.quantity > 0
        and all(row.fields.get(name) in values for name, values in declared.where.items())
        and all(row.fields.get(name) not in (None, "") for name in declared.filled)
    ]


def _progress(drafts: Sequence[Draft], rows: list[Posting], year: int) -> tuple[list[str], list[str]]:
    sentences: list[str] = []
    evidence: list[str] = []
    this_year = [row for row in rows if row.occurred_on.year == year]
    for draft in drafts:
        if found := _matching(draft, this_year):
            sentences.append(_sentence(draft, found))
            evidence += [row.source_key for row in found]
    return sentences, evidence


def _sentence(draft: Draft, found: list[Posting]) -> str:
    amounts = [row.amount for row in found if row.amount is not None]
    unknown = len(found) - len(amounts)
    if "{wan}" in draft.text and unknown:
        return f"本年“{registry.get(draft.kind).label}”{len(found)}笔，其中{unknown}笔未填金额。"
    return draft.text.format(
        count=len(found), quantity=sum(row.quantity for row in found), wan=plain(Decimal(sum(amounts)) / 10_000)
    )


def _state(item: Deadline, rows: list[Posting], on: date) -> DeadlineState:
    proof = next(iter(_matching(item.met_by, rows)), None) if item.met_by else None
    status = _status(item, proof is not None, on)
    days = (item.day - on).days if item.day else None
    return DeadlineState(
        what=item.what,
        status=status,
        label=STATUS_LABELS[status],
        day=item.day,
        count=item.count,
        days=days,
        met_on=proof.occurred_on if proof else None,
        proof=proof.source_key if proof else "",
    )


def _status(item: Deadline, met: bool, on: date) -> DeadlineStatus:
    if item.day is None:
        return DeadlineStatus.YEARLY if item.kind == "yearly" else DeadlineStatus.ONGOING
    if met:
        return DeadlineStatus.MET
    if item.day < on:
        return DeadlineStatus.OVERDUE
    return DeadlineStatus.NEAR if (item.day - on).days <= NEAR_DAYS else DeadlineStatus.AHEAD
