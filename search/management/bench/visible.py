"""From the commit of a change to a reader finding it, between two processes: this one writes and reads, another follows
the outbox as the worker does. In a database and an index folder of its own: the environment names them.

``python -m search.management.bench.visible DOCS CHANGES`` prints the milliseconds of each change as JSON.
"""

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import django

WAIT = 60.0


def measured(docs: int, changes: int, folder: Path) -> list[float]:
    """Milliseconds of each of ``changes`` in ``docs`` documents; ``folder`` is empty and taken for both processes."""
    own = {"DATA_DIR": str(folder), "DATABASE_URL": f"sqlite:///{folder}/changes.sqlite3", "SEARCH_URL": ""}
    command = [sys.executable, "-m", __name__, str(docs), str(changes)]
    done = subprocess.run(command, env={**os.environ, **own}, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        raise RuntimeError(done.stderr)
    ms: list[float] = json.loads(done.stdout)
    return ms


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from search import following, registry

    document = _document()
    registry.register(document)
    if sys.argv[1] == "follow":
        following.follow(threading.Event())
        return
    _prepare(document, int(sys.argv[1]))
    with subprocess.Popen([sys.executable, "-m", __spec__.name, "follow"], stdout=subprocess.DEVNULL) as follower:  # noqa: S603
        try:
            # The first one waits for the follower to start.
            ms = [_change(document, number) for number in range(int(sys.argv[2]) + 1)][1:]
        finally:
            follower.kill()
    sys.stdout.write(json.dumps(ms))


def _document() -> Any:
    from common.models import OutboxMessage
    from search.management.bench.data import BENCH

    def build(keys: Sequence[str]) -> Iterable[dict[str, Any]]:
        for key in keys:
            yield {"key": key, **OutboxMessage.objects.filter(topic="search.bench", key=key).latest("pk").payload}

    return replace(BENCH, build=build)


def _prepare(document: Any, docs: int) -> None:
    from django.db import connection

    from common.models import OutboxMessage
    from search import engines, sync
    from search.engines import generations
    from search.engines.generations import Manifest
    from search.management.bench.data import rows
    from search.models import Synonym

    with connection.schema_editor() as editor:
        for model in (OutboxMessage, Synonym):
            editor.create_model(model)
    corpus = rows(docs)
    manifest = Manifest(sync.version(document), 0, "", {row.key: "" for row in corpus})
    with generations.building(document.name):
        engines.embedded().build(document, corpus, manifest)


def _change(document: Any, number: int) -> float:
    from django.db import transaction

    from common import outbox
    from search import sync
    from search.clauses import ALL, Term
    from search.management.bench.data import FACETS
    from search.plan import Plan

    words = {"name": "changed", "body": f"changed {number + 1_000_000}"}
    payload = {**words, **dict.fromkeys(FACETS, "x"), "low": 1, "high": 2, "rate": 3}
    # At any moment between two looks of the follower.
    time.sleep(random.random() / 20)
    with transaction.atomic():
        outbox.publish(document.topic, f"K{number:07}", payload)
    begun = time.perf_counter()
    plan = Plan(match=Term(ALL, str(number + 1_000_000)))
    while not ((reader := sync.opened(document)) and reader.count(plan)):
        if time.perf_counter() - begun > WAIT:
            raise RuntimeError("a change was not visible")
        time.sleep(0.001)
    return 1000 * (time.perf_counter() - begun)


if __name__ == "__main__":
    main()
