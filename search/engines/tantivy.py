"""The embedded engine: tantivy over immutable generations.

A generation is built by one thread into one segment sorted by id (the rank of the key). That is what makes orders the
same whatever the order of the rows, and scores free of the statistics of deleted documents.
"""

import json
import re
import threading
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from operator import itemgetter
from pathlib import Path
from typing import Any

import tantivy
from tantivy import Occur, Order, Query

from search.clauses import ALL, GRAMS, filtered_fields
from search.declare import Document
from search.engines import generations
from search.engines.base import Reader
from search.engines.compiling import Compiler, text_field
from search.engines.generations import Line, Manifest, Place
from search.errors import Damaged
from search.overlay import Change, Overlaid
from search.plan import AnalysedRow, Found, Page, Plan

_HEAP = 128_000_000
_FACET_BUCKETS = 5000
_MAX_WINDOW = 16_384
# What ``json.loads`` does after guessing an encoding and looking for blanks, which takes longer than the reading.
_READ = json.JSONDecoder().raw_decode
# No field of a document is called so.
_TOTAL = "#"


def _schema(document: Document) -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    # Signed on purpose: terms of unsigned fields are not found again by this binding.
    builder.add_integer_field("id", indexed=True, fast=True)
    builder.add_bytes_field("source", stored=True)
    # Counted for the total: a column of one value takes no time to read.
    builder.add_integer_field("one", fast=True)
    for name in (ALL, GRAMS, *(f"t_{item.name}" for item in document.texts)):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    for keyword in document.keywords:
        builder.add_text_field(f"k_{keyword.name}", fast=True, tokenizer_name="raw", index_option="basic")
    for number in document.numbers:
        builder.add_integer_field(f"n_{number.name}", indexed=True, fast=True)
    for sort in document.sorts:
        builder.add_integer_field(f"r_{sort.name}", indexed=True, fast=True)
    return builder.build()


def _ranks(document: Document, rows: list[AnalysedRow]) -> dict[str, list[int]]:
    """For each sort, each row's place in it: value, unknown last, then key. ``rows`` are in key order."""
    ranks: dict[str, list[int]] = {}
    for sort in document.sorts:
        sign = -1 if sort.descending else 1

        def place(index: int, field: str = sort.field, sign: int = sign) -> tuple[bool, int, int]:
            value = rows[index].numbers.get(field)
            return value is None, 0 if value is None else sign * value, index

        ranks[sort.name] = [0] * len(rows)
        for rank, index in enumerate(sorted(range(len(rows)), key=place)):
            ranks[sort.name][index] = rank
    return ranks


def _lengths(rows: list[AnalysedRow]) -> dict[str, float]:
    fields = rows[0].tokens if rows else ()
    return {name: sum(len(row.tokens[name]) for row in rows) / len(rows) for name in fields}


class TantivyEngine:
    """One per process; it keeps the reader of each document's current generation open."""

    name = "tantivy"

    def __init__(self) -> None:
        self._readers: dict[str, _Held] = {}
        self._lock = threading.Lock()

    def build(self, document: Document, rows: Iterable[AnalysedRow], manifest: Manifest) -> Manifest:
        """Write and publish a generation. The caller holds ``generations.building``."""
        ordered = sorted(rows, key=lambda row: row.key)
        directory = generations.begin(document.name)
        try:
            self._write(document, ordered, directory)
            return generations.publish(document.name, directory, replace(manifest, lengths=_lengths(ordered)))
        except BaseException as error:
            generations.discard(directory)
            # The binding hides what the disk refused in the text of a ValueError.
            if isinstance(error, ValueError) and (refused := re.search(r"os error (\d+)", str(error))):
                raise OSError(int(refused[1]), str(error)) from error
            raise

    @staticmethod
    def _write(document: Document, rows: list[AnalysedRow], directory: Path) -> None:
        schema = _schema(document)
        index = tantivy.Index(schema, path=str(directory), sort_by_field="id")
        ranks = _ranks(document, rows)
        writer = index.writer(_HEAP, 1)
        for number, row in enumerate(rows):
            content: dict[str, object] = {
                "id": number,
                "one": 1,
                "source": json.dumps({"key": row.key, **row.source}, ensure_ascii=False).encode(),
                ALL: " ".join(row.tokens[ALL]),
                GRAMS: " ".join(row.tokens[GRAMS]),
                **{f"t_{item.name}": " ".join(row.tokens[item.name]) for item in document.texts},
                **{f"k_{name}": values for name, values in row.keywords.items() if values},
                **{f"n_{name}": value for name, value in row.numbers.items()},
                **{f"r_{name}": places[number] for name, places in ranks.items()},
            }
            writer.add_document(tantivy.Document.from_dict(content, schema))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        if rows and index.searcher().num_segments != 1:
            raise RuntimeError(f"{document.name}: one generation of {len(rows)} rows must be one segment")

    def reader(self, document: Document) -> Reader | None:
        """The current generation under its changes; opened again only when the pointer has moved.

        Damaged when it cannot be opened.
        """
        tried: Place | None = None
        while place := generations.pointed(document.name):
            held = self._readers.get(document.name)
            if held is not None and held.place == place:
                return held.reader
            try:
                fresh = _opened(document, place, held)
            except Damaged:
                # Two generations may have been published since the pointer was read: then it has moved.
                if place == tried:
                    raise
                tried = place
                continue
            with self._lock:
                self._readers[document.name] = fresh
            return fresh.reader
        return None


@dataclass(frozen=True)
class _Held:
    """What is open. ``lines`` and what they say: most of them are the same in the next file of changes."""

    place: Place
    base: "TantivyReader"
    read: dict[Line, Change]

    @cached_property
    def reader(self) -> Reader:
        return Overlaid(self.base, {line.key: change for line, change in self.read.items()}) if self.read else self.base


