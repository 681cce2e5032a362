"""Looking up talents; writes go through services."""

from django.contrib import admin

from common.admin import ReadOnlyAdmin
from talents.models import LiaisonOfficer, TalentProfile, TalentTitle, TeamMember


@admin.register(TalentProfile)
class TalentProfileAdmin(ReadOnlyAdmin):
    list_display = ("party", "field_of_work")
    list_select_related = ("party",)
    search_fields = ("party__name", "party__talent_code")


@admin.register(TalentTitle)
class TalentTitleAdmin(ReadOnlyAdmin):
    list_display = ("party", "title", "level", "batch", "valid_to")
    list_filter = ("title",)
    list_select_related = ("party",)
    search_fields = ("party__name", "party__talent_code")


@admin.register(TeamMember)
class TeamMemberAdmin(ReadOnlyAdmin):
    list_display = ("team", "person", "leads", "joined_on", "left_on")
    list_select_related = ("team", "person")


@admin.register(LiaisonOfficer)
class LiaisonOfficerAdmin(ReadOnlyAdmin):
    list_display = ("user", "employer", "capacity", "active", "since", "until")
    list_filter = ("active",)
    list_select_related = ("user", "employer")
