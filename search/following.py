"""Following the outbox in the worker: a change is searchable in a moment, not at the next tick of the schedule.

Only messages nobody tried yet are looked for; what failed once, and whatever happens while no worker follows, is the
schedule's, which sweeps the same rows.
"""

import gc
import sys
import threading

import structlog
from django.db import DatabaseError, connection

from common import outbox
from common.models import OutboxMessage
from search import registry, services

# Seconds between two looks, and after one that failed; and of a thread's turn.
_LOOK, _REST, _SWITCH = 0.02, 2.0, 0.001
# New objects before the young are looked through, and how often that happens before the older and all are.
_COLLECT = (50_000, 20, 100)
_log = structlog.get_logger("search.following")


def start() -> threading.Thread:
    """Follow in a thread that ends with the process: it may be killed at any moment."""
    thread = threading.Thread(target=follow, args=(threading.Event(),), daemon=True, name="search-following")
    thread.start()
    return thread


def follow(stopped: threading.Event) -> None:
    """Deliver search messages as they are committed, until ``stopped``."""
    # Tasks that compute beside this thread give way sooner: a change must not wait for a builder's turn to end.
    sys.setswitchinterval(_SWITCH)
    services.warm().join()
    # Nor for garbage: a task that compiles ten thousand products set off one full collection after another, each of
    # which stops every thread (p95 of a change to be found 0.62 s, after this 0.23 s).
    gc.freeze()
    gc.set_threshold(*_COLLECT)
    rest = _LOOK
    while not stopped.wait(rest):
        try:
            deliver()
            rest = _LOOK
        except DatabaseError as error:
            # The database is away or busy: the connection is made anew, the rows are still there.
            _log.warning("search_following_interrupted", error=repr(error))
            connection.close()
            rest = _REST
    connection.close()


def deliver() -> None:
    """Relay the topics of searchable documents that have a message nobody tried."""
    topics = [document.topic for document in registry.documents()]
    fresh = OutboxMessage.objects.filter(topic__in=topics, done_at=None, attempts=0)
    if waiting := sorted(set(fresh.values_list("topic", flat=True))):
        outbox.relay(topics=waiting)
