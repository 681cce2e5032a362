"""Following the outbox beside the worker: a change is searchable in a moment, not at the next tick of the schedule.

In a process of its own: a task that compiles ten thousand products in a thread of the worker kept every other thread
waiting (p95 of a change to be found 0.62 s). Only messages nobody tried yet are looked for; what failed once, and
whatever happens while nobody follows, is the schedule's, which sweeps the same rows.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import structlog
from django.conf import settings
from django.db import DatabaseError, connection

from common import outbox
from common.models import OutboxMessage
from search import registry, services

# Seconds between two looks, after one that failed, and after a process that ended.
_LOOK, _REST, _AGAIN = 0.02, 2.0, 5.0
_log = structlog.get_logger("search.following")


def start() -> threading.Thread:
    """Keep a following process: it ends with this one however that ends, and is started again if it ends alone."""
    thread = threading.Thread(target=_keep, daemon=True, name="search-following")
    thread.start()
    return thread


def _keep() -> None:
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "follow_changes", "--parent", str(os.getpid())]
    while True:
        ended = subprocess.run(command)  # noqa: S603
        _log.warning("search_following_ended", code=ended.returncode)
        time.sleep(_AGAIN)


def follow(wanted: Callable[[], bool]) -> None:
    """Deliver search messages as they are committed, while ``wanted``."""
    services.warm().join()
    while wanted():
        try:
            deliver()
            time.sleep(_LOOK)
        except DatabaseError as error:
            # The database is away or busy: the connection is made anew, the rows are still there.
            _log.warning("search_following_interrupted", error=repr(error))
            connection.close()
            time.sleep(_REST)
    connection.close()


def deliver() -> None:
    """Relay the topics of searchable documents that have a message nobody tried."""
    topics = [document.topic for document in registry.documents()]
    fresh = OutboxMessage.objects.filter(topic__in=topics, done_at=None, attempts=0)
    if waiting := sorted(set(fresh.values_list("topic", flat=True))):
        outbox.relay(topics=waiting, tries=1)
