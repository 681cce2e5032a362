"""Plan → tantivy queries."""

from bisect import bisect_left
from collections.abc import Sequence

import tantivy
from tantivy import FieldType, Occur, Query

from search.clauses import (
    ALL,
    GRAMS,
    AllOf,
    AtLeast,
    Clause,
    Eq,
    In,
    Overlaps,
    Range,
    Scoring,
    Term,
    Weighted,
    filtered_fields,
)
from search.declare import Sort
from search.plan import Boundary, Plan

_I64 = 2**63 - 1


def text_field(name: str) -> str:
    """The name in the index of a row's tokens ``name``."""
    return name if name in (ALL, GRAMS) else f"t_{name}"


class Compiler:
    """Compiles against one generation's schema."""

    def __init__(self, schema: tantivy.Schema, keys: Sequence[str]) -> None:
        """``keys`` in the order of their ids."""
        self._schema, self._keys = schema, keys

    def selection(self, plan: Plan, ignoring: str | None = None) -> Query:
        """What ``plan`` selects, unscored; without the filters on keyword ``ignoring`` when given."""
        kept = [item for item in plan.filters if ignoring is None or ignoring not in filtered_fields(item)]
        parts: list[Clause] = [*kept] if plan.match is None else [plan.match, *kept]
        # Side by side rather than one within another: an exclusion of its own would walk all documents.
        split = [self._split(part) for part in parts]
        within, outside = ([query for sides in split for query in sides[place]] for place in (0, 1))
        if plan.without:
            ids = [place for key in plan.without if (place := self._id(key)) is not None]
            outside.append(Query.term_set_query(self._schema, "id", ids))
        return Query.const_score_query(self._all_of(within, outside), 0.0)

    def ranking(self, plan: Plan, selection: Query) -> Query:
        """``selection`` with the scores of ``plan``."""
        scored = [(Occur.Should, self._scoring(item)) for item in plan.scoring]
        return Query.boolean_query([(Occur.Must, selection), *scored])

    def beyond(self, sort: Sort, after: Boundary, first_id: int) -> Query:
        """Documents that come after ``after`` in ``sort``; ``first_id`` is the id of the next greater key."""
        tie = self._range("id", first_id, None)
        number = f"n_{sort.field}"
        if after.value is None:
            return self._all_of([self._unknown(number), tie])
        value = int(after.value)
        further = self._range(number, None, value - 1) if sort.descending else self._range(number, value + 1, None)
        same = self._all_of([self._range(number, value, value), tie])
        return self._any_of([further, same, self._unknown(number)])

    def clause(self, clause: Clause) -> Query:
        """Any clause; only a Term carries a relevance of its own."""
        match clause:
            case Term():
                return self._term(clause)
            case AllOf():
                return self._all_of([self.clause(item) for item in clause.clauses])
            case AtLeast():
                return self._any_of([self.clause(item) for item in clause.clauses], clause.minimum)
            case Eq():
                return self._keyword(clause.field, clause.value)
            case In():
                return self._any_of([self._keyword(clause.field, value) for value in clause.values])
            case Range() | Overlaps():
                return self._all_of(*self._split(clause))

    def _split(self, clause: Clause) -> tuple[list[Query], list[Query]]:
        """(what must all hold, what must not). Limits that the unknown passes are said by what lies beyond them."""
        match clause:
            case Range(or_unknown=False):
                return [self._range(f"n_{clause.field}", clause.low, clause.high)], []
            case Range():
                return [], [*self._below(clause.field, clause.low), *self._above(clause.field, clause.high)]
            case Overlaps():
                ends = [Query.exists_query(f"n_{field}") for field in (clause.low_field, clause.high_field)]
                apart = [*self._below(clause.high_field, clause.low), *self._above(clause.low_field, clause.high)]
                return [] if clause.or_unknown else [self._any_of(ends)], apart
            case _:
                return [self.clause(clause)], []

    def _id(self, key: str) -> int | None:
        place = bisect_left(self._keys, key)
        return place if place < len(self._keys) and self._keys[place] == key else None

    def _scoring(self, item: Scoring) -> Query:
        if isinstance(item, Weighted):
            return self._weighted(item)
        return Query.disjunction_max_query([self._weighted(part) for part in item.items], item.spill / 100)

    def _weighted(self, item: Weighted) -> Query:
        query = self.clause(item.clause)
        if not isinstance(item.clause, Term):
            query = Query.const_score_query(query, 1.0)
        return Query.boost_query(query, item.weight / 100)

    def _term(self, term: Term) -> Query:
        return Query.term_query(self._schema, text_field(term.field), term.token, "freq")

    def _keyword(self, field: str, value: str) -> Query:
        return Query.term_query(self._schema, f"k_{field}", value, "basic")

    def _below(self, field: str, low: int | None) -> list[Query]:
        return [] if low is None else [self._range(f"n_{field}", None, low - 1)]

    def _above(self, field: str, high: int | None) -> list[Query]:
        return [] if high is None else [self._range(f"n_{field}", high + 1, None)]

    def _range(self, field: str, low: int | None, high: int | None) -> Query:
        if low is None and high is None:
            return Query.exists_query(field)
        if (low is not None and low > _I64) or (high is not None and high < -_I64):
            return Query.empty_query()
        return Query.range_query(
            self._schema,
            field,
            FieldType.Integer,
            lower_bound=None if low is None else max(low, -_I64),
            upper_bound=None if high is None else min(high, _I64),
        )

    @staticmethod
    def _unknown(field: str) -> Query:
        return Query.boolean_query([(Occur.Must, Query.all_query()), (Occur.MustNot, Query.exists_query(field))])

    @staticmethod
    def _all_of(queries: list[Query], but: Sequence[Query] = ()) -> Query:
        if not but and len(queries) < 2:
            return queries[0] if queries else Query.all_query()
        held = [(Occur.Must, query) for query in queries or [Query.all_query()]]
        return Query.boolean_query([*held, *((Occur.MustNot, query) for query in but)])

    @staticmethod
    def _any_of(queries: list[Query], minimum: int = 1) -> Query:
        if minimum > len(queries):
            return Query.empty_query()
        if minimum <= 0:
            return Query.all_query()
        return Query.boolean_query([(Occur.Should, query) for query in queries], minimum_number_should_match=minimum)
