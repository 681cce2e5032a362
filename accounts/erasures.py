"""What the accounts' own floor does when a person is erased, and the list by which a restored database is erased again.

The order of the whole, and what other floors hold, is matching/cases/erasing.py.
"""

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Left, Replace
from django.utils.crypto import get_random_string

from accounts.claims import document_path
from accounts.models import (
    AccountClaim,
    ChannelChoice,
    Delivery,
    Erasure,
    Notification,
    Party,
    PartyName,
    Role,
    UsedPassword,
    User,
    UserRole,
)
from common import clock
from common.errors import Conflict
from common.models import IdempotentCall

GONE_USER, GONE_PERSON, GONE_TEXT = "已注销用户", "已注销人才", "已删除"


def open_erasures() -> QuerySet[Erasure]:
    """Asked for, neither taken back nor done."""
    return Erasure.objects.filter(cancelled_at=None, done_at=None)


def erasure_of(user: User) -> Erasure | None:
    """The request of ``user`` that is waiting."""
    return open_erasures().filter(user=user).first()


def stays(party_id: int) -> None:
    """Lock the party against being erased meanwhile; Conflict when that is asked for. Call before any other lock."""
    lock(party_id)
    if open_erasures().filter(party_id=party_id, whole=True).exists():
        raise Conflict("这一户已申请注销账号、删除个人信息，不再受理新的申请。要继续办理，请先在“注销账号”页取消。")


def lock(party_id: int) -> Party:
    """The party as it stands; whoever opens something for it waits. Rows that only point to it do not."""
    return Party.objects.select_for_update(of=("self",), no_key=True).get(pk=party_id)


def mark_of(user: User) -> str:
    """The keyed fingerprint of a user's number and name (hex)."""
    said = f"erasure:{user.pk}:{user.username}"
    return hmac.new(settings.AUDIT_KEY.encode(), said.encode(), hashlib.sha256).hexdigest()


def account_erase(user: User) -> None:
    """Close the log-in for good and forget who it was; files go when the transaction stands."""
    doomed = [document_path(claim) for claim in _claims_of(user) if claim.document_file]
    owed = Delivery.objects.filter(notification__user=user).select_related("notification").order_by("pk")
    doomed += [Path(settings.DATA_DIR) / "outbox" / f"{delivery.effect}.json" for delivery in owed]
    said: dict[str, Any] = {"applicant": GONE_TEXT, "phone": "", "document": "", "document_file": "", "password": ""}
    ids = [claim.pk for claim in _claims_of(user)]
    AccountClaim.objects.filter(pk__in=ids).update(**said, document_hash="")
    keys = UserSession.objects.filter(user=user).values_list("session_key", flat=True)
    Session.objects.filter(session_key__in=list(keys)).delete()
    for model in (Notification, ChannelChoice, UsedPassword, UserRole, EmailAddress, Authenticator, SocialAccount):
        model._default_manager.filter(user=user).delete()
    UserSession.objects.filter(user=user).delete()
    IdempotentCall.objects.filter(client=user).delete()
    user.username, user.display_name, user.is_active = f"erased-{user.pk}", GONE_USER, False
    user.first_name = user.last_name = user.email = ""
    user.last_login = None
    user.set_unusable_password()
    user.save()
    transaction.on_commit(lambda: _unlink(doomed))


def person_erase(party: Party) -> None:
    """A person keeps a number and no name, in others' messages too; the code is replaced, so that no file means it."""
    for field, most in (("title", 100), ("body", 500)):
        told = Notification.objects.filter(**{f"{field}__contains": party.name})
        told.update(**{field: Left(Replace(field, Value(party.name), Value(GONE_PERSON)), most)})
    party.names.all().delete()
    PartyName.objects.create(party=party, name=GONE_PERSON)
    gone = {"name": GONE_PERSON, "talent_code": f"ZX-{get_random_string(12)}", "erased_at": clock.now()}
    Party.objects.filter(pk=party.pk).update(**gone)


def remaining(party: Party, user: User) -> int:
    """How many other people of ``party`` stay."""
    others = User.objects.filter(party=party, is_active=True, roles__role__in=(Role.FIRM, Role.TALENT))
    return others.exclude(pk=user.pk).exclude(pk__in=open_erasures().values("user_id")).distinct().count()


def list_path() -> Path:
    """Where the list of what was erased lies: beside the database, never in a backup of it."""
    return Path(settings.DATA_DIR) / "erasures.jsonl"


def listed(path: Path) -> dict[str, dict[str, Any]]:
    """Lines of a list, by mark."""
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    return {entry["mark"]: entry for entry in map(json.loads, lines)}


def list_write(more: Iterable[Path] = ()) -> int:
    """Bring the list up to date with the database (and other lists): how many it names. Rows are the truth."""
    known = {mark: entry for path in (list_path(), *more) for mark, entry in listed(path).items()}
    for done in Erasure.objects.exclude(done_at=None).order_by("pk"):
        assert done.done_at is not None
        known[done.mark] = {"mark": done.mark, "user": done.user_id, "done_at": done.done_at.isoformat()}
    path, fresh = list_path(), list_path().with_suffix(f".{secrets.token_hex(8)}")
    text = "".join(f"{json.dumps(entry)}\n" for entry in known.values())
    if not path.is_file() or path.read_text("utf-8") != text:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as handle:
            handle.write(text)
        os.replace(fresh, path)
    return len(known)


def _unlink(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _claims_of(user: User) -> list[AccountClaim]:
    """The claim that made the account, and those the same person handed in for the same firm."""
    own = AccountClaim.objects.filter(user=user).first()
    if own is None:
        return []
    rows = AccountClaim.objects.filter(uscc=own.uscc).order_by("pk")
    return [row for row in rows if row.pk == own.pk or (row.user_id is None and row.phone == own.phone)]
