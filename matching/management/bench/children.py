"""Parts of the benchmark in processes and on databases of their own."""

import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.conf import settings

# A process and the folder of its state.
Child = tuple["subprocess.Popen[bytes]", "tempfile.TemporaryDirectory[str]"]


def child(part: str, products: int, needs: int, **environment: str) -> dict[str, Any]:
    """What this command says of one part."""
    return result(start(part, products, needs, **environment))


def start(part: str, products: int, needs: int, **environment: str) -> Child:
    """This command in a process of its own, on an empty SQLite unless ``environment`` names another database."""
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "SEARCH_URL")}
    folder = tempfile.TemporaryDirectory(prefix="bench-")
    command = [sys.executable, "manage.py", "bench_matching", "--part", part]
    sizes = ["--products", str(products), "--needs", str(needs)]
    process = subprocess.Popen(  # noqa: S603
        [*command, *sizes],
        cwd=settings.BASE_DIR,
        env={**kept, "DATA_DIR": folder.name, **environment},
        stdout=subprocess.PIPE,
    )
    return process, folder


def result(started: Child) -> dict[str, Any]:
    """Its JSON, once it has ended."""
    process, folder = started
    with folder:
        output = process.communicate()[0]
    if process.returncode:
        raise SystemExit(process.returncode)
    found: dict[str, Any] = json.loads(output)
    return found


def postgresql() -> str | None:
    """The PostgreSQL that DATABASE_URL or TEST_DATABASE_URL names."""
    named = (os.environ.get(name, "") for name in ("DATABASE_URL", "TEST_DATABASE_URL"))
    return next((url for url in named if url.startswith(("postgres://", "postgresql://"))), None)


@contextmanager
def own_database(url: str) -> Iterator[str]:
    """The address of an empty database on the server of ``url``, gone afterwards."""
    name = f"bench_{secrets.token_hex(6)}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"'.encode())
        try:
            yield urlsplit(url)._replace(path=f"/{name}").geturl()
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
