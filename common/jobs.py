"""Jobs with progress: claimed once per key, advanced in the row, readable by any page while they run.

The row is the truth and the queue only a hint: whatever is queued in the table is started by the next sweep, so a job
survives a lost message, a dead worker and a restart. A kind with a ``run`` goes on from ``job.done`` when it starts
again; it writes a block of its work and the progress in one transaction, so that no block is lost or done twice.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from django.db import IntegrityError, transaction

from common import clock
from common.errors import Conflict, DomainError
from common.models import Job

# Blocks take seconds; a job silent for this long died with its process.
SILENCE = timedelta(minutes=10)
MAX_ATTEMPTS = 5
# Long jobs at once over all workers: the rest of the workers keep the sweeps going.
MAX_RUNNING = 2

ACTIVE = (Job.State.QUEUED, Job.State.RUNNING)
BROKEN_OFF = "进程中断，未完成。"
_log = structlog.get_logger("common.jobs")


@dataclass(frozen=True)
class Kind:
    """What a kind of job is called, what does it (None: the caller does), and who is told of its end."""

    label: str
    run: Callable[[Job], None] | None = None
    ended: Callable[[Job], object] | None = None


class Stopped(Exception):
    """The job was asked to stop, or another process took it over; what the open transaction holds is undone."""


_kinds: dict[str, Kind] = {}


def register(kind: str, declared: Kind) -> None:
    """Make ``kind`` known; a second one of the same name raises ValueError."""
    if kind in _kinds:
        raise ValueError(f"job kind {kind!r} is registered already")
    _kinds[kind] = declared


def kind_of(job: Job) -> Kind:
    """What is known of the job's kind; one that nobody registered is called by its name."""
    return _kinds.get(job.kind, Kind(job.kind))


def enqueue(kind: str, *, key: str = "", actor: Any = None, **params: Any) -> Job:
    """Create a queued job; a second one with the same kind and key while the first is active is a Conflict."""
    try:
        with transaction.atomic():
            return Job.objects.create(kind=kind, key=key, params=params, started_by=actor)
    except IntegrityError as error:
        raise Conflict("同样的任务正在进行，请等它完成。", code="job_active") from error


def start_queued(dispatch: Callable[[int], object]) -> int:
    """Give ``dispatch`` the numbers of queued jobs that workers may take now."""
    ours = Job.objects.filter(kind__in=[name for name, kind in _kinds.items() if kind.run])
    free = MAX_RUNNING - ours.filter(state=Job.State.RUNNING).count()
    waiting = list(ours.filter(state=Job.State.QUEUED).order_by("pk").values_list("pk", flat=True)[: max(free, 0)])
    for pk in waiting:
        dispatch(pk)
    return len(waiting)


def perform(pk: int) -> None:
    """Run one queued job to its end; the second of two workers that were given it does nothing."""
    job = Job.objects.get(pk=pk)
    run = kind_of(job).run
    if run is None or not _claim(job):
        return
    try:
        with running(job):
            run(job)
    except Exception as error:  # noqa: BLE001 - kept on the job, where its owner reads it, and logged
        _log.error("job_failed", job=pk, kind=job.kind, error=repr(error))


def advance(job: Job, done: int, total: int | None = None) -> None:
    """Write progress and result; progress never runs backwards. Stopped when the job shall not go on."""
    job.done = max(job.done, done)
    if total is not None:
        job.total = total
    job.updated_at = clock.now()
    mine = Job.objects.filter(pk=job.pk, attempts=job.attempts, state=job.state, stop_requested=False)
    if not mine.update(done=job.done, total=job.total, result=job.result, updated_at=job.updated_at):
        raise Stopped


def cancel(job: Job) -> None:
    """Ask the job to stop after its current block; a queued one stops at once, one that has ended is a Conflict."""
    active = Job.objects.filter(pk=job.pk, state__in=ACTIVE)
    if not active.update(stop_requested=True):
        raise Conflict("任务已经结束，不用取消。请刷新页面。")
    active.filter(state=Job.State.QUEUED).update(state=Job.State.CANCELLED, updated_at=clock.now())


def resume(job: Job) -> None:
    """Queue a job that failed or was cancelled; it goes on from its last block."""
    ended = Job.objects.filter(pk=job.pk, state__in=[Job.State.FAILED, Job.State.CANCELLED])
    fresh = {"attempts": 0, "stop_requested": False, "error": "", "updated_at": clock.now()}
    try:
        with transaction.atomic():
            changed = ended.update(state=Job.State.QUEUED, **fresh)
    except IntegrityError as error:
        raise Conflict("同样的任务正在进行，请等它完成。", code="job_active") from error
    if not changed or kind_of(job).run is None:
        raise Conflict("只有未完成或已取消的任务可以继续。请刷新页面。")


def release_silent(kind: str, silence: timedelta = SILENCE) -> int:
    """Mark active jobs of ``kind`` without progress for ``silence`` as failed: their process died and bars the next."""
    active = Job.objects.filter(kind=kind, state__in=ACTIVE)
    dead = active.filter(updated_at__lt=clock.now() - silence)
    return dead.update(state=Job.State.FAILED, error=BROKEN_OFF, updated_at=clock.now())


def release_stuck(silence: timedelta = SILENCE) -> int:
    """Queue again what a dead process left running; what broke off too often fails and says so."""
    ours = [name for name, kind in _kinds.items() if kind.run]
    stuck = Job.objects.filter(kind__in=ours, state=Job.State.RUNNING, updated_at__lte=clock.now() - silence)
    fields = {"updated_at": clock.now(), "error": BROKEN_OFF}
    given_up = stuck.filter(attempts__gte=MAX_ATTEMPTS).update(state=Job.State.FAILED, **fields)
    return given_up + stuck.update(state=Job.State.QUEUED, **fields)


@contextmanager
def running(job: Job) -> Iterator[Job]:
    """Run the block as ``job``: done at its end, cancelled when stopped, failed with the error kept (and raised)."""
    _set(job, Job.State.RUNNING)
    try:
        yield job
    except Stopped:
        # Taken over by another process, the row is no longer ours to write.
        if Job.objects.filter(pk=job.pk, attempts=job.attempts, state=job.state, stop_requested=True).exists():
            job.refresh_from_db()
            _set(job, Job.State.CANCELLED)
        return
    except Exception as error:
        job.error = (error.message if isinstance(error, DomainError) else f"程序出错：{error!r}")[:2000]
        _set(job, Job.State.FAILED)
        raise
    _set(job, Job.State.DONE)


def _claim(job: Job) -> bool:
    queued = Job.objects.filter(pk=job.pk, state=Job.State.QUEUED)
    claimed = queued.update(state=Job.State.RUNNING, attempts=job.attempts + 1, updated_at=clock.now())
    job.refresh_from_db()
    return bool(claimed)


@transaction.atomic
def _set(job: Job, state: Job.State) -> None:
    job.state, job.updated_at = state, clock.now()
    job.error = "" if state == Job.State.RUNNING else job.error
    job.save(update_fields=["state", "error", "result", "updated_at"])
    ended = kind_of(job).ended
    if ended is not None and state not in ACTIVE:
        ended(job)
