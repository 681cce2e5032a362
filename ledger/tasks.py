"""Celery tasks: thin callers of services."""

from celery import shared_task

from ledger import reminders


@shared_task
def remind_reporters() -> int:
    """Remind those whose turn it is in a report that is due."""
    return reminders.remind()
