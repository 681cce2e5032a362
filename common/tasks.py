"""Celery tasks: thin callers of services. What a task is given is a number; the row says the rest."""

from celery import shared_task

from common import jobs, outbox

# A hint that waited longer than this is worthless: the next sweep gives a fresh one.
HINT_SECONDS = 60


@shared_task
def relay_outbox() -> int:
    """Deliver due outbox messages."""
    return outbox.relay()[0]


@shared_task
def start_jobs() -> int:
    """Release stuck jobs and give queued ones to workers."""
    jobs.release_stuck()
    return jobs.start_queued(lambda pk: run_job.apply_async((pk,), expires=HINT_SECONDS))


@shared_task
def run_job(pk: int) -> None:
    """Run one queued job to its end."""
    jobs.perform(pk)
