"""Copies of the database: a consistent picture out, and back in as one transaction that happens or does not."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from django.db import connection, connections

from common.errors import DomainError

SQLITE_FILE, DUMP_FILE = "database.sqlite3", "database.dump"

# Everything the dump does not bring has to go, in the same transaction in which the dump comes.
_BEFORE = """SET lock_timeout = '10s';
DROP SCHEMA public CASCADE;
CREATE SCHEMA public;
GRANT USAGE ON SCHEMA public TO PUBLIC;
"""


class DatabaseTool(DomainError):
    """A program of PostgreSQL is missing or refused; the sentence says which and what to do."""


def file_of() -> str:
    """The name of the database's copy in the archive."""
    return SQLITE_FILE if connection.vendor == "sqlite" else DUMP_FILE


def dump(target: Path) -> None:
    """Write a consistent copy to ``target`` while others go on reading and writing."""
    if connection.vendor == "sqlite":
        with closing(_sqlite(_database_path())) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
            # One file, readable without the side files of a write-ahead log.
            copy.execute("PRAGMA journal_mode=DELETE")
        return
    _tool("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}", f"--dbname={_name()}")


def check(source: Path) -> None:
    """DatabaseTool unless the copy can be read from end to end."""
    if connection.vendor == "sqlite":
        with closing(_sqlite(source)) as copy:
            try:
                answer = copy.execute("PRAGMA integrity_check").fetchone()[0]
            except sqlite3.DatabaseError as error:
                answer = str(error)
        if answer != "ok":
            raise DatabaseTool("备份里的数据库读不通，没有改动任何数据。请换一份备份。")
        return
    _tool("pg_restore", "--no-owner", "--no-privileges", f"--file={source.with_suffix('.sql')}", str(source))


def load(source: Path) -> None:
    """Replace the database by the checked copy at ``source``; killed at any moment, the old one is still there."""
    connections.close_all()
    if connection.vendor == "sqlite":
        try:
            _copy_over(source, _database_path())
        except sqlite3.OperationalError as error:
            raise DatabaseTool("数据库正被占用或磁盘已满，没有改动任何数据。请停止网页与后台任务后再试。") from error
        except sqlite3.DatabaseError:
            # What lies there is no database any more: put aside, not thrown away.
            for path in _database_path().parent.glob(f"{_database_path().name}*"):
                path.rename(path.with_name(f"damaged-{path.name}"))
            _copy_over(source, _database_path())
        return
    before = source.with_name("before.sql")
    before.write_text(_BEFORE)
    options = ("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction", "--output=/dev/null")
    _tool("psql", *options, f"--dbname={_name()}", f"--file={before}", f"--file={source.with_suffix('.sql')}")


def _copy_over(source: Path, target: Path) -> None:
    with closing(_sqlite(source)) as copy, closing(sqlite3.connect(target, timeout=20)) as present:
        copy.backup(present)


def _database_path() -> Path:
    return Path(connection.settings_dict["NAME"])


def _sqlite(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=20)


def _name() -> str:
    return str(connection.settings_dict["NAME"])


def _program(name: str) -> str:
    """The program of the server's own version where it is installed, else what PATH has, else the newest there is."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        version = str(int(cursor.fetchone()[0]) // 10_000)
    folders = {path.parts[4]: str(path) for path in Path("/usr/lib/postgresql").glob(f"*/bin/{name}")}
    found = folders.get(version) or shutil.which(name) or folders.get(max(folders, key=float, default=""))
    if not found:
        raise DatabaseTool(f"找不到 {name}。请安装与数据库同版本的 PostgreSQL 客户端（postgresql-client）后再试。")
    return found


def _tool(name: str, *arguments: str) -> None:
    settings = connection.settings_dict
    # Through the environment: an argument list can be read by everybody on the machine.
    values = {
        "PGHOST": settings["HOST"],
        "PGPORT": str(settings["PORT"] or ""),
        "PGUSER": settings["USER"],
        "PGPASSWORD": settings["PASSWORD"],
        "PGSSLMODE": settings.get("OPTIONS", {}).get("sslmode", ""),
        "PGCONNECT_TIMEOUT": "10",
    }
    environment = {**os.environ, **{key: value for key, value in values.items() if value}}
    _run([_program(name), *arguments], environment, name)


def _run(command: Sequence[str], environment: dict[str, str], name: str) -> None:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, errors="replace")  # noqa: S603
    if done.returncode:
        reason = " ".join(done.stderr.split())[:300]
        raise DatabaseTool(
            f"{name} 没有成功，数据没有改动。请确认数据库已启动、磁盘未满、网页与后台任务已停止。原始信息：{reason}"
        )
