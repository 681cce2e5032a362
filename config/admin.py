"""Administration of what every floor shares: overrides may be edited, the rest is looked at."""

from django.contrib import admin

from common.admin import ReadOnlyAdmin
from common.models import AuditEvent, CalendarOverride, Job, OutboxMessage, TransitionLog


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
