"""Runs alone in the benchmark's own environment: a plain NumPy scan (exact BM25), whoosh-reloaded and bm25s.

In: one JSON file {"rows": [...], "queries": [...]}. Out: {engine: {"ms": [...], "answers": [...]} or null}. Imports
nothing of the product: its packages are not there.
"""

import json
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

K1, B = 1.2, 0.75
FACETS = ("category", "region", "guarantee", "institution")
SLOW = 40


def timed(ask: Callable[[dict[str, Any]], Any], queries: list[dict[str, Any]]) -> dict[str, Any]:
    """The best of three rounds for each query, as every engine is measured."""
    for query in queries[:5]:
        ask(query)
    rounds: list[list[float]] = []
    answers: list[Any] = []
    for _ in range(3):
        ms, answers = [], []
        for query in queries:
            begun = time.perf_counter()
            answers.append(ask(query))
            ms.append(1000 * (time.perf_counter() - begun))
        rounds.append(ms)
    return {"ms": [min(times) for times in zip(*rounds, strict=True)], "answers": answers}


class Scan:
    """Postings in arrays, scores precomputed for each posting, facets by bincount: exact BM25."""

    def __init__(self, np: Any, rows: list[dict[str, Any]]) -> None:
        self._np, self._count = np, len(rows)
        self._keys = [row["key"] for row in rows]
        self._holding: dict[str, Any] = {}
        self._postings: dict[tuple[str, str], Any] = {}
        for field, weight in (("name", 4.0), ("body", 1.0)):
            self._add(field, weight, [row[field] for row in rows])
        self._codes = {name: np.unique([row[name] for row in rows], return_inverse=True) for name in FACETS}
        self._numbers = {name: np.array([row[name] for row in rows]) for name in ("low", "high", "rate")}

    def _add(self, field: str, weight: float, texts: list[list[str]]) -> None:
        np = self._np
        lengths = np.array(list(map(len, texts)))
        norm = K1 * (1 - B + B * lengths / lengths.mean())
        found: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for number, words in enumerate(texts):
            for word, often in Counter(words).items():
                found[word].append((number, often))
        for word, pairs in found.items():
            ids, often = np.array(pairs).T
            rarity = np.log(1 + (self._count - len(ids) + 0.5) / (len(ids) + 0.5))
            self._postings[field, word] = ids, weight * rarity * (K1 + 1) * often / (often + norm[ids])
            self._holding[word] = np.union1d(self._holding.get(word, ids), ids)

    def ask(self, query: dict[str, Any]) -> Any:
        np = self._np
        matched = np.zeros(self._count, bool) if query["words"] else np.ones(self._count, bool)
        for word in query["words"]:
            matched[self._holding.get(word, [])] = True
        masks = [self._mask(item) for item in query["filters"]]
        ids = np.flatnonzero(np.logical_and.reduce([matched, *masks]))
        facets = {}
        for name in FACETS:
            kept = [mask for item, mask in zip(query["filters"], masks, strict=True) if item.get("eq", [""])[0] != name]
            chosen = ids if len(kept) == len(masks) else np.flatnonzero(np.logical_and.reduce([matched, *kept]))
            labels, codes = self._codes[name]
            counts = np.bincount(codes[chosen], minlength=len(labels))
            facets[name] = {str(labels[index]): int(counts[index]) for index in np.flatnonzero(counts)}
        return [len(ids), [self._keys[index] for index in self._best(query, ids)], facets]

    def _mask(self, item: dict[str, Any]) -> Any:
        if "eq" in item:
            labels, codes = self._codes[item["eq"][0]]
            return codes == self._np.searchsorted(labels, item["eq"][1])
        field, low, high = item["range"]
        above, below = ("high", "low") if field == "overlap" else (field, field)
        return (self._numbers[above] >= low) & (self._numbers[below] <= high)

    def _best(self, query: dict[str, Any], ids: Any) -> Any:
        np = self._np
        if query["by_rate"]:
            return ids[np.lexsort((ids, self._numbers["rate"][ids]))[:10]]
        scores = np.zeros(self._count)
        for word in query["words"]:
            for field in ("name", "body"):
                if (posting := self._postings.get((field, word))) is not None:
                    scores[posting[0]] += posting[1]
        if len(ids) > 64:
            ids = np.sort(ids[np.argpartition(-scores[ids], 64)[:64]])
        return ids[np.lexsort((ids, -scores[ids]))[:10]]


