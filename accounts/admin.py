"""Administration of parties and users; party records are written by services, users by their administrator."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin

from accounts.models import Delivery, Grant, Party, PartyName, User, UserRole
from common.admin import ReadOnlyAdmin


class UserRoleInline(admin.TabularInline):
    model = UserRole
    extra = 1


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    list_display = ["username", "display_name", "party", "is_active"]
    fieldsets = (*(DjangoUserAdmin.fieldsets or ()), ("岗位", {"fields": ["display_name", "party"]}))
    raw_id_fields = ["party"]
    inlines = [UserRoleInline]


@admin.register(Party)
class PartyAdmin(ReadOnlyAdmin):
    list_display = ["name", "kind", "uscc", "talent_code", "demo"]
    list_filter = ["kind", "demo"]
    search_fields = ["name", "uscc", "talent_code"]


@admin.register(PartyName)
class PartyNameAdmin(ReadOnlyAdmin):
    list_display = ["party", "name", "kind", "valid_from", "valid_to", "source"]
    search_fields = ["name"]


@admin.register(Grant)
class GrantAdmin(ReadOnlyAdmin):
    list_display = ["grantee", "party", "need_code", "reason", "granted_at", "until", "ended_at"]


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    # The address is its reader's as well.
    list_display = ["effect", "due_at", "attempts", "last_error", "sent_at"]
    fields = ["channel", "due_at", "attempts", "last_error", "sent_at"]
    list_filter = ["channel"]
