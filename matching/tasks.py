"""Celery tasks: thin callers of services."""

import structlog
from celery import shared_task

from accounts.services import system_actor
from common.errors import Conflict
from matching import services
from matching.cases import referrals

_log = structlog.get_logger("matching.tasks")


@shared_task
def rematch_all() -> None:
    """Match every open need anew; a run already under way does the work of this one."""
    try:
        services.rematch()
    except Conflict:
        _log.info("rematch_already_running")


@shared_task
def lapse_overdue() -> int:
    """End referrals nobody answered in time and hand their needs on."""
    return referrals.lapse_overdue(actor=system_actor("时限"))
