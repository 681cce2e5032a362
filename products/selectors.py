"""Reads of products: the shelf, one product for one viewer, its rules, and what needs confirming."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from accounts.models import Party, User
from common.errors import Missing
from enterprises.facts import CATEGORIES
from products.content import shelf_hash
from products.models import Product, ProductVersion
from products.policies import Viewer, visible_to
from products.rules.language import RuleSet, parse
from products.states import State

# What a listed version is shown and judged with; an institution may be unknown, and so may its profile.
_SHOWN = ("product", "product__institution", "product__institution__institution")
# More than a large shelf holds: at the limit all are forgotten and parsed again.
_REMEMBERED_RULE_SETS = 32_768
_rule_sets: dict[str, RuleSet] = {}


@dataclass(frozen=True)
class ShelfCounts:
    """What is on the shelf now. ``by_category`` has every category, by_origin both origins."""

    total: int
    by_category: dict[str, int]
    by_origin: dict[str, int]
    institutions: int


def listed_versions() -> QuerySet[ProductVersion]:
    """Listed versions by product code, with product, institution and its profile joined."""
    return ProductVersion.objects.filter(state=State.LISTED).select_related(*_SHOWN).order_by("product__code")


def listed_by_codes(codes: Iterable[str]) -> dict[str, ProductVersion]:
    """Listed versions of those product codes, in the order asked; a code not on the shelf is left out."""
    wanted = list(dict.fromkeys(codes))
    found = {version.product.code: version for version in listed_versions().filter(product__code__in=wanted)}
    return {code: found[code] for code in wanted if code in found}


def version_for_page(code: str, user: Viewer) -> ProductVersion:
    """The listed version, else the newest one ``user`` may see; Missing when there is none, gone or never known."""
    visible = visible_to(user).filter(product__code=code).select_related(*_SHOWN)
    version = visible.filter(state=State.LISTED).first() or visible.order_by("-number").first()
    if version is not None:
        return version
    if ProductVersion.objects.filter(product__code=code, published_at__isnull=False).exists():
        raise Missing("这个产品已下架或暂停办理，请在产品列表中另选。", code="off_shelf")
    raise Missing("没有这个产品，请检查编号或在产品列表中查找。")


def versions_of(product: Product, user: Viewer) -> QuerySet[ProductVersion]:
    """Every version of ``product`` that ``user`` may see, newest first."""
    return visible_to(user).filter(product=product).select_related(*_SHOWN).order_by("-number")


def local_institutions() -> QuerySet[Party]:
    """Institutions that serve the city, by name."""
    return Party.objects.filter(institution__local=True).order_by("name", "pk")


def shelf_of(institution_id: int) -> QuerySet[ProductVersion]:
    """All versions of one institution's local products, for its own desk: by product code, newest first."""
    own = ProductVersion.objects.filter(product__institution_id=institution_id, product__origin=Product.Origin.LOCAL)
    return own.select_related(*_SHOWN).order_by("product__code", "-number")


def own_codes(user: Viewer) -> list[str]:
    """Codes of the products ``user``'s institution offers here: what she edits; empty for anybody else."""
    if not isinstance(user, User) or user.party_id is None:
        return []
    own = Product.objects.filter(institution_id=user.party_id, origin=Product.Origin.LOCAL)
    return list(own.order_by("code").values_list("code", flat=True))


def rules_for(version: ProductVersion) -> RuleSet:
    """The stored rules of ``version``, parsed once per content hash (which covers them)."""
    known = _rule_sets.get(version.content_hash)
    if known is None:
        if len(_rule_sets) >= _REMEMBERED_RULE_SETS:
            _rule_sets.clear()
        known = _rule_sets[version.content_hash] = parse(version.rules)
    return known


def programme_hash() -> str:
    """SHA-256 (hex) of what is on the shelf: changes exactly when a listed product or its content does."""
    return shelf_hash(listed_versions().values_list("product__code", "content_hash"))


def unconfirmed(version: ProductVersion, on: date) -> bool:
    """未按期确认: a LOCAL product last confirmed before the quarter that precedes the quarter of ``on``.

    Within a quarter there is time until its end, so a confirmation holds for its own quarter and the next one.
    Reference products are never confirmed: they carry the date of their source instead.
    """
    if version.product.origin != Product.Origin.LOCAL:
        return False
    return version.confirmed_on is None or version.confirmed_on < _start_of_previous_quarter(on)


def unconfirmed_versions(on: date) -> QuerySet[ProductVersion]:
    """Listed local versions for which :func:`unconfirmed` holds on ``on``, by product code."""
    late = Q(confirmed_on=None) | Q(confirmed_on__lt=_start_of_previous_quarter(on))
    return listed_versions().filter(late, product__origin=Product.Origin.LOCAL)


def shelf_counts() -> ShelfCounts:
    """Counts of the shelf in two queries."""
    rows = (
        ProductVersion.objects.filter(state=State.LISTED)
        .values("product__category", "product__origin")
        .annotate(count=Count("pk"))
        .order_by("product__category", "product__origin")
    )
    by_category = dict.fromkeys(CATEGORIES, 0)
    by_origin = {str(origin): 0 for origin in Product.Origin.values}
    for row in rows:
        by_category[row["product__category"]] += row["count"]
        by_origin[row["product__origin"]] += row["count"]
    institutions = (
        Product.objects.filter(versions__state=State.LISTED, institution__isnull=False)
        .order_by()
        .aggregate(count=Count("institution_id", distinct=True))["count"]
    )
    return ShelfCounts(sum(by_origin.values()), by_category, by_origin, institutions)


def _start_of_previous_quarter(day: date) -> date:
    months = day.year * 12 + (day.month - 1) // 3 * 3 - 3
    return date(months // 12, months % 12 + 1, 1)
