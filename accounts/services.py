"""Writes of parties, names, users, grants and messages."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from accounts import deliveries
from accounts.models import Grant, Notification, Party, PartyName, Role, User, UserRole
from common import audit, clock
from common.errors import Conflict, Invalid

KEY_LENGTH = 120


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
    audit.record("party_rename", actor=actor, obj=party)
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
    audit.record("party_alias_add", actor=actor, obj=party, kind=str(kind))
    return True


@transaction.atomic
def user_create(
    *, actor: User, username: str, password: str | None, display_name: str, party: Party | None, roles: Iterable[str]
) -> User:
    """Create a user with roles; ``password`` None means that nobody can log in until one is set."""
    user = User.objects.create_user(username=username, password=password, display_name=display_name, party=party)
    UserRole.objects.bulk_create([UserRole(user=user, role=role) for role in roles])
    audit.record("user_create", actor=actor, obj=user, roles=sorted(roles))
    return user


@transaction.atomic
def grant_open(
    *, actor: User, grantee: Party, party: Party, reason: str, need_code: str = "", until: datetime | None = None
) -> Grant:
    """Let ``grantee`` see ``party`` until that moment; call in the transaction of the cause.

    One that still holds is returned as it is, one that ran out is closed on the moment it did.
    """
    same = Grant.objects.filter(grantee=grantee, party=party, need_code=need_code, reason=reason, ended_at=None)
    same.filter(until__lte=clock.now()).update(ended_at=F("until"))
    grant, created = Grant.objects.get_or_create(
        grantee=grantee, party=party, need_code=need_code, reason=reason, ended_at=None, defaults={"until": until}
    )
    if created:
        audit.record("grant_open", actor=actor, obj=grant, reason=reason)
    return grant


@transaction.atomic
def grant_end(*, actor: User, grant: Grant) -> None:
    """End a grant at once."""
    Grant.objects.filter(pk=grant.pk, ended_at=None).update(ended_at=clock.now())
    audit.record("grant_end", actor=actor, obj=grant)


@transaction.atomic
def notify(*, users: Iterable[User], key: str, title: str, body: str = "", path: str = "") -> int:
    """Leave one message with each active user; returns how many are new.

    ``key`` names the cause (≤120 characters): the same key never reaches a user twice. ``path`` is the page of this
    site where to act on it. What a reader chose to get outside the site too is owed from here on. Titles and bodies
    that are too long are cut with …. ValueError for a key or path that cannot be.
    """
    if not key or len(key) > KEY_LENGTH:
        raise ValueError(f"a notification key has 1 to {KEY_LENGTH} characters")
    if path and (not path.startswith("/") or path.startswith("//")):
        raise ValueError("a notification leads to a page of this site")
    readers = {user.pk for user in users if user.is_active}
    told = set(Notification.objects.filter(key=key, user_id__in=readers).values_list("user_id", flat=True))
    text = {"title": _cut(title, 100), "body": _cut(body, 500), "path": path}
    # Whoever tells the same reader at the same time loses quietly: the message is there.
    Notification.objects.bulk_create(
        [Notification(user_id=reader, key=key, **text) for reader in sorted(readers - told)], ignore_conflicts=True
    )
    new = Notification.objects.filter(key=key, user_id__in=readers - told) if readers - told else ()
    deliveries.owe(new)
    return len(readers - told)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


@transaction.atomic
def notifications_read(*, actor: User, ids: Iterable[int] | None = None) -> int:
    """Mark ``actor``'s own messages read (all, or those named); returns how many were unread."""
    unread = Notification.objects.filter(user=actor, read_at=None)
    if ids is not None:
        unread = unread.filter(pk__in=list(ids))
    return unread.update(read_at=clock.now())
