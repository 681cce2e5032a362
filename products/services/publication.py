"""From draft to shelf and off it. Every move goes through the table in ``products.states``."""

from typing import Any

from django.db import transaction

from accounts.models import User
from common import audit, clock, outbox
from common.errors import Conflict, NotAllowed
from common.transitions import NOT_YOUR_ROLE
from enterprises import tags
from journal.services import post
from products import policies
from products.models import Product, ProductVersion
from products.services.versions import locked
from products.states import MACHINE, State

SEARCH_TOPIC = "search.products"
# What is matched against: a version came onto the shelf or left it.
SHELF_TOPIC = "products.shelf"
LISTED_KIND = "product_listed"


@transaction.atomic
def submit_for_review(*, actor: User, version: ProductVersion) -> ProductVersion:
    """Maker: hand a draft to the second person."""
    return _move(actor, version, "submit", State.IN_REVIEW)


@transaction.atomic
def send_back(*, actor: User, version: ProductVersion, reason: str) -> ProductVersion:
    """Checker: return it to draft with a reason."""
    return _move(actor, version, "send_back", State.DRAFT, reason=reason)


@transaction.atomic
def approve(*, actor: User, version: ProductVersion) -> ProductVersion:
    """Checker, another person than the maker: list the version, delisting the earlier one in the same transaction."""
    _require_move(actor, version, "approve")
    return publish(actor=actor, version=version, approved_by=actor, confirmed_on=clock.today())


@transaction.atomic
def suspend(*, actor: User, version: ProductVersion, reason: str) -> ProductVersion:
    """Maker or checker: take it off the shelf for now."""
    return _move(actor, version, "suspend", State.SUSPENDED, reason=reason)


@transaction.atomic
def relist(*, actor: User, version: ProductVersion) -> ProductVersion:
    """Checker: put a suspended version back; that confirms it."""
    return _move(actor, version, "relist", State.LISTED, confirmed_on=clock.today())


@transaction.atomic
def delist(*, actor: User, version: ProductVersion, reason: str) -> ProductVersion:
    """Checker: take it off the shelf for good."""
    return _move(actor, version, "delist", State.DELISTED, reason=reason)


@transaction.atomic
def confirm(*, actor: User, version: ProductVersion) -> ProductVersion:
    """Maker or checker: say today that a listed version still holds (due every quarter)."""
    if not policies.can(actor, "confirm", version):
        raise NotAllowed("只有本机构的产品经办或复核可以确认已上架的产品。")
    today = clock.today()
    if not ProductVersion.objects.filter(pk=version.pk, state=State.LISTED).update(confirmed_on=today):
        raise Conflict("这个版本已不在架，请刷新后再试。")
    version.confirmed_on = today
    audit.record("product_confirm", actor=actor, obj=version, product=version.product.code)
    return version


def publish(*, actor: User, version: ProductVersion, **fields: Any) -> ProductVersion:
    """List ``version`` inside the caller's transaction; the one on the shelf, or suspended, is replaced by it."""
    product = locked(version.product)
    first = not product.versions.filter(published_at__isnull=False).exists()
    replaced = product.versions.filter(state__in=[State.LISTED, State.SUSPENDED]).select_related("product")
    for earlier in replaced.order_by("number"):
        MACHINE.move(earlier, State.DELISTED, actor=actor, reason=f"由第 {version.number} 版替代")
    MACHINE.move(version, State.LISTED, actor=actor, published_at=clock.now(), **fields)
    audit.record("product_list", actor=actor, obj=version, product=product.code, version=version.number)
    outbox.publish(SEARCH_TOPIC, product.code)
    outbox.publish(SHELF_TOPIC, product.code)
    if first and product.origin == Product.Origin.LOCAL:
        _post_first_listing(actor, product, version)
    return version


def theme(version: ProductVersion) -> str:
    """The plan's name for a product made for talents (人才贷, 人才保, 人才险, 人才投 …); empty for any other.

    A product is made for talents when its columns or its extra rules ask for a talent title.
    """
    asked = [*version.required_tags, *_members_tested(version.rules)]
    return f"人才{version.product.category}" if any(tags.is_talent_tag(tag) for tag in asked) else ""


def _post_first_listing(actor: User, product: Product, version: ProductVersion) -> None:
    post(
        actor=actor,
        kind=LISTED_KIND,
        source_key=product.code,
        occurred_on=clock.today(),
        organisation=product.institution,
        fields={"category": product.category, "name": version.name, "theme": theme(version)},
    )


def _members_tested(node: Any) -> list[str]:
    """Firm tags and talent titles that stored rules test, however deep."""
    if isinstance(node, list):
        return [member for item in node for member in _members_tested(item)]
    if not isinstance(node, dict):
        return []
    if node.get("field") in ("tags", "leader_titles"):
        return list(node["values"])
    return [member for key in ("test", "items", "item") for member in _members_tested(node.get(key))]


def _require_move(actor: User, version: ProductVersion, action: str) -> None:
    """Refuse whoever may never do it, then a stale page: the table alone could not tell an approval from a return to
    the shelf."""
    if not actor.has_role(*(role for move in policies.MOVES[action] for role in MACHINE.table[move].roles)):
        raise NotAllowed(NOT_YOUR_ROLE)
    locked(version.product)
    version.refresh_from_db(fields=["state"])
    if version.state not in {source for source, _ in policies.MOVES[action]}:
        raise Conflict(f"当前状态为“{version.get_state_display()}”，不能这样办理。请刷新后再试。")


def _move(
    actor: User, version: ProductVersion, action: str, target: str, *, reason: str = "", **fields: Any
) -> ProductVersion:
    _require_move(actor, version, action)
    MACHINE.move(version, target, actor=actor, reason=reason, **fields)
    audit.record(f"product_{action}", actor=actor, obj=version, product=version.product.code, reason=reason)
    if version.published_at:
        outbox.publish(SEARCH_TOPIC, version.product.code)
        outbox.publish(SHELF_TOPIC, version.product.code)
    return version
