"""The same questions in SQL, for FTS5 with bm25() and for tsvector with ts_rank; what words find is kept once."""

from collections.abc import Callable, Iterable
from typing import Any

from search.clauses import Eq, Filter, In, Overlaps, Range
from search.management.bench.data import FACETS, words_of
from search.plan import AnalysedRow, Plan

Execute = Callable[[str, list[Any]], list[tuple[Any, ...]]]
Answer = tuple[int, list[str], dict[str, dict[str, int]]]

COLUMNS = "key text, category text, region text, guarantee text, institution text, low bigint, high bigint, rate bigint"


def values_of(row: AnalysedRow) -> list[Any]:
    """One row in the order of COLUMNS, then name and body."""
    kept = [row.keywords[name][0] for name in FACETS] + [row.numbers[name] for name in ("low", "high", "rate")]
    return [row.key, *kept, " ".join(row.tokens["name"]), " ".join(row.tokens["body"])]


def answer(execute: Execute, plan: Plan, *, mark: str, matched: str, query: Callable[[list[str]], str]) -> Answer:
    """Total, ten keys and facets. ``matched``: SELECT of (id, score); ``query``: words → what the engine parses."""
    words = words_of(plan)
    source, given = (matched, [query(words)]) if words else ("SELECT id, 0 AS score FROM docs", [])
    execute("DELETE FROM hits", [])
    execute(f"INSERT INTO hits {source}", given)
    base = "FROM hits JOIN docs USING (id)"
    where, values = _where(plan.filters, mark)
    total = execute(f"SELECT count(*) {base} WHERE {where}", values)[0][0]
    order = "rate, key" if plan.sort else "score DESC, key"
    top = execute(f"SELECT key {base} WHERE {where} ORDER BY {order} LIMIT {plan.size}", values)
    facets = {}
    for name in plan.facets:
        kept = [item for item in plan.filters if not (isinstance(item, Eq) and item.field == name)]
        others, inner = _where(kept, mark)
        counted = execute(f"SELECT {name}, count(*) {base} WHERE {others} GROUP BY {name}", inner)
        facets[name] = {str(value): int(count) for value, count in counted}
    return int(total), [str(key) for (key,) in top], facets


def _where(filters: Iterable[Filter], mark: str) -> tuple[str, list[Any]]:
    parts, values = ["1=1"], list[Any]()
    for item in filters:
        match item:
            case Eq():
                parts.append(f"{item.field} = {mark}")
                values.append(item.value)
            case Range():
                parts.append(f"{item.field} BETWEEN {mark} AND {mark}")
                values += [item.low, item.high]
            case Overlaps():
                parts.append(f"{item.high_field} >= {mark} AND {item.low_field} <= {mark}")
                values += [item.low, item.high]
            case In():
                raise TypeError("the bench asks no In")
    return " AND ".join(parts), values
