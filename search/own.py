"""Read-your-writes: what an editor changed a moment ago, as the database has it, until the index has it too."""

import time
from collections.abc import Collection, Mapping
from dataclasses import replace

from common.models import OutboxMessage
from search.clauses import AllOf, AtLeast, Clause, Eq, In, Overlaps, Range, Term
from search.declare import Document
from search.plan import AnalysedRow, Found, Page, Plan, analyse

# Seconds a reader waits for the index, and how often it is looked at meanwhile.
_WAIT, _LOOK = 0.3, 0.02


def fresh(document: Document, keys: Collection[str]) -> dict[str, AnalysedRow | None]:
    """Of ``keys`` those still owed to the index after a short wait: the row now, None when it is no longer public.

    Owed is told by the messages themselves: one is done only when a generation begun after it has been published.
    """
    deadline = time.monotonic() + _WAIT
    while owed := _owed(document, keys):
        if time.monotonic() >= deadline:
            rows = {str(row["key"]): analyse(document, row) for row in document.build(sorted(owed))}
            return {key: rows.get(key) for key in sorted(owed)}
        time.sleep(_LOOK)
    return {}


def _owed(document: Document, keys: Collection[str]) -> set[str]:
    if not keys:
        return set()
    waiting = OutboxMessage.objects.filter(topic=document.topic, key__in=keys, done_at=None)
    return set(waiting.order_by("key").values_list("key", flat=True))


def shown(page: Page, plan: Plan, rows: Mapping[str, AnalysedRow | None]) -> Page:
    """``page`` with ``rows`` as they are now: first on the first page where ``plan`` selects them, else not at all."""
    if not rows:
        return page
    chosen = [row for row in rows.values() if row is not None and selects(plan, row)] if plan.after is None else []
    others = [hit for hit in page.hits if hit.key not in rows]
    hits = [*(Found(row.key, None, row.source) for row in chosen), *others][: plan.size]
    return replace(page, hits=hits, total=max(page.total - len(page.hits) + len(others) + len(chosen), len(hits)))


def selects(plan: Plan, row: AnalysedRow) -> bool:
    """Whether ``plan`` selects ``row``."""
    match = plan.match is None or _holds(row, plan.match)
    return match and all(_holds(row, item) for item in plan.filters)


def _holds(row: AnalysedRow, clause: Clause) -> bool:
    match clause:
        case Term():
            return clause.token in row.tokens[clause.field]
        case AllOf():
            return all(_holds(row, item) for item in clause.clauses)
        case AtLeast():
            return sum(_holds(row, item) for item in clause.clauses) >= clause.minimum
        case Eq():
            return clause.value in row.keywords[clause.field]
        case In():
            return not {*clause.values}.isdisjoint(row.keywords[clause.field])
        case Range():
            value = row.numbers.get(clause.field)
            return clause.or_unknown if value is None else _within(value, clause.low, clause.high)
        case Overlaps():
            low, high = row.numbers.get(clause.low_field), row.numbers.get(clause.high_field)
            if low is None and high is None:
                return clause.or_unknown
            return (high is None or _within(high, clause.low, None)) and (
                low is None or _within(low, None, clause.high)
            )


def _within(value: int, low: int | None, high: int | None) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)
