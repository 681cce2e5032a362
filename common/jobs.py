"""Jobs with progress: claimed once per key, advanced in the row, readable by any page while they run."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction

from common import clock
from common.errors import Conflict
from common.models import Job


def enqueue(kind: str, *, key: str = "", actor: Any = None, **params: Any) -> Job:
    """Create a queued job; a second one with the same kind and key while the first is active is a Conflict."""
    try:
        with transaction.atomic():
            return Job.objects.create(kind=kind, key=key, params=params, started_by=actor)
    except IntegrityError as error:
        raise Conflict("同样的任务正在进行，请等它完成。", code="job_active") from error


def advance(job: Job, done: int, total: int | None = None) -> None:
    """Write progress; it never runs backwards."""
    job.done = max(job.done, done)
    if total is not None:
        job.total = total
    job.updated_at = clock.now()
    Job.objects.filter(pk=job.pk).update(done=job.done, total=job.total, updated_at=job.updated_at)


def release_silent(kind: str, silence: timedelta) -> int:
    """Mark active jobs of ``kind`` without progress for ``silence`` as failed: their process died and bars the next."""
    active = Job.objects.filter(kind=kind, state__in=[Job.State.QUEUED, Job.State.RUNNING])
    dead = active.filter(updated_at__lt=clock.now() - silence)
    return dead.update(state=Job.State.FAILED, error="进程中断，未完成", updated_at=clock.now())


@contextmanager
def running(job: Job) -> Iterator[Job]:
    """Run the block as ``job``: done at its end, failed with the error kept (and raised) otherwise."""
    _set(job, Job.State.RUNNING)
    try:
        yield job
    except Exception as error:
        job.error = f"{type(error).__name__}: {error}"[:2000]
        _set(job, Job.State.FAILED)
        raise
    _set(job, Job.State.DONE)


def _set(job: Job, state: Job.State) -> None:
    job.state, job.updated_at = state, clock.now()
    job.save(update_fields=["state", "error", "result", "updated_at"])
