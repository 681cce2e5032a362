"""The life of a product version: which move is allowed to whom. ``state`` has no other writer."""

from typing import Any

from accounts.models import Role
from common.transitions import StateMachine, Transition
from products.models import Product, ProductVersion

State = ProductVersion.State

MAKER, CHECKER = (Role.BANK_MAKER,), (Role.BANK_CHECKER,)
EITHER = (Role.BANK_MAKER, Role.BANK_CHECKER)


def _own_product(version: Any, actor: Any) -> str:
    """A local product is in the hands of its institution, a reference product in those of the import."""
    if version.product.origin == Product.Origin.CATALOGUE:
        return "" if actor.has_role(Role.SYSTEM) else "参考产品由公开资料导入，不能在此办理。"
    if version.product.institution_id is None or version.product.institution_id != actor.party_id:
        return "只能办理本机构的产品。"
    return ""


def _second_person(version: Any, actor: Any) -> str:
    if refusal := _own_product(version, actor):
        return refusal
    return "复核人不能是经办人本人，请由另一位同事复核。" if version.made_by_id == actor.pk else ""


def _move(source: str, target: str, roles: Any, *, second: bool = False, reason: bool = False) -> Transition:
    return Transition(source, target, roles, _second_person if second else _own_product, needs_reason=reason)


MACHINE = StateMachine(
    ProductVersion,
    [
        _move(State.DRAFT, State.IN_REVIEW, MAKER),
        _move(State.DRAFT, State.LISTED, (Role.SYSTEM,)),
        _move(State.IN_REVIEW, State.DRAFT, CHECKER, reason=True),
        _move(State.IN_REVIEW, State.LISTED, CHECKER, second=True),
        _move(State.LISTED, State.SUSPENDED, EITHER, reason=True),
        _move(State.SUSPENDED, State.LISTED, CHECKER),
        _move(State.LISTED, State.DELISTED, (Role.BANK_CHECKER, Role.SYSTEM), reason=True),
        _move(State.SUSPENDED, State.DELISTED, (Role.BANK_CHECKER, Role.SYSTEM), reason=True),
    ],
)
