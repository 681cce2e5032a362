"""Stored results, to look at only."""

from django.contrib import admin

from common.admin import ReadOnlyAdmin
from matching.models import MatchResult


@admin.register(MatchResult)
class MatchResultAdmin(ReadOnlyAdmin):
    list_display = ["need", "satisfied", "unknown", "violated", "computed_at"]
    list_select_related = ["need"]
