"""What the maker of an institution does: new products, new versions, corrections before review."""

from django.db import IntegrityError, transaction

from accounts.models import Party, User
from common import audit
from common.errors import Conflict, Invalid, NotAllowed
from enterprises.facts import CATEGORIES
from products import policies
from products.content import VersionContent, checked, content_of
from products.models import InstitutionProfile, Product, ProductVersion
from products.services.versions import composed, extra_rules_of, locked, version_create
from products.states import State


@transaction.atomic
def draft_create(
    *,
    actor: User,
    institution: Party,
    category: str,
    content: VersionContent,
    extra_rules: object = (),
    code: str | None = None,
) -> ProductVersion:
    """Create a local product with its first draft.

    ``actor`` is a BANK_MAKER of ``institution``, which serves the city. ``extra_rules`` is a list in the rule language
    (codes other than those of columns). Without ``code`` the product gets the next number of its institution.
    Raises NotAllowed, Invalid (field = content field, ``category`` or ``rules``), Conflict for a code in use.
    """
    if not policies.can(actor, "create", institution):
        raise NotAllowed("只有本机构的产品经办可以新建产品。")
    if not InstitutionProfile.objects.filter(party=institution, local=True).exists():
        raise NotAllowed("本机构尚未登记为服务本市的机构，请联系金融办办理登记。")
    if category not in CATEGORIES:
        raise Invalid(f"产品类别请选：{'、'.join(CATEGORIES)}。", field="category")
    content = checked(content)
    product = _product_create(institution, category, code or _next_code(institution))
    version = version_create(actor=actor, product=product, values=composed(product, content, extra_rules))
    audit.record("product_draft", actor=actor, obj=version, product=product.code)
    return version


@transaction.atomic
def revision_create(
    *, actor: User, product: Product, content: VersionContent | None = None, extra_rules: object = None
) -> ProductVersion:
    """Start the next version of a local product; what is not given is taken from its newest version.

    Raises NotAllowed, Invalid, or Conflict while another draft of the product is open.
    """
    if not policies.can(actor, "revise", product):
        raise NotAllowed("只有本机构的产品经办可以修改产品。")
    product = locked(product)
    if product.versions.filter(state__in=[State.DRAFT, State.IN_REVIEW]).exists():
        raise Conflict("这个产品已有一份草稿或待复核版本，请先办完。", code="draft_open")
    newest = product.versions.order_by("-number")[0]
    content = checked(content or content_of(newest))
    extra = extra_rules_of(newest) if extra_rules is None else extra_rules
    version = version_create(actor=actor, product=product, values=composed(product, content, extra))
    audit.record("product_draft", actor=actor, obj=version, product=product.code)
    return version


@transaction.atomic
def draft_edit(
    *, actor: User, version: ProductVersion, content: VersionContent, extra_rules: object = None
) -> ProductVersion:
    """Replace what a draft says; ``extra_rules`` None keeps those it has. Whoever edits becomes its maker.

    Raises NotAllowed, Invalid, or Conflict when it is no draft any more.
    """
    locked(version.product)
    version.refresh_from_db(fields=["state", "rules"])
    if version.state != State.DRAFT:
        raise Conflict("只有草稿可以修改；已发布的请另起新版本。")
    if not policies.can(actor, "edit", version):
        raise NotAllowed("只有本机构的产品经办可以修改草稿。")
    extra = extra_rules_of(version) if extra_rules is None else extra_rules
    # The checker must be another person than the one whose words these are.
    values = {**composed(version.product, checked(content), extra), "made_by": actor}
    ProductVersion.objects.filter(pk=version.pk, state=State.DRAFT).update(**values)
    audit.record("product_edit", actor=actor, obj=version, product=version.product.code)
    version.refresh_from_db()
    return version


def _product_create(institution: Party, category: str, code: str) -> Product:
    try:
        with transaction.atomic():
            return Product.objects.create(
                code=code, institution=institution, category=category, origin=Product.Origin.LOCAL
            )
    except IntegrityError as error:
        raise Conflict(f"产品编号 {code} 已被使用，请换一个。", field="code") from error


def _next_code(institution: Party) -> str:
    return f"L{institution.pk}-{Product.objects.filter(institution=institution).count() + 1:02d}"
