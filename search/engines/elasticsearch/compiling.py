"""Plan → one Elasticsearch request."""

from collections.abc import Iterable, Mapping

from elasticsearch.dsl import A, Search, query
from elasticsearch.dsl.query import Query

from search.clauses import (
    ALL,
    GRAMS,
    AllOf,
    AtLeast,
    Clause,
    Eq,
    Filter,
    In,
    Overlaps,
    Range,
    Scoring,
    Term,
    Weighted,
    filtered_fields,
)
from search.declare import Sort
from search.engines.elasticsearch.mapping import stored_token
from search.plan import Boundary, Plan

_I64 = 2**63 - 1


def request(plan: Plan, boosts: Mapping[str, float]) -> Search:
    """Total, page and facets of ``plan``; filters on a facet's own field come after the counting.

    ``boosts``: what relevance in each text field is multiplied by.
    """
    ticked = [item for item in plan.filters if filtered_fields(item) & {*plan.facets}]
    search = Search().query(_selection(plan, ticked, boosts)).extra(size=plan.size, track_total_hits=True)
    if ticked:
        search = search.post_filter(_all_of(ticked))
    for name in plan.facets:
        others = [item for item in ticked if name not in filtered_fields(item)]
        values = A("terms", field=f"k_{name}", size=plan.facet_values, order=[{"_count": "desc"}, {"_key": "asc"}])
        search.aggs.bucket(name, A("filter", filter=_all_of(others))).bucket("values", values)
    search = search.sort(*_order(plan.sort)).source(["key", "source", *_sort_fields(plan.sort)])
    return search.extra(search_after=_after(plan.sort, plan.after)) if plan.after else search


def counting(plan: Plan) -> Query:
    """What ``plan`` selects, unscored."""
    return _without(plan, _all_of([*_matching(plan), *plan.filters]))


def clause(item: Clause) -> Query:
    """Any clause; only a Term carries a relevance of its own."""
    match item:
        case Term():
            return _term(_text(item), stored_token(item.token))
        case AllOf():
            return _all_of(item.clauses)
        case AtLeast():
            return _any_of([clause(inner) for inner in item.clauses], item.minimum)
        case Eq():
            return _term(f"k_{item.field}", item.value)
        case In():
            return query.Terms(f"k_{item.field}", [*item.values]) if item.values else query.MatchNone()
        case Range():
            field = f"n_{item.field}"
            inside = _range(field, item.low, item.high)
            return _any_of([inside, _unknown(field)]) if item.or_unknown else inside
        case Overlaps():
            return _overlaps(item)


def _selection(plan: Plan, ticked: list[Filter], boosts: Mapping[str, float]) -> Query:
    kept = [item for item in plan.filters if item not in ticked]
    scored = [_scoring(item, boosts) for item in plan.scoring]
    selected = _without(plan, _all_of([*_matching(plan), *kept]))
    return query.Bool(filter=[selected], should=scored, minimum_should_match=0)


def _without(plan: Plan, selected: Query) -> Query:
    if not plan.without:
        return selected
    return query.Bool(filter=[selected], must_not=[query.Terms(key=[*plan.without])])


def _matching(plan: Plan) -> list[Clause]:
    return [] if plan.match is None else [plan.match]


def _scoring(item: Scoring, boosts: Mapping[str, float]) -> Query:
    if isinstance(item, Weighted):
        return _weighted(item, boosts)
    return query.DisMax(queries=[_weighted(part, boosts) for part in item.items], tie_breaker=item.spill / 100)


def _weighted(item: Weighted, boosts: Mapping[str, float]) -> Query:
    boost = item.weight / 100
    if isinstance(item.clause, Term):
        return query.Bool(must=[clause(item.clause)], boost=boost * boosts[_text(item.clause)])
    return query.ConstantScore(filter=clause(item.clause), boost=boost)


def _text(term: Term) -> str:
    return term.field if term.field in (ALL, GRAMS) else f"t_{term.field}"


def _term(field: str, value: str) -> Query:
    return query.Term(field, {"value": value})


def _overlaps(item: Overlaps) -> Query:
    low, high = f"n_{item.low_field}", f"n_{item.high_field}"
    both = [
        _any_of([_range(high, item.low, None), _unknown(high)]),
        _any_of([_range(low, None, item.high), _unknown(low)]),
    ]
    if not item.or_unknown:
        both.append(_any_of([query.Exists(field=low), query.Exists(field=high)]))
    return query.Bool(filter=both)


def _range(field: str, low: int | None, high: int | None) -> Query:
    if low is None and high is None:
        return query.Exists(field=field)
    if (low is not None and low > _I64) or (high is not None and high < -_I64):
        return query.MatchNone()
    bounds = {"gte": None if low is None else max(low, -_I64), "lte": None if high is None else min(high, _I64)}
    return query.Range(field, {name: value for name, value in bounds.items() if value is not None})


def _unknown(field: str) -> Query:
    return query.Bool(must_not=[query.Exists(field=field)])


def _all_of(clauses: Iterable[Clause]) -> Query:
    compiled = [clause(item) for item in clauses]
    return query.Bool(filter=compiled) if compiled else query.MatchAll()


def _any_of(queries: list[Query], minimum: int = 1) -> Query:
    if minimum > len(queries):
        return query.MatchNone()
    return query.Bool(should=queries, minimum_should_match=minimum) if minimum > 0 else query.MatchAll()


def _order(sort: Sort | None) -> list[dict[str, dict[str, str]]]:
    tie = {"key": {"order": "asc"}}
    if sort is None:
        return [{"_score": {"order": "desc"}}, tie]
    return [{f"n_{sort.field}": {"order": "desc" if sort.descending else "asc", "missing": "_last"}}, tie]


def _sort_fields(sort: Sort | None) -> list[str]:
    return [] if sort is None else [f"n_{sort.field}"]


def _after(sort: Sort | None, after: Boundary) -> list[float | int | str]:
    if sort is None:
        return [float(after.value or 0), after.key]
    # What has no value is sorted as the last number there is.
    last = -_I64 - 1 if sort.descending else _I64
    return [last if after.value is None else int(after.value), after.key]
