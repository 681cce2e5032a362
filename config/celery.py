"""The Celery application; tasks live in each app's ``tasks.py``."""

import os
import sys
from importlib import import_module

from celery import Celery
from celery.signals import worker_init, worker_ready

from config import broker, env
from config.backup import marker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
broker.install()
app = Celery("financial_supermarket")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def refuse_after_a_restore_cut_off(**_: object) -> None:
    """A worker must not work on a database that may not belong to its keys and files."""
    if problem := marker.unfinished(env.DATA_DIR):
        sys.exit(problem)


def follow_changes(**_: object) -> None:
    """Beside the schedule, or a change would be found only at its next tick."""
    import_module("search.following").start()


worker_init.connect(refuse_after_a_restore_cut_off)
worker_ready.connect(follow_changes)
