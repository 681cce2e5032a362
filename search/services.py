"""Searching and keeping the index: what pages, the API and commands call."""

import threading
from dataclasses import replace

import structlog

from common.errors import Invalid
from search import cursors, engines, language, registry, sync
from search.analysis import lexicon, segmenter
from search.analysis.normalise import clean
from search.asked import Asked
from search.asking import Asker
from search.clauses import Clause, Eq, Filter, In, Overlaps, Range
from search.cursors import Cursor
from search.declare import Document
from search.engines.base import Reader
from search.highlight import highlight
from search.plan import Boundary, Found, Page, Plan
from search.query import MAX_SIZE, MAX_TEXT, Hit, SearchQuery, SearchResult
from search.suggesting import Suggestion
from search.sync import Drift

# A rung of the ladder that fills a first page is enough; sorted lists never get looser than they must.
_ENOUGH = 10
_MAX_VALUE = 200
_MAX_FILTERS = 40

_log = structlog.get_logger("search.services")


def search(query: SearchQuery, document: str = "products") -> SearchResult:
    """Run ``query``: any text is accepted; an unknown field, sort or cursor is Invalid. Builds a missing index."""
    declared = registry.get(document)
    sort = declared.sort_named(query.sort)
    _require_declared(declared, query)
    reader = _reader(declared)
    asked = Asker(declared, language.of(declared, reader), reader.share).ask(query.text)
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
    page = (
        reader.search(replace(plan, match=rungs[rung])) if rungs else Page(0, [], {name: [] for name in query.facets})
    )
    return SearchResult(
        total=page.total,
        hits=[_hit(found, asked, scored=sort is None) for found in page.hits],
        facets=page.facets,
        corrected=asked.corrected,
        understood=asked.understood,
        engine=engines.current().name,
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
    """Build what has no generation or one of another version; returns the names of what was built."""
    chosen = [registry.get(document)] if document else registry.documents()
    stale = [item for item in chosen if not sync.is_current(item)]
    for item in stale:
        sync.rebuild(item)
    return [item.name for item in stale]


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
        reader = engines.current().reader(document)
    if reader is None:
        raise RuntimeError(f"{document.name}: no generation after a rebuild")
    # Queries are read with the words that this generation was built with, not with those of a moment later.
    lexicon.use(reader.manifest.synonyms)
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
