"""Searching and keeping the index: what pages, the API and commands call."""

import threading
from collections.abc import Collection
from dataclasses import replace
from functools import partial

import structlog

from common.errors import Invalid
from search import cursors, engines, language, registry, sync
from search.analysis import lexicon, segmenter
from search.analysis.normalise import clean
from search.asked import Asked
from search.asking import Asker
from search.clauses import AtLeast, Clause, Eq, Filter, In, Overlaps, Range
from search.cursors import Cursor
from search.declare import Document
from search.engines.base import Reader, Server
from search.errors import Behind, Unreachable
from search.highlight import highlight
from search.overlay import Change, Overlaid
from search.own import fresh
from search.plan import Boundary, Found, Page, Plan
from search.query import MAX_SIZE, MAX_TEXT, Hit, SearchQuery, SearchResult
from search.suggesting import Suggestion
from search.sync import Drift

# A rung of the ladder that fills a first page is enough; sorted lists never get looser than they must.
_ENOUGH = 10
_MAX_VALUE = 200
_MAX_FILTERS = 40

Changed = dict[str, Change]

_log = structlog.get_logger("search.services")


def search(query: SearchQuery, document: str = "products", own: Collection[str] = ()) -> SearchResult:
    """Run ``query``: any text is accepted; an unknown field, sort or cursor is Invalid. Builds a missing index.

    ``own``: keys the reader edits; she sees her changes even before the index has them.
    ``engine`` of the result says who answered: a server that does not is replaced within two seconds.
    """
    declared = registry.get(document)
    declared.sort_named(query.sort)
    _require_declared(declared, query)
    changed = fresh(declared, own)
    try:
        if (server := engines.server()) is not None:
            return _answer_of(server, declared, query, changed)
    except Unreachable as error:
        _log.warning("search_server_not_answering", document=document, error=str(error))
    return _answer(declared, query, changed, _reader(declared), engines.embedded().name)


def _answer_of(server: Server, document: Document, query: SearchQuery, changed: Changed) -> SearchResult:
    """What the server answers, in time or Unreachable. An index it has not got is built by the first search."""
    deadline = server.deadline()
    reader = sync.server_reader(document)
    if reader is None:
        _log.info("search_index_built_on_demand", document=document.name, engine=server.name)
        sync.rebuild(document)
        deadline, reader = server.deadline(), sync.server_reader(document)
    if reader is None:
        raise Unreachable(f"{document.name}: no generation after a rebuild")
    return server.in_time(deadline, partial(_answer, document, query, changed, reader, server.name))


def _answer(document: Document, query: SearchQuery, changed: Changed, reader: Reader, engine: str) -> SearchResult:
    sort = document.sort_named(query.sort)
    reader = Overlaid(reader, changed) if changed else reader
    # Queries are read with the words that this generation was built with, not with those of a moment later.
    lexicon.use(reader.manifest.synonyms)
    asked = Asker(document, language.of(document, reader), reader.share).ask(query.text)
    cursor = cursors.decode(query.after, query.sort) if query.after else None
    plan = Plan(
        scoring=() if sort else asked.ranking(),
        filters=tuple(_storable(item) for item in query.filters),
        facets=query.facets,
        sort=sort,
        size=min(max(query.size, 1), MAX_SIZE),
        after=cursor.boundary if cursor else None,
    )
    rungs: list[Clause | None] = [*asked.ladder()]
    if not query.text.strip():
        rungs = [None]
    rung, exact = _climb(reader, plan, rungs, cursor, enough=1 if sort else _ENOUGH)
    chosen = replace(plan, match=rungs[rung] if rungs else AtLeast(()))
    page = reader.search(chosen) if rungs else Page(0, [], {name: [] for name in query.facets})
    return SearchResult(
        total=page.total,
        hits=[_hit(found, asked, scored=sort is None) for found in page.hits],
        facets=page.facets,
        corrected=asked.corrected,
        understood=asked.understood,
        engine=engine,
        next_after=_next(query.sort, rung, plan, page),
        exact=exact,
    )


def suggest(text: str, document: str = "products") -> tuple[Suggestion, ...]:
    """What may be meant by what was typed so far; any text is accepted."""
    declared = registry.get(document)
    return language.of(declared, _reader(declared)).suggester.suggest(clean(text, MAX_TEXT))


def rebuild(document: str | None = None) -> dict[str, int]:
    """Build new generations of one document or of all; returns rows by document."""
    chosen = [registry.get(document)] if document else registry.documents()
    return {item.name: len(sync.rebuild(item).rows) for item in chosen}