def numpy_scan(rows: list[dict[str, Any]], queries: list[dict[str, Any]]) -> dict[str, Any]:
    """Everything in arrays, in one process."""
    import numpy

    return timed(Scan(numpy, rows).ask, queries)


def whoosh(rows: list[dict[str, Any]], queries: list[dict[str, Any]]) -> dict[str, Any]:
    """whoosh-reloaded with its sorting facets; the first texts only, it is slow."""
    from whoosh import fields, index, scoring
    from whoosh import query as q
    from whoosh.analysis import SpaceSeparatedTokenizer

    plain = {name: fields.ID(stored=True, sortable=True) for name in FACETS}
    numeric = {name: fields.NUMERIC(bits=64, sortable=True) for name in ("low", "high", "rate")}
    text = {name: fields.TEXT(analyzer=SpaceSeparatedTokenizer(), phrase=False) for name in ("name", "body")}
    schema = fields.Schema(key=fields.ID(stored=True, sortable=True), **plain, **numeric, **text)
    made = index.create_in(tempfile.mkdtemp(), schema)
    writer = made.writer(limitmb=256)
    for row in rows:
        texts = {name: " ".join(row[name]) for name in ("name", "body")}
        writer.add_document(key=row["key"], **{name: row[name] for name in (*FACETS, "low", "high", "rate")}, **texts)
    writer.commit()
    searcher = made.searcher(weighting=scoring.BM25F(B=B, K1=K1))

    def limit(item: dict[str, Any]) -> Any:
        if "eq" in item:
            return q.Term(*item["eq"])
        field, low, high = item["range"]
        if field == "overlap":
            return q.And([q.NumericRange("high", low, None), q.NumericRange("low", None, high)])
        return q.NumericRange(field, low, high)

    def ask(query: dict[str, Any]) -> Any:
        words = [q.Term(field, word, boost) for word in query["words"] for field, boost in (("name", 4), ("body", 1))]
        base = q.Or(words) if words else q.Every()
        narrowed = q.And([base, *[q.ConstantScoreQuery(limit(item), 0) for item in query["filters"]]])
        order = {"sortedby": "rate"} if query["by_rate"] else {}
        result = searcher.search(narrowed, limit=10, groupedby=list(FACETS), **order)
        facets = {name: {value: len(ids) for value, ids in result.groups(name).items()} for name in FACETS}
        return [len(result), [hit["key"] for hit in result], facets]

    return timed(ask, [query for query in queries if query["words"]][:SLOW])


def bm25s(rows: list[dict[str, Any]], queries: list[dict[str, Any]]) -> dict[str, Any]:
    """Ten best by words alone: it has neither filters nor facets nor fields."""
    import bm25s as library

    model = library.BM25(k1=K1, b=B)
    model.index([row["name"] + row["body"] for row in rows], show_progress=False)

    def ask(query: dict[str, Any]) -> Any:
        ids, _ = model.retrieve([query["words"]], k=10, show_progress=False)
        return [None, [rows[index]["key"] for index in ids[0]], {}]

    return timed(ask, [query for query in queries if query["words"]])


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as handle:
        given = json.load(handle)
    found: dict[str, Any] = {}
    for name, run in (("numpy", numpy_scan), ("whoosh", whoosh), ("bm25s", bm25s)):
        try:
            found[name] = run(given["rows"], given["queries"])
        except ImportError:
            found[name] = None
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
