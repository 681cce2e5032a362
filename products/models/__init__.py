"""Institutions, products and their immutable versions."""

from products.models.institutions import InstitutionProfile
from products.models.products import Product, ProductVersion

__all__ = ["InstitutionProfile", "Product", "ProductVersion"]