def ensure_current(document: str | None = None) -> list[str]:
    """Build what has no generation or one of another version, here or on a server; returns the names of what was."""
    chosen = [registry.get(document)] if document else registry.documents()
    return [item.name for item in chosen if _ensured(item)]


def _ensured(document: Document) -> bool:
    if sync.is_current(document):
        return sync.catch_up(document)
    sync.rebuild(document)
    return True


def catch_up() -> list[str]:
    """Build what a server missed while it was away; returns the names of what was built. An idempotent sweep."""
    return [item.name for item in registry.documents() if sync.catch_up(item)]


def server_trouble(document: str = "products") -> str:
    """Why the server does not answer searches now, in Chinese; empty when it does or none is set."""
    declared = registry.get(document)
    try:
        sync.server_reader(declared)
    except Behind:
        return "Elasticsearch 的索引正在补齐，暂由内置引擎检索，结果以数据库为准。"
    except Unreachable:
        return "Elasticsearch 没有应答，暂由内置引擎检索，结果相同；请检查 SEARCH_URL 和该服务，恢复后自动补齐。"
    return ""


def unindexed(document: str) -> dict[str, str]:
    """Rows left out of the current index: key → reason in Chinese."""
    reader = sync.opened(registry.get(document))
    return reader.manifest.failed if reader else {}


def drift(document: str = "products") -> Drift:
    """How the index differs from the database; false when it does not."""
    return sync.drift(registry.get(document))


def warm() -> threading.Thread:
    """Load the dictionary and what the current generations know, so that the first person to search need not wait."""
    thread = threading.Thread(target=_warm, daemon=True, name="search-warm")
    thread.start()
    return thread


def _warm() -> None:
    segmenter.words("预热")
    for document in registry.documents():
        if reader := sync.opened(document):
            language.of(document, reader).load()


def _reader(document: Document) -> Reader:
    reader = sync.opened(document)
    if reader is None or reader.manifest.version != sync.version(document):
        _log.info("search_index_built_on_demand", document=document.name)
        sync.rebuild(document)
        reader = engines.embedded().reader(document)
    if reader is None:
        raise RuntimeError(f"{document.name}: no generation after a rebuild")
    return reader


def _climb(
    reader: Reader, plan: Plan, rungs: list[Clause | None], cursor: Cursor | None, *, enough: int
) -> tuple[int, int]:
    """(the first rung that finds ``enough``, else the last; how many the strictest rung finds)."""
    if not rungs:
        return 0, 0
    exact = reader.count(replace(plan, match=rungs[0]))
    if cursor is not None:
        return min(cursor.rung, len(rungs) - 1), exact
    counts = [exact]
    while counts[-1] < enough and len(counts) < len(rungs):
        counts.append(reader.count(replace(plan, match=rungs[len(counts)])))
    return len(counts) - 1, exact


def _hit(found: Found, asked: Asked, *, scored: bool) -> Hit:
    marked = {name: highlight(text, asked.needles) for name, text in found.source.items()} if asked.needles else {}
    score = float(found.value or 0) if scored else 0.0
    return Hit(found.key, score, {name: segments for name, segments in marked.items() if segments})


def _next(sort: str, rung: int, plan: Plan, page: Page) -> str | None:
    if len(page.hits) < plan.size:
        return None
    last = page.hits[-1]
    return cursors.encode(Cursor(sort, rung, Boundary(last.value, last.key)))


def _require_declared(document: Document, query: SearchQuery) -> None:
    keywords = {item.name for item in document.keywords}
    numbers = {item.name for item in document.numbers}
    for item in query.filters:
        fields = {item.low_field, item.high_field} if isinstance(item, Overlaps) else {item.field}
        if not fields <= (numbers if isinstance(item, Range | Overlaps) else keywords):
            raise Invalid(f"没有“{'、'.join(sorted(fields))[:40]}”这一筛选项。", field="filters")
    if strange := [name for name in query.facets if name not in keywords]:
        raise Invalid(f"没有“{strange[0][:20]}”这一分类统计。", field="facets")
    if len(query.filters) > _MAX_FILTERS:
        raise Invalid(f"筛选条件最多 {_MAX_FILTERS} 项，请减少后再试。", field="filters")


def _storable(item: Filter) -> Filter:
    """Without the characters from an address bar that no index can hold."""
    match item:
        case Eq():
            return Eq(item.field, clean(item.value, _MAX_VALUE))
        case In():
            return In(item.field, tuple(clean(value, _MAX_VALUE) for value in item.values[:_MAX_VALUE]))
        case _:
            return item
