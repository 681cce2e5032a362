"""From the database to the index. A batch of changes is one rebuild: rows are read again, so repeats do no harm."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import structlog
from django.db.models import Max

from common import clock
from common.models import OutboxMessage
from common.outbox import Handler
from search import engines
from search.analysis import lexicon, tokens
from search.analysis.normalise import fold
from search.declare import Document, Row
from search.engines import generations
from search.engines.generations import Manifest
from search.plan import analyse

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

    def handle(messages: list[OutboxMessage]) -> None:
        rebuild(document)
        _log.info("search_synced", document=document.name, messages=len(messages))

    return handle


def version(document: Document) -> str:
    """Hash of the declaration and the language data: a generation of another version is out of date."""
    return hashlib.sha256(f"{document.shape()}|{lexicon.version()}".encode()).hexdigest()[:16]


def rebuild(document: Document) -> Manifest:
    """Read every public row and publish a new generation. Builders take turns; readers never wait."""
    with generations.building(document.name):
        # Read before the rows: what is written after this number may or may not be in, and comes again anyway.
        watermark = OutboxMessage.objects.filter(topic=document.topic).aggregate(last=Max("pk"))["last"] or 0
        rows = {str(row["key"]): row for row in _rows(document)}
        manifest = Manifest(
            version=version(document),
            watermark=watermark,
            built_at=clock.now().isoformat(),
            rows={key: _content_hash(row) for key, row in rows.items()},
            names=_names(document, rows.values()),
        )
        return engines.current().build(document, (analyse(document, row) for row in rows.values()), manifest)


def is_current(document: Document) -> bool:
    """Whether a generation exists that was built from this declaration and language data."""
    reader = engines.current().reader(document)
    return reader is not None and reader.manifest.version == version(document)


def drift(document: Document) -> Drift:
    """Compare every public row with what the index was built from."""
    reader = engines.current().reader(document)
    indexed = reader.manifest.rows if reader else {}
    stored = {str(row["key"]): _content_hash(row) for row in _rows(document)}
    return Drift(
        missing=tuple(sorted(stored.keys() - indexed.keys())),
        extra=tuple(sorted(indexed.keys() - stored.keys())),
        stale=tuple(sorted(key for key in stored.keys() & indexed.keys() if stored[key] != indexed[key])),
    )


def _rows(document: Document) -> Iterator[Row]:
    keys = sorted(set(document.keys()))
    for start in range(0, len(keys), _CHUNK):
        yield from document.build(keys[start : start + _CHUNK])


def _content_hash(row: Row) -> str:
    content = json.dumps(dict(row), sort_keys=True, ensure_ascii=True, default=list)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def _names(document: Document, rows: Iterable[Row]) -> tuple[str, ...]:
    if document.lexicon is None:
        return ()
    values = (row[document.lexicon] for row in rows)
    runs = (run for value in values if isinstance(value, str) for run in tokens.name_runs(fold(value)))
    return tuple(sorted(set(runs)))
