"""Administration of what every floor shares: overrides may be edited, the rest is looked at."""

from django.apps import apps
from django.contrib import admin

from common.admin import ReadOnlyAdmin
from common.models import AuditEvent, CalendarOverride, Job, OutboxMessage, TransitionLog


@admin.register(CalendarOverride)
class CalendarOverrideAdmin(admin.ModelAdmin):
    list_display = ["day", "working", "source"]


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    # That something happened, by whom and to what; what was said in it is business.
    list_display = ["seq", "at", "actor_name", "action", "object_type", "object_id"]
    list_filter = ["action"]
    exclude = ["data"]


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ["kind", "state", "done", "total", "created_at", "error"]


@admin.register(OutboxMessage)
class OutboxMessageAdmin(ReadOnlyAdmin):
    list_display = ["topic", "key", "created_at", "attempts", "done_at"]
    list_filter = ["topic"]


@admin.register(TransitionLog)
class TransitionLogAdmin(ReadOnlyAdmin):
    list_display = ["object_type", "object_id", "from_state", "to_state", "actor", "at"]
    exclude = ["reason"]


# Keys, tokens and secrets of the log-in are kept by its own pages; nobody reads them here.
for label in ("account", "mfa", "usersessions", "socialaccount", "allauth_idp_oidc"):
    for model in apps.get_app_config(label).get_models():
        if admin.site.is_registered(model):
            admin.site.unregister(model)
