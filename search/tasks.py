"""Celery tasks: thin callers of services."""

import structlog
from celery import shared_task

from search import popular, saved, services

_log = structlog.get_logger("search.tasks")


@shared_task
def catch_up_index() -> list[str]:
    """Build what a search server missed while it was away."""
    return services.catch_up()


@shared_task
def repair_index() -> None:
    """Compare the index with the database and rebuild it when they differ."""
    if drift := services.drift():
        _log.warning("search_index_drifted", missing=len(drift.missing), extra=len(drift.extra), stale=len(drift.stale))
        services.rebuild("products")


@shared_task
def gather_searches() -> None:
    """Count what was searched for."""
    popular.gather()


@shared_task
def tell_new_hits() -> None:
    """Tell owners of saved searches what is new."""
    saved.tell_new_hits()
