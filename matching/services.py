"""Writes of matching: the stored result of every need, in packed rows."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from itertools import islice

from django.db import transaction

from accounts.models import User
from common import audit, clock, jobs
from common.errors import Missing
from enterprises import selectors as enterprises
from enterprises.models import Need
from matching import policies
from matching.engine.naive import Placing, Shelved, rank
from matching.models import MatchResult
from matching.selectors import need_or_missing, shelf_of
from products import selectors as products
from products.rules.evaluate import Verdict

JOB_KIND = "rematch"
BLOCK = 200
# A block takes seconds; a job silent for this long died with its process and must not bar the next one.
SILENCE = timedelta(minutes=10)

Shelf = Sequence[Shelved]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class RematchSummary:
    """Needs and products matched, and pairs by verdict."""

    needs: int = 0
    products: int = 0
    satisfied: int = 0
    unknown: int = 0
    violated: int = 0


def rematch(*, needs: Sequence[Need] | None = None, progress: Progress | None = None) -> RematchSummary:
    """Match ``needs`` (all open ones) with all listed products and store one row a need; repeating changes nothing.

    Drafts are never matched. ``progress(done, total)`` is called after every block. A run over all needs is a job
    that pages can follow; a second one at the same time is a Conflict. Each block is its own transaction, so that a
    killed run loses at most one block and readers see progress.
    """
    shelf = shelf_of(products.listed_versions())
    if needs is not None:
        submitted = [need for need in needs if need.state != Need.State.DRAFT]
        return _run(iter(submitted), len(submitted), shelf, progress)
    jobs.release_silent(JOB_KIND, SILENCE)
    job = jobs.enqueue(JOB_KIND)
    with jobs.running(job):
        total = Need.objects.filter(state=Need.State.OPEN).count()
        MatchResult.objects.exclude(need__state=Need.State.OPEN).delete()

        def advance(done: int, total: int) -> None:
            jobs.advance(job, done, total)
            if progress is not None:
                progress(done, total)

        summary = _run(_open_needs(), total, shelf, advance)
        job.result = asdict(summary)
    return summary


def open_matches(*, actor: User, code: str) -> Need:
    """The need whose matches ``actor`` may read; another's need is Missing like an unknown one, and is recorded."""
    need = need_or_missing(code)
    if not policies.can(actor, "view", need):
        audit.record("denied_read", actor=actor, obj=need, what="matches")
        raise Missing(f"没有编号为“{code[:40]}”的需求，请核对需求编号。")
    return need


def _open_needs() -> Iterator[Need]:
    """Open needs by number, read block by block: no cursor stays open across the transactions in between."""
    last = 0
    while block := list(Need.objects.filter(state=Need.State.OPEN, pk__gt=last).order_by("pk")[:BLOCK]):
        yield from block
        last = block[-1].pk


def _run(needs: Iterator[Need], total: int, shelf: Shelf, progress: Progress | None) -> RematchSummary:
    programme, done = products.programme_hash(), 0
    summary = RematchSummary(products=len(shelf))
    if progress is not None:
        progress(0, total)
    while block := list(islice(needs, BLOCK)):
        results = _match_block(block, shelf, programme)
        summary = _added(summary, results)
        done += len(block)
        if progress is not None:
            progress(done, max(total, done))
    return summary


@transaction.atomic
def _match_block(needs: list[Need], shelf: Shelf, programme: str) -> list[MatchResult]:
    subjects = enterprises.subjects_of(needs)
    results = [_result(need, programme, rank(need.code, subjects[need.pk], shelf)) for need in needs]
    MatchResult.objects.bulk_create(
        results,
        update_conflicts=True,
        unique_fields=["need"],
        update_fields=["programme_hash", "satisfied", "unknown", "violated", "ranked", "computed_at"],
    )
    return results


def _result(need: Need, programme: str, placings: list[Placing]) -> MatchResult:
    counts = {verdict: sum(placing.verdict is verdict for placing in placings) for verdict in Verdict}
    return MatchResult(
        need=need,
        programme_hash=programme,
        satisfied=counts[Verdict.SATISFIED],
        unknown=counts[Verdict.UNKNOWN],
        violated=counts[Verdict.VIOLATED],
        ranked=[
            [placing.product, placing.verdict.value, placing.score]
            for placing in placings
            if placing.verdict is not Verdict.VIOLATED
        ],
        computed_at=clock.now(),
    )


def _added(summary: RematchSummary, results: list[MatchResult]) -> RematchSummary:
    return replace(
        summary,
        needs=summary.needs + len(results),
        satisfied=summary.satisfied + sum(result.satisfied for result in results),
        unknown=summary.unknown + sum(result.unknown for result in results),
        violated=summary.violated + sum(result.violated for result in results),
    )
