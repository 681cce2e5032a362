"""An officer or the office suggests a product; the firm reads what it would agree to, then applies itself."""

from django.db import transaction

from accounts.models import Role, User
from accounts.selectors import users_of
from accounts.services import notify
from common import audit, clock
from common.errors import Conflict, Invalid, NotAllowed
from enterprises.models import Need
from matching.cases.policies import can
from products.models import Product, ProductVersion


@transaction.atomic
def product_propose(*, actor: User, need: Need, version: ProductVersion) -> int:
    """Send the firm's people a message that leads to the application for ``version``; how many are new to it.

    Once a day for a need and product. NotAllowed for whoever may not dispatch ``need``; Invalid for a product that
    cannot be applied for; Conflict when nobody of the party has an account or the need is over.
    """
    if not can(actor, "dispatch", need):
        raise NotAllowed("产品由金融办或这一户的特派员推荐。")
    if need.state != Need.State.OPEN:
        raise Conflict(f"需求 {need.code} 未提交或已结束，不能再推荐产品。", field="need")
    product = version.product
    if product.origin != Product.Origin.LOCAL or version.state != ProductVersion.State.LISTED:
        raise Invalid("只能推荐在架的本地产品。", field="version")
    if product.category not in need.kinds:
        raise Invalid(f"需求类别为{'、'.join(need.kinds)}，与产品类别“{product.category}”不符。", field="version")
    people = list(users_of(need.party, Role.FIRM, Role.TALENT))
    if not people:
        raise Conflict("这一户还没有登录账号，收不到推荐；请上门协助开通后再推荐。", field="need")
    told = notify(
        users=people,
        key=f"propose:{need.code}:{product.code}:{clock.today()}",
        title=f"{actor}建议申请：{version.name}",
        body="请先看清授权内容，再决定是否申请；不同意不影响其他办理。",
        path=f"/me/needs/{need.code}/apply/?product={product.code}",
    )
    audit.record("product_propose", actor=actor, obj=need, need=need.code, product=product.code)
    return told
