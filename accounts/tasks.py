"""Celery tasks: thin callers of services."""

from celery import shared_task

from accounts import deliveries, uploads


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
