"""From the database to the index. A batch of changes is one rebuild: rows are read again, so repeats do no harm.

A message is done when a generation is published that was begun after the message was seen. Nothing is concluded from
the order of numbers: on PostgreSQL a smaller number may be committed later. A server gets the same rows first, so that
it is never behind while it answers; one that did not answer is told by its watermark and caught up.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import chain

import structlog
from django.db import DatabaseError, connection, transaction
from django.db.models import Max

from common import clock
from common.errors import DomainError
from common.models import OutboxMessage
from common.outbox import MAX_ATTEMPTS, Handler
from search import engines
from search.analysis import lexicon
from search.analysis.vocabulary import Gatherer
from search.clauses import ALL
from search.declare import Document, Row
from search.engines import generations
from search.engines.base import Reader
from search.engines.generations import Manifest
from search.errors import Behind, Damaged, IndexUnusable, Unreachable
from search.models import Synonym
from search.plan import AnalysedRow, analyse

_CHUNK = 500
_log = structlog.get_logger("search.sync")


@dataclass(frozen=True)
class Drift:
    """How the index differs from the database: keys not indexed, indexed but gone, and indexed with other content."""

    missing: tuple[str, ...]
    extra: tuple[str, ...]
    stale: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.missing or self.extra or self.stale)


def handler(document: Document) -> Handler:
    """The outbox handler of ``document``."""

    def handle(messages: list[OutboxMessage]) -> dict[str, str]:
        failed = rebuild(document).failed
        _log.info("search_synced", document=document.name, messages=len(messages), failed=len(failed))
        return failed

    return handle


def version(document: Document) -> str:
    """Hash of the declaration and the language data: a generation of another version is out of date."""
    return hashlib.sha256(f"{document.shape()}|{lexicon.version()}".encode()).hexdigest()[:16]


def rebuild(document: Document) -> Manifest:
    """Read every public row and publish a new generation. Builders take turns; readers never wait.

    A row that cannot be indexed is left out and named in ``failed``. IndexUnusable when the disk refuses.
    """
    try:
        with _one_builder(document.name), generations.building(document.name):
            # Read before the rows: what is written after this number may or may not be in, and comes again anyway.
            watermark = OutboxMessage.objects.filter(topic=document.topic).aggregate(last=Max("pk"))["last"] or 0
            added = tuple(str(item) for item in Synonym.objects.order_by("left", "right"))
            lexicon.use(added)
            read = _read(document)
            manifest = Manifest(
                version=version(document),
                watermark=watermark,
                built_at=clock.now().isoformat(),
                rows={key: content for key, (content, _) in read.rows.items()},
                synonyms=added,
                vocabulary=read.words.vocabulary().stored(),
                failed=read.failed,
            )
            rows = [row for _, row in read.rows.values()]
            _build_on_server(document, rows, manifest)
            return engines.embedded().build(document, rows, manifest)
    except OSError as error:
        _log.error("search_index_unusable", document=document.name, error=repr(error))
        raise IndexUnusable(document.name, error) from error


@contextmanager
def _one_builder(name: str) -> Iterator[None]:
    """Builders on several hosts take turns too. Taken before the file lock, so that the two never wait crosswise."""
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"search.{name}"])
        yield


def _build_on_server(document: Document, rows: list[AnalysedRow], manifest: Manifest) -> None:
    """A server that does not answer never fails a write: it is caught up later."""
    try:
        if (server := engines.server()) is not None:
            server.in_time(server.deadline(), partial(server.reader, document))
            server.in_time(server.deadline(building=True), partial(server.build, document, rows, manifest))
    except Unreachable as error:
        _log.warning("search_server_not_updated", document=document.name, error=str(error))


def server_reader(document: Document) -> Reader | None:
    """The server's generation of this version, asked for in the time of a search; None also without a server.

    Behind when it is older than the embedded one.
    """
    server = engines.server()
    reader = server.in_time(server.deadline(), partial(server.reader, document)) if server else None
    if reader is None or reader.manifest.version != version(document):
        return None
    here = opened(document)
    if here is not None and _moment(reader.manifest) < _moment(here.manifest):
        raise Behind(f"{document.name}: {reader.manifest.generation} is older than {here.manifest.generation}")
    return reader


def _moment(manifest: Manifest) -> tuple[int, str]:
    return manifest.watermark, manifest.built_at


def catch_up(document: Document) -> bool:
    """Build again what a server missed, or what was given up while nothing could be built; whether it was needed."""
    try:
        behind = engines.server() is not None and server_reader(document) is None
    except Behind:
        behind = True
    except Unreachable:
        behind = False
    here = opened(document)
    owed = OutboxMessage.objects.filter(topic=document.topic, done_at=None, attempts__gte=MAX_ATTEMPTS)
    given_up = owed.aggregate(last=Max("pk"))["last"] or 0
    if behind or (here is not None and here.manifest.watermark < given_up):
        rebuild(document)
        return True
    return False


def opened(document: Document) -> Reader | None:
    """The current generation; None when there is none or it is damaged, which is logged."""
    try:
        return engines.embedded().reader(document)
    except Damaged as error:
        _log.warning("search_index_damaged", document=document.name, error=str(error))
        return None


def is_current(document: Document) -> bool:
    """Whether a readable generation exists that was built from this declaration and language data."""
    reader = opened(document)
    return reader is not None and reader.manifest.version == version(document)


def drift(document: Document) -> Drift:
    """Compare every public row with what the embedded index, and a server that answers, really hold."""
    reader = opened(document)
    keys = set(document.keys())
    stored = {str(row["key"]): _content_hash(row) for row in _rows(document, sorted(keys), {})}
    # A row that cannot even be read is owed as well.
    unreadable = set(reader.manifest.failed) & keys if reader else set()
    found = [_compared(stored, reader.contents() if reader else {}, unreadable)]
    try:
        if (server := engines.server()) is not None:
            there = server_reader(document)
            held = server.in_time(server.deadline(building=True), there.contents) if there else {}
            found.append(_compared(stored, held, unreadable))
    except Unreachable as error:
        _log.warning("search_server_not_compared", document=document.name, error=str(error))
    return Drift(*(tuple(sorted({*chain(*parts)})) for parts in zip(*found, strict=True)))


def _compared(
    stored: Mapping[str, str], indexed: Mapping[str, str], unreadable: set[str]
) -> tuple[set[str], set[str], set[str]]:
    stale = {key for key in stored.keys() & indexed.keys() if stored[key] != indexed[key]}
    return (stored.keys() | unreadable) - indexed.keys(), indexed.keys() - stored.keys(), stale


@dataclass
class _Read:
    """``rows``: key → (content hash, analysed row); ``words``: what they say; ``failed``: key → reason."""

    rows: dict[str, tuple[str, AnalysedRow]] = field(default_factory=dict)
    words: Gatherer = field(default_factory=Gatherer)
    failed: dict[str, str] = field(default_factory=dict)


def _read(document: Document) -> _Read:
    read = _Read()
    for row in _rows(document, sorted(set(document.keys())), read.failed):
        key = str(row.get("key", ""))
        try:
            analysed = analyse(document, row)
            read.rows[key] = _content_hash(row), analysed
            read.words.add(analysed.names, analysed.known, analysed.keywords, {*analysed.tokens[ALL]})
        except Exception as error:  # noqa: BLE001 - one row must not keep the others out; it is logged and named
            read.failed[key] = _reason(document, key, error)
    return read


def _rows(document: Document, keys: list[str], failed: dict[str, str]) -> Iterator[Row]:
    """The rows of ``keys``; when a batch cannot be built, its rows one by one, those that cannot into ``failed``."""
    for start in range(0, len(keys), _CHUNK):
        yield from _built(document, keys[start : start + _CHUNK], failed)


def _built(document: Document, keys: list[str], failed: dict[str, str]) -> Iterable[Row]:
    try:
        return list(document.build(keys))
    except DatabaseError:
        # Not the fault of a row, and nothing more can be read in this transaction.
        raise
    except Exception as error:  # noqa: BLE001 - narrowed down to single rows, which are logged and named
        if len(keys) == 1:
            failed[keys[0]] = _reason(document, keys[0], error)
            return []
        half = len(keys) // 2
        return [*_built(document, keys[:half], failed), *_built(document, keys[half:], failed)]


def _reason(document: Document, key: str, error: Exception) -> str:
    reason = error.message if isinstance(error, DomainError) else f"程序出错（{type(error).__name__}）"
    _log.error("search_row_not_indexed", document=document.name, key=key, reason=reason, error=repr(error))
    return reason


def _content_hash(row: Row) -> str:
    content = json.dumps(dict(row), sort_keys=True, ensure_ascii=True, default=repr)
    return hashlib.sha256(content.encode()).hexdigest()[:16]
