"""From the commit of a change to a reader finding it, between two processes: one writes and reads, another follows the
outbox as the worker does. In a database and an index folder of their own: the environment names them.
"""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from common import outbox
from common.models import OutboxMessage
from search import engines, following, registry, sync
from search.clauses import ALL, Term
from search.declare import Document
from search.engines import generations
from search.engines.generations import Manifest
from search.management.bench.data import BENCH, FACETS, rows
from search.models import Synonym
from search.plan import Plan

WAIT = 60.0
_FIRST_TOKEN = 1_000_000
_CHILD = "import sys, django; django.setup(); from search.management.bench import visible; "
_CHILD += "visible.{}(*map(int, sys.argv[1:]))"


def measured(docs: int, changes: int, folder: Path) -> list[float]:
    """Milliseconds of each of ``changes`` in ``docs`` documents; ``folder`` is empty and taken for both processes."""
    own = {"DATA_DIR": str(folder), "DATABASE_URL": f"sqlite:///{folder}/changes.sqlite3", "SEARCH_URL": ""}
    environment = {**os.environ, **own, "DJANGO_SETTINGS_MODULE": "config.settings"}
    command = [sys.executable, "-c", _CHILD.format("write"), str(docs), str(changes)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        raise RuntimeError(done.stderr)
    ms: list[float] = json.loads(done.stdout)
    return ms


def write(docs: int, changes: int) -> None:
    """The process that writes and reads; prints the milliseconds as JSON."""
    document = _registered()
    with connection.schema_editor() as editor:
        for model in (OutboxMessage, Synonym):
            editor.create_model(model)
    corpus = rows(docs)
    manifest = Manifest(sync.version(document), 0, "", {row.key: "" for row in corpus})
    with generations.building(document.name):
        engines.embedded().build(document, corpus, manifest)
    command = [sys.executable, "-c", _CHILD.format("follow")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as follower:  # noqa: S603
        try:
            # The first one waits for the follower to start.
            ms = [_change(document, number) for number in range(changes + 1)][1:]
        finally:
            follower.kill()
    sys.stdout.write(json.dumps(ms))


def follow() -> None:
    """The process that indexes."""
    _registered()
    following.follow(lambda: True)


def _registered() -> Document:
    def build(keys: Sequence[str]) -> Iterable[dict[str, Any]]:
        for key in keys:
            yield {"key": key, **OutboxMessage.objects.filter(topic=BENCH.topic, key=key).latest("pk").payload}

    document = replace(BENCH, build=build)
    registry.register(document)
    return document


def _change(document: Document, number: int) -> float:
    token = str(_FIRST_TOKEN + number)
    words = {"name": "changed", "body": f"changed {token}"}
    payload = {**words, **dict.fromkeys(FACETS, "x"), "low": 1, "high": 2, "rate": 3}
    # At any moment between two looks of the follower.
    time.sleep(random.random() / 20)
    with transaction.atomic():
        outbox.publish(document.topic, f"K{number:07}", payload)
    begun = time.perf_counter()
    while not ((reader := sync.opened(document)) and reader.count(Plan(match=Term(ALL, token)))):
        if time.perf_counter() - begun > WAIT:
            raise RuntimeError("a change was not visible")
        time.sleep(0.001)
    return 1000 * (time.perf_counter() - begun)
