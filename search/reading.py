"""Rows of the database, as they are now, ready for an index. One that cannot be read or indexed is named."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import structlog
from django.db import DatabaseError

from common.errors import DomainError
from search.analysis import lexicon
from search.analysis.vocabulary import Gatherer
from search.clauses import ALL
from search.declare import Document, Row
from search.plan import AnalysedRow, analyse

_CHUNK = 500
# Document → the words it was analysed with, and its rows as the last whole reading found them.
_analysed: dict[str, tuple[str, dict[str, tuple[str, AnalysedRow]]]] = {}
_log = structlog.get_logger("search.reading")


@dataclass
class Read:
    """``rows``: key → (content hash, analysed row); ``words``: what they say; ``failed``: key → reason."""

    rows: dict[str, tuple[str, AnalysedRow]] = field(default_factory=dict)
    words: Gatherer = field(default_factory=Gatherer)
    failed: dict[str, str] = field(default_factory=dict)


def read(document: Document, keys: Iterable[str]) -> Read:
    """The rows of ``keys`` that are public now, analysed."""
    read, held = Read(), _held(document)
    for row in rows_of(document, sorted(set(keys)), read.failed):
        key = str(row.get("key", ""))
        try:
            content = content_hash(row)
            before, analysed = held.get(key, ("", None))
            analysed = analysed if analysed and before == content else analyse(document, row)
            read.rows[key] = content, analysed
            read.words.add(analysed.names, analysed.known, analysed.keywords, {*analysed.tokens[ALL]})
        except Exception as error:  # noqa: BLE001 - one row must not keep the others out; it is logged and named
            read.failed[key] = _reason(document, key, error)
    return read


def read_all(document: Document) -> Read:
    """Every public row, analysed; those that say what they said the last time, in this process, are not again."""
    found = read(document, document.keys())
    _analysed[document.name] = _words(document), found.rows
    return found


def _held(document: Document) -> dict[str, tuple[str, AnalysedRow]]:
    words, rows = _analysed.get(document.name, ("", {}))
    return rows if words == _words(document) else {}


def _words(document: Document) -> str:
    """What decides tokens besides the row."""
    return f"{document.shape()}|{lexicon.version()}|{lexicon.added()}"


def rows_of(document: Document, keys: list[str], failed: dict[str, str]) -> Iterator[Row]:
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


def content_hash(row: Row) -> str:
    """16 hex digits that change with anything the row says."""
    content = json.dumps(dict(row), sort_keys=True, ensure_ascii=True, default=repr)
    return hashlib.sha256(content.encode()).hexdigest()[:16]
