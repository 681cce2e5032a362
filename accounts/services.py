"""Writes of parties, names, users and grants."""

from collections.abc import Iterable
from datetime import date

from django.db import IntegrityError, transaction

from accounts.models import Grant, Party, PartyName, Role, User, UserRole
from common import audit, clock
from common.errors import Conflict, Invalid


@transaction.atomic
def system_actor(name: str) -> User:
    """The system actor called ``name`` (导入, 演示 …); it cannot log in."""
    user, created = User.objects.get_or_create(username=f"system:{name}", defaults={"display_name": name})
    if created:
        user.set_unusable_password()
        user.save(update_fields=["password"])
        UserRole.objects.create(user=user, role=Role.SYSTEM)
    return user


@transaction.atomic
def party_register(
    *,
    actor: User,
    kind: str,
    name: str,
    uscc: str | None = None,
    talent_code: str | None = None,
    parent: Party | None = None,
    demo: bool = False,
) -> Party:
    """Create a party with its first official name; an existing code is a Conflict."""
    if not name.strip():
        raise Invalid("请填写名称。", field="name")
    try:
        with transaction.atomic():
            party = Party.objects.create(
                kind=kind, name=name, uscc=uscc, talent_code=talent_code, parent=parent, demo=demo
            )
    except IntegrityError as error:
        raise Conflict(f"编码 {uscc or talent_code or ''} 已登记或与类别不符，请核对。", field="uscc") from error
    PartyName.objects.create(party=party, name=name)
    return party


@transaction.atomic
def party_rename(*, actor: User, party: Party, name: str, since: date | None = None, source: str = "") -> bool:
    """Give ``party`` a new official name from ``since``; the old one stays, dated. False when nothing changed."""
    if party.name == name:
        return False
    day = since or clock.today()
    party.names.filter(kind=PartyName.Kind.OFFICIAL, valid_to=None, valid_from__lte=day).update(valid_to=day)
    PartyName.objects.update_or_create(party=party, name=name, valid_from=day, defaults={"source": source})
    Party.objects.filter(pk=party.pk).update(name=name)
    audit.record("party_rename", actor=actor, obj=party, old=party.name, new=name)
    party.name = name
    return True


@transaction.atomic
def party_alias_add(
    *, actor: User, party: Party, name: str, kind: str = PartyName.Kind.ORIGINAL, source: str = ""
) -> bool:
    """Record another spelling (简称, 原文写法) that imports and pages find ``party`` by; False when it is known."""
    if kind == PartyName.Kind.OFFICIAL:
        raise Invalid("正式名称请用更名登记。", field="kind")
    if party.names.filter(name=name).exists():
        return False
    PartyName.objects.create(party=party, name=name, kind=kind, source=source)
    audit.record("party_alias_add", actor=actor, obj=party, name=name, kind=str(kind))
    return True


@transaction.atomic
def user_create(
    *, actor: User, username: str, password: str, display_name: str, party: Party | None, roles: Iterable[str]
) -> User:
    """Create a user with roles."""
    user = User.objects.create_user(username=username, password=password, display_name=display_name, party=party)
    UserRole.objects.bulk_create([UserRole(user=user, role=role) for role in roles])
    audit.record("user_create", actor=actor, obj=user, roles=sorted(roles))
    return user


@transaction.atomic
def grant_open(*, actor: User, grantee: Party, party: Party, reason: str, need_code: str = "") -> Grant:
    """Let ``grantee`` see ``party``; call in the transaction of the cause."""
    grant, created = Grant.objects.get_or_create(
        grantee=grantee, party=party, need_code=need_code, reason=reason, ended_at=None
    )
    if created:
        audit.record("grant_open", actor=actor, obj=grant, reason=reason)
    return grant


@transaction.atomic
def grant_end(*, actor: User, grant: Grant) -> None:
    """End a grant at once."""
    Grant.objects.filter(pk=grant.pk, ended_at=None).update(ended_at=clock.now())
    audit.record("grant_end", actor=actor, obj=grant)
