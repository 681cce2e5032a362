"""Looking up firms and their records; writes go through services."""

from django.contrib import admin

from common.admin import ReadOnlyAdmin
from enterprises.models import EnterpriseProfile, Fact, Need, TalentRole, WhitelistBatch, WhitelistEntry


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


@admin.register(Need)
class NeedAdmin(ReadOnlyAdmin):
    list_display = ("code", "party", "state", "amount", "term_months", "updated_at")
    list_filter = ("state",)
    list_select_related = ("party",)
    search_fields = ("code", "party__name")
