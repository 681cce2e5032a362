"""Celery tasks: thin callers of services."""

import structlog
from celery import shared_task

from common.errors import Conflict
from matching import services

_log = structlog.get_logger("matching.tasks")


@shared_task
def rematch_all() -> None:
    """Match every open need anew; a run already under way does the work of this one."""
    try:
        services.rematch()
    except Conflict:
        _log.info("rematch_already_running")
