"""Read-mostly administration: overrides may be edited, the rest is looked at."""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from common.models import AuditEvent, CalendarOverride, Job, OutboxMessage, TransitionLog


class ReadOnlyAdmin(admin.ModelAdmin):
    """Nothing is added, changed or deleted here: writes go through services."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


@admin.register(CalendarOverride)
class CalendarOverrideAdmin(admin.ModelAdmin):
    list_display = ["day", "working", "source"]


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ["seq", "at", "actor_name", "action", "object_type", "object_id"]
    list_filter = ["action"]


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ["kind", "state", "done", "total", "created_at", "error"]


@admin.register(OutboxMessage)
class OutboxMessageAdmin(ReadOnlyAdmin):
    list_display = ["topic", "key", "created_at", "attempts", "done_at"]
    list_filter = ["topic"]


@admin.register(TransitionLog)
class TransitionLogAdmin(ReadOnlyAdmin):
    list_display = ["object_type", "object_id", "from_state", "to_state", "actor", "reason", "at"]
