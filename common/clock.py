"""The one source of time. Demo and tests move it with :func:`at`; nothing is backdated by raw rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time

from django.utils import timezone

_frozen: ContextVar[datetime | None] = ContextVar("clock", default=None)


def now() -> datetime:
    """Return the current aware moment."""
    return _frozen.get() or timezone.now()


def today() -> date:
    """Return the current date in the city's time zone."""
    return timezone.localtime(now()).date()


@contextmanager
def at(moment: date | datetime) -> Iterator[None]:
    """Set the clock inside the block; a bare date means 10:00 that day."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time(10))
    if timezone.is_naive(moment):
        moment = timezone.make_aware(moment)
    token = _frozen.set(moment)
    try:
        yield
    finally:
        _frozen.reset(token)
