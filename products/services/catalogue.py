"""Reference products: what institutions have published, brought in from the catalogue and listed at once."""

from dataclasses import dataclass

from django.db import transaction

from accounts.models import Party, User
from common import audit, outbox
from common.errors import Conflict, Invalid
from common.tabular import Outcome
from enterprises.facts import CATEGORIES
from products.content import VersionContent, checked
from products.models import Product
from products.services.institutions import institution_for_catalogue
from products.services.publication import SEARCH_TOPIC, publish
from products.services.versions import composed, locked, version_create
from products.states import State


@dataclass(frozen=True)
class CatalogueProduct:
    """One row of the catalogue. ``institution`` None: the source does not name one."""

    code: str
    category: str
    institution: str | None
    institution_kind: str | None
    content: VersionContent


@transaction.atomic
def catalogue_product_import(*, actor: User, row: CatalogueProduct) -> Outcome:
    """Create, replace or leave the reference product ``row.code``; its code alone identifies it.

    A changed row becomes a new version on the shelf and the old one leaves it, in one transaction. Raises Invalid, or
    Conflict when the code belongs to a local product.
    """
    if row.category not in CATEGORIES:
        raise Invalid(f"类别请填：{'、'.join(CATEGORIES)}。", field="category")
    content = checked(row.content)
    institution, corrected = None, False
    if row.institution:
        institution, corrected = institution_for_catalogue(actor=actor, name=row.institution, kind=row.institution_kind)
    product, created = Product.objects.get_or_create(
        code=row.code,
        defaults={"category": row.category, "institution": institution, "origin": Product.Origin.CATALOGUE},
    )
    # Whoever brings the same code at the same time waits here, then compares with what the first one left.
    product = locked(product)
    if created:
        _list(actor, product, content)
        return Outcome.CREATED
    outcome = _replace(actor, product, row.category, institution, content)
    if corrected:
        _reindex_all_of(institution)
    return Outcome.UPDATED if corrected else outcome


def _replace(
    actor: User, product: Product, category: str, institution: Party | None, content: VersionContent
) -> Outcome:
    if product.origin != Product.Origin.CATALOGUE:
        raise Conflict(f"编号 {product.code} 是本地产品，请改用其他编号。", field="id")
    moved = (product.category, product.institution_id) != (category, institution.pk if institution else None)
    product.category, product.institution = category, institution
    values = composed(product, content)
    listed = product.versions.filter(state=State.LISTED, content_hash=values["content_hash"])
    if not moved and listed.exists():
        return Outcome.UNCHANGED
    if moved:
        Product.objects.filter(pk=product.pk).update(category=category, institution=institution)
        audit.record("product_reassign", actor=actor, obj=product, category=category, institution=str(institution))
    _list(actor, product, content)
    return Outcome.UPDATED


def _reindex_all_of(institution: Party | None) -> None:
    """The index holds the kind of institution with each of its products."""
    for code in Product.objects.filter(institution=institution).values_list("code", flat=True):
        outbox.publish(SEARCH_TOPIC, code)


def _list(actor: User, product: Product, content: VersionContent) -> None:
    version = version_create(actor=actor, product=product, values=composed(product, content))
    publish(actor=actor, version=version)
