"""All open needs × all listed products, block by block: resumable, repeatable, and followed as one job."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import timedelta
from itertools import groupby

from django.db import transaction
from django.db.models import Sum

from common import clock, jobs
from common.models import Job
from enterprises.models import Need
from matching.models import SPAN, MatchBlock
from matching.services import blocks
from matching.services.blocks import RematchSummary, Shelf

JOB_KIND = "rematch"
# A block takes seconds; a job silent for this long died with its process and must not bar the next one.
SILENCE = timedelta(minutes=10)

Progress = Callable[[int, int], None]


def rematch(*, needs: Sequence[Need] | None = None, progress: Progress | None = None) -> RematchSummary:
    """Match ``needs`` (all open ones) with all listed products and store one row a need; repeating changes nothing.

    Drafts are never matched. A run over all needs is a job that pages can follow, ``progress(done, total)`` counts its
    needs; a second one at the same time is a Conflict. Each block is its own transaction: a killed run loses at most
    one, and the next run goes on where it stopped.
    """
    if needs is not None:
        return _rematch_some([need for need in needs if need.state == Need.State.OPEN])
    job, left = rematch_start()
    with jobs.running(job):
        _report(job, progress)
        shelf = blocks.current_shelf()
        for number in left:
            _match_block(job, number, shelf)
            _report(job, progress)
        return _finish(job, shelf)


def rematch_start() -> tuple[Job, list[int]]:
    """The job of a run over all needs, and the blocks it has still to match.

    Conflict while another run is at work. One that died is taken up again on its day and shelf, else given up.
    """
    dead = Job.objects.filter(kind=JOB_KIND, state__in=[Job.State.QUEUED, Job.State.RUNNING])
    job = dead.filter(updated_at__lt=clock.now() - SILENCE).order_by("-pk").first()
    params = {"programme": blocks.current_shelf().programme.hash, "day": clock.today().isoformat()}
    if job is None or job.params != params:
        jobs.release_silent(JOB_KIND, SILENCE)
        job = jobs.enqueue(JOB_KIND, **params)
    done = set(MatchBlock.objects.filter(run=job).values_list("number", flat=True))
    jobs.advance(job, job.done, Need.objects.filter(state=Need.State.OPEN).count())
    return job, [number for number in blocks.numbers() if number not in done]


def rematch_block(*, job: Job, number: int) -> bool:
    """Match one block of a run, once; true when that was the last and the run is done."""
    shelf = blocks.current_shelf()
    _match_block(job, number, shelf)
    _report(job, None)
    done = set(MatchBlock.objects.filter(run=job).values_list("number", flat=True))
    if not set(blocks.numbers()) <= done:
        return False
    with jobs.running(job):
        _finish(job, shelf)
    return True


def _match_block(job: Job, number: int, shelf: Shelf) -> None:
    with transaction.atomic():
        block = blocks.locked(number)
        if block.run_id != job.pk:
            # The shelf may have changed since the run began; an older one must not overwrite a newer.
            blocks.match_whole(block, blocks.refreshed(shelf), run=job)


def _report(job: Job, progress: Progress | None) -> None:
    done = MatchBlock.objects.filter(run=job).aggregate(done=Sum("needs", default=0))["done"]
    jobs.advance(job, done)
    if progress is not None:
        progress(done, max(job.total, done))


def _finish(job: Job, shelf: Shelf) -> RematchSummary:
    MatchBlock.objects.exclude(number__in=blocks.numbers()).delete()
    blocks.sum_tallies()
    names = ("needs", "satisfied", "unknown", "violated")
    sums = MatchBlock.objects.filter(run=job).aggregate(**{name: Sum(name, default=0) for name in names})
    summary = RematchSummary(products=len(shelf.programme), **sums)
    job.result = asdict(summary)
    return summary


def _rematch_some(needs: Sequence[Need]) -> RematchSummary:
    shelf = blocks.current_shelf()
    rows = []
    for number, some in groupby(sorted(needs, key=lambda need: need.pk), lambda need: need.pk // SPAN):
        with transaction.atomic():
            blocks.locked(number)
            rows += blocks.match_some(number, list(some), shelf)
    return RematchSummary(
        needs=len(rows),
        products=len(shelf.programme),
        satisfied=sum(row.satisfied for row in rows),
        unknown=sum(row.unknown for row in rows),
        violated=sum(row.violated for row in rows),
    )
