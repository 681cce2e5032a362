"""What changed since a generation was built, laid over it as it is read: the generation itself is never touched.

Rows laid over are counted, filtered and ordered here, and hide those of the generation. Their relevance is BM25 with
the statistics of the generation, as if they had been among its rows: neither a row hidden nor one laid over moves the
score of any other. The next generation takes them in.
"""

import json
import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property

from search.clauses import AllOf, AtLeast, Clause, Eq, In, Overlaps, Range, Scoring, Term, Weighted, filtered_fields
from search.engines.base import Reader
from search.engines.generations import Manifest
from search.plan import AnalysedRow, Found, Page, Plan

_K1, _B = 1.2, 0.75
# Engines add in single precision: what differs by less is the same score.
_SAME = 1e-5
_ALL_VALUES = 5000


@dataclass(frozen=True)
class Change:
    """A key as it is now: ``row`` None is no longer public, or cannot be indexed for the reason in ``failed``."""

    row: AnalysedRow | None
    content_hash: str = ""
    failed: str = ""

    def stored(self) -> str:
        """As one line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def restored(cls, content: str) -> "Change":
        """Read back :meth:`stored`."""
        data = json.loads(content)
        row = data["row"] and AnalysedRow(**{**data["row"], "names": (), "known": ()})
        return cls(row, data["content_hash"], data["failed"])

    @cached_property
    def often(self) -> dict[str, Counter[str]]:
        """Text field → token → how often the row holds it."""
        return {field: Counter(held) for field, held in self.row.tokens.items()} if self.row else {}


class Overlaid:
    """A reader of ``base`` under ``changes``. ``statistics``: who knows how common tokens are in the generation."""

    def __init__(self, base: Reader, changes: Mapping[str, Change], statistics: Reader | None = None) -> None:
        self.base, self.changes = base, changes
        self._statistics = statistics or base
        self._shown = [change for _, change in sorted(changes.items()) if change.row]

    @cached_property
    def manifest(self) -> Manifest:
        """That of the generation, with the rows and the failures there are now."""
        base = self.base.manifest
        held = {key: change.content_hash for key, change in self.changes.items() if change.row}
        failed = {key: change.failed for key, change in self.changes.items() if change.failed}
        return replace(base, rows={**self._others(base.rows), **held}, failed={**self._others(base.failed), **failed})

    def contents(self) -> dict[str, str]:
        """Key → content hash."""
        held = {key: change.content_hash for key, change in self.changes.items() if change.row}
        return {**self._others(self.base.contents()), **held}

    def share(self, token: str) -> int:
        """As in the generation."""
        return self._statistics.share(token)

    def holding(self, field: str, token: str) -> int:
        """As in the generation."""
        return self._statistics.holding(field, token)

    def count(self, plan: Plan) -> int:
        """Number of documents ``plan`` selects."""
        return self.base.count(self._below(plan)) + len(self._selected(plan))

    def search(self, plan: Plan) -> Page:
        """Total, one page and facet counts of ``plan``."""
        page = self.base.search(self._below(plan))
        chosen = self._selected(plan)
        placed = [*page.hits, *(self._sorted if plan.sort else self._ranked)(plan, chosen, page)]
        hits = sorted(placed, key=lambda hit: _place(plan, hit.value, hit.key))
        facets = {name: self._facet(plan, name, counted) for name, counted in page.facets.items()}
        return Page(page.total + len(chosen), hits[: plan.size], facets)

    def _others(self, by_key: Mapping[str, str]) -> dict[str, str]:
        return {key: value for key, value in by_key.items() if key not in self.changes}

    def _below(self, plan: Plan) -> Plan:
        return replace(plan, without=(*plan.without, *self.changes), facet_values=_ALL_VALUES)

    def _selected(self, plan: Plan, ignoring: str | None = None) -> list[Change]:
        kept = [item for item in plan.filters if ignoring is None or ignoring not in filtered_fields(item)]
        wanted: list[Clause] = [*kept] if plan.match is None else [plan.match, *kept]
        return [
            change
            for change in self._shown
            if change.row and change.row.key not in plan.without and all(holds(change, item) for item in wanted)
        ]

    def _facet(self, plan: Plan, name: str, counted: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
        counts = Counter(dict(counted))
        for change in self._selected(plan, ignoring=name):
            counts.update({*change.row.keywords[name]} if change.row else ())
        return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[: plan.facet_values]

    @staticmethod
    def _sorted(plan: Plan, chosen: list[Change], page: Page) -> list[Found]:
        assert plan.sort is not None
        rows = map(_row, chosen)
        return _beyond(plan, [Found(row.key, row.numbers.get(plan.sort.field), row.source) for row in rows])

    def _ranked(self, plan: Plan, chosen: list[Change], page: Page) -> list[Found]:
        """A score that differs from one of the engine's by rounding alone is that one."""
        theirs = [hit.value for hit in page.hits] + ([plan.after.value] if plan.after else [])
        known = sorted({float(value or 0) for value in theirs})
        found = []
        for change in chosen:
            score = math.fsum(self._scored(change, item) for item in plan.scoring)
            place = bisect_left(known, score * (1 - _SAME))
            if place < len(known) and known[place] <= score * (1 + _SAME):
                score = known[place]
            found.append(Found(_row(change).key, score, _row(change).source))
        return _beyond(plan, found)

    def _scored(self, change: Change, item: Scoring) -> float:
        if isinstance(item, Weighted):
            clause = item.clause
            relevance = self._relevance(change, clause) if isinstance(clause, Term) else holds(change, clause)
            return item.weight / 100 * relevance
        scores = [self._scored(change, part) for part in item.items]
        return max(scores) + item.spill / 100 * (sum(scores) - max(scores))

    def _relevance(self, change: Change, term: Term) -> float:
        often = change.often[term.field][term.token]
        if not often:
            return 0.0
        manifest = self._statistics.manifest
        holding = self._statistics.holding(term.field, term.token)
        rarity = math.log(1 + (len(manifest.rows) - holding + 0.5) / (holding + 0.5))
        length = stored_length(change.often[term.field].total()) / (manifest.lengths.get(term.field) or 1)
        return rarity * (_K1 + 1) * often / (often + _K1 * (1 - _B + _B * length))


def _row(change: Change) -> AnalysedRow:
    assert change.row is not None
    return change.row


def _beyond(plan: Plan, hits: list[Found]) -> list[Found]:
    if plan.after is None:
        return hits
    after = _place(plan, plan.after.value, plan.after.key)
    return [hit for hit in hits if _place(plan, hit.value, hit.key) > after]


def _place(plan: Plan, value: float | int | None, key: str) -> tuple[bool, float | int, str]:
    rising = plan.sort is not None and not plan.sort.descending
    return value is None, (1 if rising else -1) * (value or 0), key


def stored_length(tokens: int) -> int:
    """The length that engines keep of a text of so many tokens: one byte, exact to 40, then four leading bits."""
    beyond = max(0, tokens - 24)
    cut = max(0, beyond.bit_length() - 4)
    return min(tokens, 24) + (beyond >> cut << cut)


def holds(change: Change, clause: Clause) -> bool:
    """Whether ``clause`` holds for the row of ``change``."""
    row = _row(change)
    match clause:
        case Term():
            return clause.token in change.often[clause.field]
        case AllOf():
            return all(holds(change, item) for item in clause.clauses)
        case AtLeast():
            return sum(holds(change, item) for item in clause.clauses) >= clause.minimum
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
