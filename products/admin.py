"""Read-only windows for the operator: products change through their services only."""

from django.contrib import admin

from common.admin import ReadOnlyAdmin
from products.models import InstitutionProfile, Product, ProductVersion


@admin.register(InstitutionProfile)
class InstitutionProfileAdmin(ReadOnlyAdmin):
    list_display = ["party", "kind", "local"]
    list_filter = ["kind", "local"]
    list_select_related = ["party"]
    search_fields = ["party__name"]


@admin.register(Product)
class ProductAdmin(ReadOnlyAdmin):
    list_display = ["code", "category", "origin", "institution"]
    list_filter = ["category", "origin"]
    list_select_related = ["institution"]
    search_fields = ["code", "institution__name"]


@admin.register(ProductVersion)
class ProductVersionAdmin(ReadOnlyAdmin):
    list_display = ["product", "number", "name", "state", "published_at", "confirmed_on"]
    list_filter = ["state", "product__category", "product__origin"]
    list_select_related = ["product"]
    search_fields = ["product__code", "name"]
