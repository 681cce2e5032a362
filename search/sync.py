"""From the database to the index. Rows are read again, so repeats do no harm.

A few changes are laid over the current generation, in milliseconds and for every engine alike; many are a rebuild. A
message is done when an index is published whose rows were read after the message was seen. Nothing is concluded from
the order of numbers: on PostgreSQL a smaller number may be committed later. A server gets the rows of a generation
first, so that it is never behind while it answers; one that did not answer is told by its watermark and caught up.
"""

import hashlib
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain

import structlog
from django.db import connection, transaction
from django.db.models import Max

from common import clock
from common.models import OutboxMessage
from common.outbox import MAX_ATTEMPTS, Handler
from search import engines, reading
from search.analysis import lexicon
from search.declare import Document
from search.engines import generations
from search.engines.base import Reader
from search.engines.generations import Line, Manifest
from search.errors import Behind, Damaged, IndexUnusable, Unreachable
from search.models import Synonym
from search.overlay import Change, Overlaid
from search.plan import AnalysedRow

# A generation bears changes up to one in _SHARE of its rows, _MOST at all; from a _MUCH-th part of that on, or when
# nothing was changed for _REST seconds, the next sweep takes them in.
_SHARE, _MOST, _MUCH, _REST = 20, 500, 5, 3.0
# Words in use are the process's: only one reading at a time may change them.
_words = threading.Lock()
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

    def handle(messages: list[OutboxMessage]) -> Mapping[str, str]:
        keys = {message.key for message in messages}
        failed = lay_over(document, keys)
        rebuilt = failed is None
        failed = rebuild(document).failed if failed is None else failed
        _log.info("search_synced", document=document.name, messages=len(messages), failed=len(failed), rebuilt=rebuilt)
        return failed

    return handle


def version(document: Document) -> str:
    """Hash of the declaration and the language data: a generation of another version is out of date."""
    return hashlib.sha256(f"{document.shape()}|{lexicon.version()}".encode()).hexdigest()[:16]


def rebuild(document: Document) -> Manifest:
    """Read every public row and publish a new generation. Builders take turns; readers never wait, nor do changes.

    A row that cannot be indexed is left out and named in ``failed``. IndexUnusable when the disk refuses.
    """
    with _disk(document), _one_builder(document.name), generations.building(document.name):
        begun = _pointer(document)
        # Read before the rows: what is written after this number may or may not be in, and comes again anyway.
        watermark = OutboxMessage.objects.filter(topic=document.topic).aggregate(last=Max("pk"))["last"] or 0
        with _words:
            added = _synonyms()
            lexicon.use(added)
            found = reading.read_all(document)
        manifest = Manifest(
            version=version(document),
            watermark=watermark,
            built_at=clock.now().isoformat(),
            rows={key: content for key, (content, _) in found.rows.items()},
            synonyms=added,
            vocabulary=found.words.vocabulary().stored(),
            failed=found.failed,
            begun=begun,
        )
        rows = [row for _, row in found.rows.values()]
        _build_on_server(document, rows, manifest)
        return engines.embedded().build(document, rows, manifest)


def lay_over(document: Document, keys: Collection[str]) -> Mapping[str, str] | None:
    """Read the rows of ``keys`` again and lay them over the current generation: key → why one of them cannot be.

    None when there is nothing to lay them over, or too many for its statistics: then it takes a rebuild.
    """
    with _disk(document), generations.moving(document.name):
        here, place = opened(document), generations.pointed(document.name)
        if here is None or place is None or not _bears(document, here, keys):
            return None
        if not _speaking(here.manifest.synonyms):
            return None
        found = reading.read(document, keys)
        changed = {key: Change(row, content) for key, (content, row) in found.rows.items()}
        changed |= {key: Change(None, failed=reason) for key, reason in found.failed.items()}
        lines = [line for line in generations.lines_of(place) if line.key not in keys]
        for key in sorted(keys):
            lines.append(Line(place.number + 1, key, changed.get(key, Change(None)).stored()))
        generations.record(document.name, place, lines)
        return found.failed


def _speaking(words: tuple[str, ...]) -> bool:
    """Whether this process reads with ``words`` now; not while a builder in it reads with others."""
    if lexicon.added() != words:
        if not _words.acquire(blocking=False):
            return False
        lexicon.use(words)
        _words.release()
    return True


def _bears(document: Document, here: Reader, keys: Collection[str]) -> bool:
    over = {*keys, *(here.changes if isinstance(here, Overlaid) else ())}
    if len(over) > _bearable(here):
        return False
    return here.manifest.version == version(document) and here.manifest.synonyms == _synonyms()


def _bearable(here: Reader) -> int:
    # Without lengths, as an earlier program wrote it, no row laid over could be scored.
    return min(_MOST, len(here.manifest.rows) // _SHARE) if here.manifest.lengths else 0


def settle(document: Document) -> bool:
    """Take what lies over the generation into a new one, when it is much or has rested; whether it was done."""
    here, place = opened(document), generations.pointed(document.name)
    if place is None or not isinstance(here, Overlaid):
        return False
    if generations.rested(place) < _REST and len(here.changes) * _MUCH < _bearable(here):
        return False
    rebuild(document)
    return True


def _synonyms() -> tuple[str, ...]:
    return tuple(str(item) for item in Synonym.objects.order_by("left", "right"))


def _pointer(document: Document) -> str:
    try:
        return str(generations.pointed(document.name) or "")
    except Damaged:
        return ""


@contextmanager
def _disk(document: Document) -> Iterator[None]:
    try:
        yield
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
    return Overlaid(reader, here.changes, here.base) if isinstance(here, Overlaid) else reader


def _moment(manifest: Manifest) -> tuple[str, int]:
    # Messages are numbered lower again after a restore, time goes on.
    return manifest.built_at, manifest.watermark


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
    # Damaged: a server goes on answering, without the changes that lie here.
    damaged = here is None and generations.published(document.name)
    if behind or damaged or (here is not None and here.manifest.watermark < given_up):
        rebuild(document)
        return True
    return settle(document)


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
    stored = {str(row["key"]): reading.content_hash(row) for row in reading.rows_of(document, sorted(keys), {})}
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
