"""Writing packed results in bulk: SQLite by executemany, PostgreSQL by COPY; only rows whose content changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from matching.models import MatchResult

_TABLE = MatchResult._meta.db_table
_COLUMNS = ("need_id", "programme_id", "satisfied", "unknown", "violated", "best", "computed_at")
_NAMES = ", ".join(_COLUMNS)
_CONTENT = "need_id, satisfied, unknown, violated, best"
_UPDATES = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[1:])
_ON_CONFLICT = f"ON CONFLICT (need_id) DO UPDATE SET {_UPDATES}"


class Row(NamedTuple):
    """One need's result: what is compared (``content``) and nothing that changes by itself."""

    need: int
    satisfied: int
    unknown: int
    violated: int
    best: bytes

    @property
    def content(self) -> tuple[int, int, int, bytes]:
        return self.satisfied, self.unknown, self.violated, self.best


def changed(rows: Sequence[Row], held: dict[int, Row]) -> list[Row]:
    """Of ``rows`` those that are not stored just so."""
    return [row for row in rows if held.get(row.need) != row]


def held_rows(first: int, last: int) -> dict[int, Row]:
    """Stored rows of need ids ``first`` to ``last`` (exclusive)."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_CONTENT} FROM {_TABLE} WHERE need_id >= %s AND need_id < %s", [first, last])
        return {found[0]: Row._make(found) for found in cursor.fetchall()}


def write(rows: Sequence[Row], *, programme: int, at: datetime) -> None:
    """Insert or replace ``rows`` inside the caller's transaction; ``programme`` is a MatchProgramme id."""
    if not rows:
        return
    records = [(row.need, programme, *row.content, at) for row in rows]
    if connection.vendor == "postgresql":
        _copy(records)
    else:
        moment = connection.ops.adapt_datetimefield_value(at)
        marks = ", ".join(["%s"] * len(_COLUMNS))
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {_TABLE} ({_NAMES}) VALUES ({marks}) {_ON_CONFLICT}",
                [(*record[:-1], moment) for record in records],
            )


def _copy(records: Sequence[tuple[object, ...]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS match_incoming (LIKE {_TABLE}) ON COMMIT DELETE ROWS")
        cursor.execute("TRUNCATE match_incoming")
        with cursor.copy(f"COPY match_incoming ({_NAMES}) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(["int8", "int8", "int4", "int4", "int4", "bytea", "timestamptz"])
            for record in records:
                copy.write_row(record)
        cursor.execute(f"INSERT INTO {_TABLE} ({_NAMES}) SELECT {_NAMES} FROM match_incoming {_ON_CONFLICT}")
