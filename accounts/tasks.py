"""Celery tasks: thin callers of services."""

from celery import shared_task

from accounts import deliveries, lockout, uploads
from accounts.webhooks import sending
from common import idempotency


@shared_task
def hand_over_deliveries() -> int:
    """Give workers what is owed outside."""
    return deliveries.hand_over(lambda pk: send_delivery.apply_async((pk,)))


@shared_task
def send_delivery(pk: int) -> bool:
    """Send one message through one channel."""
    return deliveries.send(pk)


@shared_task
def tidy_uploads() -> int:
    """Remove uploaded files that nobody took in."""
    return uploads.tidy()


@shared_task
def send_webhooks() -> int:
    """Send what is owed to business systems."""
    return sending.send_due()


@shared_task
def sweep_accounts() -> int:
    """Forget old log-in failures and answers of calls."""
    return lockout.sweep() + idempotency.sweep()
