"""Plans are read here; they change only by loading their file."""

from django.contrib import admin

from common.admin import ReadOnlyAdmin
from ledger.models import Indicator, Measure, MeasureUnit, Plan


@admin.register(Plan)
class PlanAdmin(ReadOnlyAdmin):
    list_display = ("code", "title", "document_number", "starts_on", "ends_on")


@admin.register(Measure)
class MeasureAdmin(ReadOnlyAdmin):
    list_display = ("plan", "number", "section", "title", "deadline_text")
    list_filter = ("plan", "section")
    list_select_related = ("plan",)


@admin.register(MeasureUnit)
class MeasureUnitAdmin(ReadOnlyAdmin):
    list_display = ("measure", "role", "wording", "party", "pending")
    list_filter = ("role", "pending")
    list_select_related = ("measure", "party")


@admin.register(Indicator)
class IndicatorAdmin(ReadOnlyAdmin):
    list_display = ("plan", "order", "code", "name", "measure")
    list_filter = ("plan",)
    list_select_related = ("plan", "measure")
