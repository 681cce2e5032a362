"""Celery tasks: thin callers of services."""

import structlog
from celery import shared_task

from accounts.services import system_actor
from common.errors import Conflict
from common.models import Job
from matching import services
from matching.cases import erasing, referrals
from matching.services import blocks, eligibility, reading

_log = structlog.get_logger("matching.tasks")


@shared_task
def rematch_all() -> None:
    """Match every open need anew, a task a block; a run already under way does the work of this one."""
    try:
        job, left = services.rematch_start()
    except Conflict:
        _log.info("rematch_already_running")
        return
    for number in left:
        rematch_block.delay(job.pk, number)


@shared_task
def rematch_block(job_id: int, number: int) -> bool:
    """Match one block of a run; delivered again, it finds its work done."""
    return services.rematch_block(job=Job.objects.get(pk=job_id), number=number)


@shared_task
def lapse_overdue() -> int:
    """End referrals nobody answered in time and hand their needs on."""
    return referrals.lapse_overdue(actor=system_actor("时限"))


@shared_task
def erase_due() -> int:
    """Erase who asked for it three days ago."""
    return erasing.erase_due()


@shared_task
def tell_eligible() -> int:
    """Tell firms which products they have come to fit since the last sweep."""
    return eligibility.tell_eligible()


@shared_task
def read_whitelist() -> None:
    """Read the whitelist for those who try out rules, if day or list have changed since it was read."""
    reading.whitelist_read()


@shared_task
def count_due() -> int:
    """Count anew how many needs each product fits, where needs have changed."""
    return blocks.count_due()
