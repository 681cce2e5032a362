"""Writes of institutions and products: maker and checker for local ones, the import for reference ones."""

from products.services.catalogue import CatalogueProduct, catalogue_product_import
from products.services.drafting import draft_create, draft_edit, revision_create
from products.services.institutions import institution_for_catalogue, institution_register
from products.services.publication import (
    approve,
    confirm,
    delist,
    relist,
    send_back,
    submit_for_review,
    suspend,
)

__all__ = [
    "CatalogueProduct",
    "approve",
    "catalogue_product_import",
    "confirm",
    "delist",
    "draft_create",
    "draft_edit",
    "institution_for_catalogue",
    "institution_register",
    "relist",
    "revision_create",
    "send_back",
    "submit_for_review",
    "suspend",
]
