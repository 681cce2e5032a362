"""Transactional outbox: effects owed are rows; handlers are idempotent and run at least once."""

from collections.abc import Callable
from typing import Any

import structlog
from django.db import connection, transaction

from common import clock
from common.models import OutboxMessage

Handler = Callable[[list[OutboxMessage]], None]

MAX_ATTEMPTS = 8

_handlers: dict[str, Handler] = {}
_log = structlog.get_logger("common.outbox")


def subscribe(topic: str, handler: Handler) -> None:
    """Register the one handler of ``topic``; called from ``AppConfig.ready``. Handlers get messages in batches."""
    if topic in _handlers:
        raise ValueError(f"outbox topic {topic!r} has a handler already")
    _handlers[topic] = handler


def publish(topic: str, key: str, payload: dict[str, Any] | None = None) -> OutboxMessage:
    """Write one effect into the current transaction; an unknown topic raises at once."""
    if topic not in _handlers:
        raise KeyError(f"unknown outbox topic {topic!r}")
    return OutboxMessage.objects.create(topic=topic, key=key, payload=payload or {})


def pending(topic: str) -> int:
    """Number of messages of ``topic`` not yet done."""
    return OutboxMessage.objects.filter(topic=topic, done_at=None).count()


def relay(batch: int = 500) -> int:
    """Deliver what is due and return how many messages were done. Safe to run in several processes."""
    done = 0
    for topic, handler in _handlers.items():
        while delivered := _relay_batch(topic, handler, batch):
            done += delivered
    return done


def _relay_batch(topic: str, handler: Handler, batch: int) -> int:
    with transaction.atomic():
        rows = OutboxMessage.objects.filter(topic=topic, done_at=None, attempts__lt=MAX_ATTEMPTS).order_by("pk")
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True, of=("self",))
        messages = list(rows[:batch])
        if not messages:
            return 0
        ids = [message.pk for message in messages]
        try:
            with transaction.atomic():
                handler(messages)
        except Exception as error:  # noqa: BLE001 - kept on the rows and logged; the next tick tries again
            _log.error("outbox_handler_failed", topic=topic, messages=len(ids), error=repr(error))
            for message in messages:
                message.attempts += 1
                message.last_error = repr(error)[:2000]
            OutboxMessage.objects.bulk_update(messages, ["attempts", "last_error"])
            return 0
        return OutboxMessage.objects.filter(pk__in=ids).update(done_at=clock.now())
