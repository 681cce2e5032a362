"""Text that stands encrypted in the database: telephones, names of strangers, secrets that sign what is sent.

``DATA_KEYS`` names the keys, the newest first: it seals, all of them open. :func:`reseal` moves every row to the
newest, after which the older keys may go. What was never sealed (an empty text, a row before
its migration) is read as it is.
"""

import base64
import hashlib
from functools import cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Value

from common.errors import Conflict
from common.models import IdempotentCall

# How every token of the library begins: version byte 0x80 and the high bytes of a time of this century.
_SEALED = "gAAAA"
A_BATCH = 500


class SealedField(models.TextField):  # type: ignore[type-arg]
    """A text that only its reader through Django sees; it cannot be searched for."""

    def get_prep_value(self, value: Any) -> Any:
        return seal(value) if value else value

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return unseal(value) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        """Nothing but being empty can be asked of what is sealed anew each time."""
        return super().get_lookup(lookup_name) if lookup_name in ("exact", "isnull") else None


def seal(text: str) -> str:
    """``text`` under the newest key."""
    return _keys(tuple(settings.DATA_KEYS)).encrypt(text.encode()).decode()


def unseal(text: str) -> str:
    """What was sealed; Conflict when none of the keys opens it."""
    if not text.startswith(_SEALED):
        return text
    try:
        return _keys(tuple(settings.DATA_KEYS)).decrypt(text.encode()).decode()
    except InvalidToken as error:
        raise Conflict("数据密钥与数据库不符，加密的联系方式和密钥读不出来：请系统管理员核对 DATA_KEYS。") from error


def reseal() -> int:
    """Every sealed text of every table under the newest key; how many rows. May be stopped and begun again."""
    fields = sum(
        seal_rows(model, names)
        for model in apps.get_models()
        if (names := [field.name for field in model._meta.concrete_fields if isinstance(field, SealedField)])
    )
    return fields + _reseal_answers()


def _reseal_answers() -> int:
    """The kept answers of calls: the floor below keeps them and knows no keys."""
    answers = IdempotentCall.objects.filter(status__isnull=False).values_list("pk", "response")
    sealed = [(pk, answer) for pk, answer in answers.iterator() if isinstance(answer, str)]
    for pk, answer in sealed:
        IdempotentCall.objects.filter(pk=pk).update(response=seal(unseal(answer)))
    return len(sealed)


def seal_rows(model: Any, names: list[str]) -> int:
    """Write ``names`` of every row again; how many rows."""
    last = done = 0
    while rows := list(model._default_manager.filter(pk__gt=last).order_by("pk")[:A_BATCH]):
        model._default_manager.bulk_update(rows, names)
        last, done = rows[-1].pk, done + len(rows)
    return done


def unseal_rows(model: Any, names: list[str]) -> None:
    """Put the plain texts back, for a migration that is taken back."""
    for row in model._default_manager.order_by("pk").iterator():
        plain = {name: Value(getattr(row, name)) for name in names}
        model._default_manager.filter(pk=row.pk).update(**plain)


@cache
def _keys(texts: tuple[str, ...]) -> MultiFernet:
    return MultiFernet(
        [Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"data:{text}".encode()).digest())) for text in texts]
    )
