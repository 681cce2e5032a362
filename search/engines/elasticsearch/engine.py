"""Generations on a server: an index each, named by an alias that moves in one step."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from elasticsearch import BadRequestError, NotFoundError
from elasticsearch.helpers import bulk

from search.clauses import ALL, Term
from search.declare import Document
from search.engines import generations
from search.engines.elasticsearch import compiling, mapping
from search.engines.elasticsearch.connection import Connection
from search.engines.generations import Manifest
from search.plan import AnalysedRow, Found, Page, Plan

# A search takes far less time than five rebuilds: whoever still reads an older generation has long been answered.
_KEPT = 5
_CHUNK = 500
_PAGE = 5000


class ElasticsearchEngine:
    """One per process and server. Every method is Unreachable when the server does not answer as it should."""

    name = "elasticsearch"

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.deadline, self.in_time = connection.deadline, connection.in_time
        self._readers: dict[str, ElasticsearchReader] = {}

    def build(self, document: Document, rows: Iterable[AnalysedRow], manifest: Manifest) -> Manifest:
        """Fill a new index and move the alias to it. The caller holds ``generations.building``."""
        self.connection.breaker.require_closed()
        ordered = sorted(rows, key=lambda row: row.key)
        with self.connection.asking():
            before = self._aliased(document)
            fields = mapping.similarities(document, ordered)
            name = self._created(document, fields)
            named = replace(manifest, generation=name)
            try:
                self._fill(document, name, ordered, named, {field: item.boost for field, item in fields.items()})
                self._swap(document, before, name)
            except BaseException:
                self.connection.builder.indices.delete(index=name, ignore_unavailable=True)
                raise
            self._clear(document, name)
        return named

    def reader(self, document: Document) -> "ElasticsearchReader | None":
        """The generation the alias names now; opened once and kept while it stays."""
        with self.connection.asking():
            name = self._aliased(document)
            held = self._readers.get(document.name)
            if name is None or (held is not None and held.index == name):
                return held if name else None
            held_by_server = self.connection.client.get(index=self._manifests, id=name)["_source"]["manifest"]
            fresh = ElasticsearchReader(self.connection, name, **_unpacked(held_by_server))
        self._readers[document.name] = fresh
        return fresh

    @property
    def _manifests(self) -> str:
        return f"{self.connection.prefix}-manifests"

    def _alias(self, document: Document) -> str:
        return f"{self.connection.prefix}-{document.name}".lower()

    def _aliased(self, document: Document) -> str | None:
        try:
            return next(iter(self.connection.client.indices.get_alias(name=self._alias(document)).body), None)
        except NotFoundError:
            return None

    def _names(self, document: Document) -> list[str]:
        """Every index of ``document``, oldest first, also those a killed builder left."""
        alias = self._alias(document)
        found = self.connection.client.indices.get(index=f"{alias}-*", features="aliases").body
        own = re.compile(rf"{re.escape(alias)}-[0-9a-f]{{8}}-\d{{6,}}")
        return sorted(filter(own.fullmatch, found), key=_number)

    def _created(self, document: Document, fields: dict[str, mapping.Similarity]) -> str:
        """The name of a new, empty index. What a killed builder asked for last may come into being only now, under
        the number that seemed free: then the next one is."""
        number = max(map(_number, self._names(document)), default=0)
        while True:
            number += 1
            name = f"{self._alias(document)}-{mapping.mapping_hash(document)}-{number:06}"
            try:
                self.connection.builder.indices.create(index=name, **mapping.body(document, fields))
            except BadRequestError as error:
                if error.error != "resource_already_exists_exception":
                    raise
            else:
                return name

    def _fill(
        self, document: Document, name: str, rows: list[AnalysedRow], manifest: Manifest, boosts: dict[str, float]
    ) -> None:
        client = self.connection.builder
        actions = (
            {"_index": name, "_id": str(number), **mapping.stored(document, row, manifest.rows.get(row.key, ""))}
            for number, row in enumerate(rows)
        )
        bulk(client, actions, chunk_size=_CHUNK)
        client.indices.refresh(index=name)
        if (held := client.count(index=name)["count"]) != len(rows):
            raise ValueError(f"{name}: {held} of {len(rows)} rows arrived")
        if not client.indices.exists(index=self._manifests):
            client.options(ignore_status=400).indices.create(
                index=self._manifests, mappings={"enabled": False}, settings={"auto_expand_replicas": "0-1"}
            )
        client.index(index=self._manifests, id=name, document={"manifest": _packed(manifest, boosts)})

    def _swap(self, document: Document, before: str | None, name: str) -> None:
        """Move the alias from ``before``; refused when another builder has moved it meanwhile."""
        alias = self._alias(document)
        actions: list[dict[str, Any]] = [{"add": {"index": name, "alias": alias}}]
        if before:
            actions.insert(0, {"remove": {"index": before, "alias": alias, "must_exist": True}})
        self.connection.builder.indices.update_aliases(actions=actions)

    def _clear(self, document: Document, current: str) -> None:
        for old in [name for name in self._names(document) if name != current][:-_KEPT]:
            self.connection.builder.indices.delete(index=old, ignore_unavailable=True)
            self.connection.builder.options(ignore_status=404).delete(index=self._manifests, id=old)


class ElasticsearchReader:
    """One generation on the server."""

    def __init__(self, connection: Connection, index: str, manifest: Manifest, boosts: dict[str, float]) -> None:
        self.index, self.manifest = index, manifest
        self._boosts = boosts
        self._connection = connection
        self._shares: dict[str, int] = {}

    def share(self, token: str) -> int:
        """Per mille of the documents that hold ``token``, rounded up; asked once for each token."""
        if token not in self._shares:
            self._shares[token] = -(-1000 * self.holding(ALL, token) // max(1, len(self.manifest.rows)))
        return self._shares[token]

    def holding(self, field: str, token: str) -> int:
        """Number of documents whose text ``field`` holds ``token``."""
        return self.count(Plan(match=Term(field, token)))

    def count(self, plan: Plan) -> int:
        """Number of documents ``plan`` selects."""
        with self._connection.asking():
            query = compiling.counting(plan).to_dict()
            return int(self._connection.client.count(index=self.index, query=query)["count"])

    def search(self, plan: Plan) -> Page:
        """Total, one page and facet counts of ``plan``."""
        with self._connection.asking():
            request = compiling.request(plan, self._boosts).using(self._connection.client).index(self.index)
            answer = request.params(search_type="dfs_query_then_fetch").execute().to_dict()
            hits = [_found(hit, plan) for hit in answer["hits"]["hits"]]
            return Page(answer["hits"]["total"]["value"], hits, {name: _facet(answer, name) for name in plan.facets})

    def contents(self) -> dict[str, str]:
        """Key → content hash of every document the server really holds."""
        return dict(self._pages())

    def _pages(self) -> Iterator[tuple[str, str]]:
        after: list[str] | None = None
        while True:
            with self._connection.asking():
                found = self._connection.builder.search(
                    index=self.index, sort=["key"], size=_PAGE, source_includes=["key", "hash"], search_after=after
                )["hits"]["hits"]
                held = [(hit["_source"]["key"], hit["_source"]["hash"]) for hit in found]
            yield from held
            if len(held) < _PAGE:
                return
            after = [held[-1][0]]


def _packed(manifest: Manifest, boosts: dict[str, float]) -> str:
    return json.dumps({"manifest": generations.plain(manifest), "boosts": boosts}, ensure_ascii=False)


def _unpacked(text: str) -> dict[str, Any]:
    content = json.loads(text)
    return {"manifest": generations.restored(content["manifest"]), "boosts": content["boosts"]}


def _number(name: str) -> int:
    return int(name.rpartition("-")[2])


def _found(hit: dict[str, Any], plan: Plan) -> Found:
    content = hit["_source"]
    value = float(hit["_score"]) if plan.sort is None else content.get(f"n_{plan.sort.field}")
    return Found(content["key"], value, content["source"])


def _facet(answer: dict[str, Any], name: str) -> list[tuple[str, int]]:
    buckets = answer["aggregations"][name]["values"]["buckets"]
    return [(str(bucket["key"]), int(bucket["doc_count"])) for bucket in buckets]