def _opened(document: Document, place: Place, held: _Held | None) -> _Held:
    if held is None or held.place.directory != place.directory:
        held = _Held(place, TantivyReader(document, place.directory), {})
    try:
        read = {line: held.read.get(line) or Change.restored(line.content) for line in generations.lines_of(place)}
    except (ValueError, LookupError, TypeError) as error:
        raise Damaged(f"{place}: {error!r}") from error
    return _Held(place, held.base, read)


class TantivyReader:
    """One open generation."""

    def __init__(self, document: Document, directory: Path) -> None:
        self.document, self.directory = document, directory
        self.manifest = generations.manifest_of(directory)
        self._keys = sorted(self.manifest.rows)
        try:
            index = tantivy.Index.open(str(directory))
            self._searcher = index.searcher()
        except (OSError, ValueError) as error:
            raise Damaged(f"{directory.name}: {error!r}") from error
        if index.schema != _schema(document):
            raise Damaged(f"{directory.name}: written in another form than this release reads")
        self._compile = Compiler(index.schema, self._keys)

    def share(self, token: str) -> int:
        """Per mille of the documents that hold ``token``, rounded up."""
        return -(-1000 * self.holding(ALL, token) // max(1, len(self._keys)))

    def holding(self, field: str, token: str) -> int:
        """Number of documents whose text ``field`` holds ``token``."""
        return self._searcher.doc_freq(text_field(field), token)

    def contents(self) -> dict[str, str]:
        """Key → content hash; the checksums of the files were compared when they were opened."""
        return self.manifest.rows

    def count(self, plan: Plan) -> int:
        """Number of documents ``plan`` selects."""
        return self._count(self._compile.selection(plan))

    def search(self, plan: Plan) -> Page:
        """Total, one page and facet counts of ``plan``."""
        selection = self._compile.selection(plan)
        total, facets = self._counted(plan, selection)
        hits = self._sorted(plan, selection) if plan.sort else self._ranked(plan, selection, total)
        return Page(total, hits, facets)

    def _count(self, selection: Query) -> int:
        # The binding's stubs do not know the attribute.
        result: Any = self._searcher.search(selection, limit=1)
        return int(result.count)

    def _sorted(self, plan: Plan, selection: Query) -> list[Found]:
        assert plan.sort is not None
        if plan.after is not None:
            beyond = self._compile.beyond(plan.sort, plan.after, bisect_right(self._keys, plan.after.key))
            selection = Query.boolean_query([(Occur.Must, selection), (Occur.Must, beyond)])
        result = self._searcher.search(
            selection, limit=plan.size, count=False, order_by_field=f"r_{plan.sort.name}", order=Order.Asc
        )
        addresses = [address for _, address in result.hits]
        values = self._searcher.fast_field_values(f"n_{plan.sort.field}", addresses)
        return [
            self._found(address, None if value is None else int(value))
            for address, value in zip(addresses, values, strict=True)
        ]

    def _ranked(self, plan: Plan, selection: Query, total: int) -> list[Found]:
        """A score cannot be filtered on, so the window grows until it holds a full page beyond the boundary."""
        query, window = self._compile.ranking(plan, selection), (plan.size + 1) * (4 if plan.after else 1)
        while True:
            result: Any = self._searcher.search(query, limit=window, count=False)
            # One segment sorted by id: a place in it is an id.
            ranked = sorted((-score, address.doc, address) for score, address in result.hits)
            page = [hit for hit in ranked if self._is_beyond(plan, hit[0], hit[1])] if plan.after else ranked
            # Of equal scores the engine keeps the lowest ids, so a window may cut through them.
            if window >= min(total, _MAX_WINDOW) or len(page) > plan.size:
                return [self._found(address, -score) for score, _, address in page[: plan.size]]
            window *= 4

    def _is_beyond(self, plan: Plan, negated_score: float, number: int) -> bool:
        assert plan.after is not None
        boundary = (-float(plan.after.value or 0), bisect_right(self._keys, plan.after.key))
        return negated_score > boundary[0] or (negated_score == boundary[0] and number >= boundary[1])

    def _counted(self, plan: Plan, selection: Query) -> tuple[int, dict[str, list[tuple[str, int]]]]:
        """(total, facets). Fields without a filter of their own are counted in one pass with the total, since they
        count the same documents."""
        ticked = {field for item in plan.filters for field in filtered_fields(item)}
        total, found = self._counts(selection, [name for name in plan.facets if name not in ticked])
        for name in plan.facets:
            if name in ticked:
                found |= self._counts(self._compile.selection(plan, ignoring=name), [name])[1]
        return total, {name: found[name][: plan.facet_values] for name in plan.facets}

    def _counts(self, selection: Query, names: list[str]) -> tuple[int, dict[str, list[tuple[str, int]]]]:
        sizes = {"size": _FACET_BUCKETS, "segment_size": _FACET_BUCKETS}
        asked: dict[str, Any] = {name: {"terms": {"field": f"k_{name}", **sizes}} for name in names}
        answer = self._searcher.aggregate(selection, {**asked, _TOTAL: {"value_count": {"field": "one"}}})
        return int(answer[_TOTAL]["value"]), {name: _most_first(answer[name]["buckets"]) for name in names}

    def _found(self, address: tantivy.DocAddress, value: float | int | None) -> Found:
        source = _READ(self._searcher.doc(address)["source"][0].decode())[0]
        return Found(source.pop("key"), value, source)


def _most_first(buckets: list[dict[str, Any]]) -> list[tuple[str, int]]:
    buckets.sort(key=itemgetter("key"))
    buckets.sort(key=itemgetter("doc_count"), reverse=True)
    return list(map(itemgetter("key", "doc_count"), buckets))
