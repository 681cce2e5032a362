"""Transactional outbox: effects owed are rows; handlers are idempotent and run at least once."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import structlog
from django.db import transaction

from common import clock
from common.errors import DomainError
from common.models import OutboxMessage

# What a handler could not do: key → reason in Chinese. It raises when it could do nothing at all.
Handler = Callable[[list[OutboxMessage]], Mapping[str, str]]

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


def relay(batch: int = 500, topics: Iterable[str] = (), tries: int = MAX_ATTEMPTS) -> tuple[int, dict[str, str]]:
    """Try each due message (of ``topics``, tried less than ``tries`` times) once, in parallel: (how many were done,
    key → reason of those kept)."""
    done, failed = 0, dict[str, str]()
    for topic in [*topics] or [*_handlers]:
        last = 0
        while messages := _relay_batch(topic, _handlers[topic], batch, last, tries):
            last = messages[-1].pk
            done += sum(message.done_at is not None for message in messages)
            failed |= {message.key: message.last_error for message in messages if message.last_error}
    return done, failed


@transaction.atomic
def _relay_batch(topic: str, handler: Handler, batch: int, last: int, tries: int) -> list[OutboxMessage]:
    rows = OutboxMessage.objects.filter(topic=topic, done_at=None, attempts__lt=tries, pk__gt=last)
    messages = list(rows.order_by("pk").select_for_update(skip_locked=True, of=("self",))[:batch])
    try:
        with transaction.atomic():
            failed = handler(messages) if messages else {}
    except Exception as error:  # noqa: BLE001 - kept on the rows and logged; the next tick tries again
        _log.error("outbox_handler_failed", topic=topic, messages=len(messages), error=repr(error))
        reason = error.message if isinstance(error, DomainError) else f"程序出错：{error!r}"
        failed = {message.key: reason for message in messages}
    for message in messages:
        message.last_error = failed.get(message.key, "")[:2000]
        message.attempts += bool(message.last_error)
        message.done_at = None if message.last_error else clock.now()
    OutboxMessage.objects.bulk_update(messages, ["attempts", "last_error", "done_at"])
    return messages
