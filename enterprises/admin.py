"""Looking up firms and their records; writes go through services."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from common.admin import ReadOnlyAdmin
from enterprises.models import (
    Consent,
    EnterpriseProfile,
    Fact,
    Need,
    TalentRole,
    WhitelistBatch,
    WhitelistEntry,
    WhitelistFeedback,
    WhitelistPush,
)


@admin.register(EnterpriseProfile)
class EnterpriseProfileAdmin(ReadOnlyAdmin):
    list_display = ("party", "contact_name")
    list_select_related = ("party",)
    search_fields = ("party__name", "party__uscc")


@admin.register(Fact)
class FactAdmin(ReadOnlyAdmin):
    list_display = ("party", "field", "source", "as_of", "valid_to")
    list_filter = ("field", "source")
    list_select_related = ("party",)
    search_fields = ("party__name", "party__uscc")


@admin.register(TalentRole)
class TalentRoleAdmin(ReadOnlyAdmin):
    list_display = ("talent", "role", "firm", "since", "until")
    list_filter = ("role",)
    list_select_related = ("talent", "firm")


@admin.register(WhitelistBatch)
class WhitelistBatchAdmin(ReadOnlyAdmin):
    list_display = ("code", "department", "published_on", "basis_doc")
    list_select_related = ("department",)


@admin.register(WhitelistEntry)
class WhitelistEntryAdmin(ReadOnlyAdmin):
    list_display = ("batch", "party", "exit_on", "exit_reason")
    list_select_related = ("batch", "party")
    search_fields = ("party__name", "party__uscc", "party__talent_code")


@admin.register(WhitelistPush)
class WhitelistPushAdmin(ReadOnlyAdmin):
    list_display = ("batch", "institution", "pushed_on", "basis_doc")
    list_select_related = ("batch", "institution")


@admin.register(WhitelistFeedback)
class WhitelistFeedbackAdmin(ReadOnlyAdmin):
    list_display = ("push", "party", "answer", "answered_on")
    list_filter = ("answer",)
    list_select_related = ("push", "party")


@admin.register(Need)
class NeedAdmin(ReadOnlyAdmin):
    list_display = ("code", "party", "state", "amount", "term_months", "updated_at")
    list_filter = ("state",)
    list_select_related = ("party",)
    search_fields = ("code", "party__name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Need]:
        """Drafts, also those given up, are read by their party alone."""
        return super().get_queryset(request).exclude(state=Need.State.DRAFT).exclude(kinds=[])


@admin.register(Consent)
class ConsentAdmin(ReadOnlyAdmin):
    list_display = ("need", "institution", "purpose", "given_at", "expires_at", "withdrawn_at")
    list_filter = ("purpose",)
    list_select_related = ("need", "institution")
