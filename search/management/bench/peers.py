"""The engines beside us that are there anyway: FTS5 in Python's SQLite, PostgreSQL when it is the database."""

import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.db import connection

from search.management.bench.sql import COLUMNS, Answer, answer, values_of
from search.plan import AnalysedRow, Plan

Ask = Callable[[Plan], Answer]


def fts5(rows: Sequence[AnalysedRow]) -> Ask:
    """SQLite FTS5, contentless, bm25 with the same weights."""
    base = sqlite3.connect(":memory:")
    base.execute("PRAGMA cache_size=-200000")
    base.execute(f"CREATE TABLE docs (id INTEGER PRIMARY KEY, {COLUMNS})")
    base.execute("CREATE VIRTUAL TABLE words USING fts5(name, body, content='')")
    base.execute("CREATE TEMP TABLE hits (id INTEGER PRIMARY KEY, score REAL)")
    for number, row in enumerate(rows):
        *kept, name, body = values_of(row)
        base.execute(f"INSERT INTO docs VALUES ({','.join('?' * (len(kept) + 1))})", [number, *kept])  # noqa: S608
        base.execute("INSERT INTO words(rowid, name, body) VALUES (?, ?, ?)", [number, name, body])
    base.execute("INSERT INTO words(words) VALUES ('optimize')")
    base.commit()

    def execute(text: str, values: list[Any]) -> list[tuple[Any, ...]]:
        return base.execute(text, values).fetchall()

    matched = "SELECT rowid, -bm25(words, 4.0, 1.0) FROM words WHERE words MATCH ?"
    return partial(answer, execute, mark="?", matched=matched, query=" OR ".join)


def postgresql(rows: Sequence[AnalysedRow]) -> Ask | None:
    """PostgreSQL tsvector with GIN and ts_rank in temporary tables; None when the database is another."""
    if connection.vendor != "postgresql":
        return None
    cursor = connection.cursor()

    def execute(text: str, values: list[Any]) -> list[tuple[Any, ...]]:
        cursor.execute(text, values)
        return cursor.fetchall() if cursor.description else []

    execute("SET jit = off", [])
    execute("SET max_parallel_workers_per_gather = 0", [])
    execute("DROP TABLE IF EXISTS docs, hits", [])
    execute(f"CREATE TEMP TABLE docs (id int PRIMARY KEY, {COLUMNS}, words tsvector)", [])
    execute("CREATE TEMP TABLE hits (id int, score real)", [])
    line = (
        f"INSERT INTO docs VALUES ({','.join(['%s'] * 9)}, "  # noqa: S608
        "setweight(to_tsvector('simple', %s), 'A') || setweight(to_tsvector('simple', %s), 'D'))"
    )
    cursor.executemany(line, [[number, *values_of(row)] for number, row in enumerate(rows)])
    execute("CREATE INDEX bench_words ON docs USING gin (words)", [])
    execute("ANALYZE docs", [])
    query = "SELECT to_tsquery('simple', %s) query"
    matched = (
        f"SELECT id, ts_rank('{{0.25,0.25,0.25,1}}', words, query) FROM docs, ({query}) asked WHERE words @@ query"  # noqa: S608
    )
    return partial(answer, execute, mark="%s", matched=matched, query=" | ".join)
