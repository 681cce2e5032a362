"""Who may see and do what with products. Listed ones are public; all else stays inside the institution."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from accounts.models import Party, Role, User
from products.models import Product, ProductVersion
from products.states import MACHINE, State

Viewer = User | AnonymousUser

# Action → the moves it may be, by source and target state.
MOVES: dict[str, tuple[tuple[str, str], ...]] = {
    "submit": ((State.DRAFT, State.IN_REVIEW),),
    "send_back": ((State.IN_REVIEW, State.DRAFT),),
    "approve": ((State.IN_REVIEW, State.LISTED),),
    "suspend": ((State.LISTED, State.SUSPENDED),),
    "relist": ((State.SUSPENDED, State.LISTED),),
    "delist": ((State.LISTED, State.DELISTED), (State.SUSPENDED, State.DELISTED)),
}


def visible_to(user: Viewer) -> QuerySet[ProductVersion]:
    """Versions ``user`` may read: listed ones, and every version of the user's own institution."""
    listed = Q(state=State.LISTED)
    if not isinstance(user, User) or not user.is_active:
        return ProductVersion.objects.filter(listed)
    if user.has_role(Role.SYSTEM):
        return ProductVersion.objects.all()
    if user.party_id is None:
        return ProductVersion.objects.filter(listed)
    return ProductVersion.objects.filter(listed | Q(product__institution_id=user.party_id))


def can(user: Viewer, action: str, obj: ProductVersion | Product | Party) -> bool:
    """``create`` (a Party), ``revise`` (a Product), ``view``, ``edit``, ``confirm`` or a key of MOVES (a version)."""
    if isinstance(obj, ProductVersion) and action == "view":
        return visible_to(user).filter(pk=obj.pk).exists()
    if not isinstance(user, User):
        return False
    match action, obj:
        case "create", Party():
            return user.has_role(Role.BANK_MAKER) and user.party_id == obj.pk
        case "revise", Product():
            return user.has_role(Role.BANK_MAKER) and _own(user, obj)
        case "edit", ProductVersion():
            return user.has_role(Role.BANK_MAKER) and _own(user, obj.product) and obj.state == State.DRAFT
        case "confirm", ProductVersion():
            roles = (Role.BANK_MAKER, Role.BANK_CHECKER)
            return user.has_role(*roles) and _own(user, obj.product) and obj.state == State.LISTED
        case _, ProductVersion() if action in MOVES:
            return any(_may_move(user, obj, source, target) for source, target in MOVES[action])
    return False


def _own(user: User, product: Product) -> bool:
    return product.origin == Product.Origin.LOCAL and product.institution_id == user.party_id is not None


def _may_move(user: User, version: ProductVersion, source: str, target: str) -> bool:
    move = MACHINE.table[source, target]
    allowed = version.state == source and user.has_role(*move.roles)
    return allowed and not (move.guard and move.guard(version, user))
