"""Composition of the floors; importing it binds shared tasks to the one Celery application."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
