"""Celery tasks: thin callers of services."""

from celery import shared_task

from accounts import lockout
from accounts.webhooks import sending
from common import idempotency


@shared_task
def send_webhooks() -> int:
    """Send what is owed to business systems."""
    return sending.send_due()


@shared_task
def sweep_accounts() -> int:
    """Forget old log-in failures and answers of calls."""
    return lockout.sweep() + idempotency.sweep()
