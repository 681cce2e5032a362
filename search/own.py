"""Read-your-writes: what an editor changed a moment ago, as the database has it, until the index has it too."""

import time
from collections.abc import Collection

from common.models import OutboxMessage
from search.declare import Document
from search.overlay import Change
from search.plan import analyse

# Seconds a reader waits for the index, and how often it is looked at meanwhile.
_WAIT, _LOOK = 0.3, 0.02


def fresh(document: Document, keys: Collection[str]) -> dict[str, Change]:
    """Of ``keys`` those still owed to the index after a short wait, as they are now.

    Owed is told by the messages themselves: one is done only when the index holds what was read after it.
    """
    deadline = time.monotonic() + _WAIT
    while owed := _owed(document, keys):
        if time.monotonic() >= deadline:
            rows = {str(row["key"]): analyse(document, row) for row in document.build(sorted(owed))}
            return {key: Change(rows.get(key)) for key in sorted(owed)}
        time.sleep(_LOOK)
    return {}


def _owed(document: Document, keys: Collection[str]) -> set[str]:
    if not keys:
        return set()
    waiting = OutboxMessage.objects.filter(topic=document.topic, key__in=keys, done_at=None)
    return set(waiting.order_by("key").values_list("key", flat=True))
