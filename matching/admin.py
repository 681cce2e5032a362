"""Stored results and cases, to look at only."""

from django.contrib import admin

from common.admin import ReadOnlyAdmin
from matching.models import LiaisonAssignment, MatchBlock, MatchResult, MatchTally, Referral, ServiceLog


@admin.register(MatchResult)
class MatchResultAdmin(ReadOnlyAdmin):
    list_display = ["need", "satisfied", "unknown", "violated", "computed_at"]
    list_select_related = ["need"]


@admin.register(MatchBlock)
class MatchBlockAdmin(ReadOnlyAdmin):
    list_display = ["number", "needs", "satisfied", "unknown", "violated", "as_of", "computed_at"]


@admin.register(MatchTally)
class MatchTallyAdmin(ReadOnlyAdmin):
    list_display = ["product", "satisfied", "unknown"]
    list_select_related = ["product"]


@admin.register(Referral)
class ReferralAdmin(ReadOnlyAdmin):
    list_display = ["code", "need", "institution", "kind", "channel", "state", "due_on", "paused_since"]
    list_filter = ["state", "channel", "kind"]
    list_select_related = ["need", "institution"]
    search_fields = ["code", "need__code", "institution__name"]


@admin.register(LiaisonAssignment)
class LiaisonAssignmentAdmin(ReadOnlyAdmin):
    list_display = ["party", "officer", "backup", "started_on", "ended_on", "end_reason"]
    list_select_related = ["party", "officer", "backup"]


@admin.register(ServiceLog)
class ServiceLogAdmin(ReadOnlyAdmin):
    list_display = ["happened_on", "party", "officer", "way", "next_on"]
    list_filter = ["way"]
    list_select_related = ["party", "officer"]
