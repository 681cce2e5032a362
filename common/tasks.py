"""Celery tasks: thin callers of services."""

from celery import shared_task

from common import outbox


@shared_task
def relay_outbox() -> int:
    """Deliver due outbox messages."""
    return outbox.relay()[0]
