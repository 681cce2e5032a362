"""What the administrators do: the system one keeps users, the security one their roles and locks. 三员分立."""

import secrets

from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction

from accounts.lockout import release
from accounts.models import ADMINISTRATORS, Party, Role, User, UserRole
from accounts.services import user_create
from common import audit
from common.errors import Conflict, Invalid, NotAllowed

GRANTABLE = tuple(role for role in Role if role != Role.SYSTEM)


@transaction.atomic
def account_add(*, actor: User, username: str, display_name: str, party: Party | None) -> tuple[User, str]:
    """A user without roles and its first password, shown once; the security administrator gives it roles."""
    _require(actor, Role.SYSTEM_ADMIN)
    if not username.strip() or User.objects.filter(username__iexact=username.strip()).exists():
        raise Invalid("请换一个用户名：不能为空，也不能与已有的相同。", field="username")
    password = secrets.token_urlsafe(12)
    user = user_create(
        actor=actor, username=username.strip(), password=password, display_name=display_name, party=party, roles=[]
    )
    return user, password


@transaction.atomic
def account_switch(*, actor: User, user: User, active: bool) -> None:
    """Close an account at once, or open it again; nobody closes his own."""
    _require(actor, Role.SYSTEM_ADMIN)
    if user.pk == actor.pk:
        raise Conflict("不能停用自己的账号，请由另一名系统管理员办理。")
    User.objects.filter(pk=user.pk).update(is_active=active)
    audit.record("account_open" if active else "account_close", actor=actor, obj=user)


@transaction.atomic
def role_grant(*, actor: User, user: User, role: str) -> None:
    """Give one role. An administrator holds nothing else: business and administration do not meet in one person."""
    _require(actor, Role.SECURITY_ADMIN)
    if role not in GRANTABLE:
        raise Invalid("请选择岗位。", field="role")
    held = set(user.roles.values_list("role", flat=True))
    if user.pk == actor.pk:
        raise NotAllowed("不能给自己加岗位，请由另一名安全管理员办理。")
    if held - {role} and (role in ADMINISTRATORS or held & set(ADMINISTRATORS)):
        raise Conflict("三员分立：管理员不兼任其他岗位，一人也只能任其一。请另建账号，或先取消原岗位。", field="role")
    try:
        with transaction.atomic():
            UserRole.objects.create(user=user, role=role)
    except IntegrityError as error:
        raise Conflict("这名用户已有这个岗位，或与其他管理员岗位冲突。", field="role") from error
    audit.record("role_grant", actor=actor, obj=user, role=str(role))


@transaction.atomic
def role_revoke(*, actor: User, user: User, role: str) -> None:
    """Take one role away, with effect on the next request."""
    _require(actor, Role.SECURITY_ADMIN)
    if UserRole.objects.filter(user=user, role=role).delete()[0]:
        audit.record("role_revoke", actor=actor, obj=user, role=role)


@transaction.atomic
def password_reset(*, actor: User, user: User) -> str:
    """A new password, shown once to the security administrator; the account is opened if it was locked."""
    _require(actor, Role.SECURITY_ADMIN)
    password = secrets.token_urlsafe(12)
    user.set_password(password)
    user.save(update_fields=["password"])
    release(user.username)
    audit.record("password_reset", actor=actor, obj=user)
    return password


@transaction.atomic
def second_factor_reset(*, actor: User, user: User) -> None:
    """Whoever lost telephone and recovery codes sets a second factor up anew; Conflict when there is none."""
    _require(actor, Role.SECURITY_ADMIN)
    if user.pk == actor.pk:
        raise NotAllowed("不能重置自己的二次验证，请由另一名安全管理员办理。")
    if not Authenticator.objects.filter(user=user).delete()[0]:
        raise Conflict("这名用户没有启用二次验证，不用重置。")
    release(user.username)
    audit.record("second_factor_reset", actor=actor, obj=user)


@transaction.atomic
def lock_release(*, actor: User, user: User) -> int:
    """Open a locked account before its time; how many failures were forgotten."""
    _require(actor, Role.SECURITY_ADMIN)
    forgotten = release(user.username)
    audit.record("lock_release", actor=actor, obj=user, failures=forgotten)
    return forgotten


def _require(actor: User, role: Role) -> None:
    if not actor.has_role(role, Role.SYSTEM):
        raise NotAllowed(f"这一步由{role.label}办理。")
