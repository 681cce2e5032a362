"""Posting: called by the service that makes the record, in the same transaction."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import Party, User
from common.errors import Conflict, Invalid
from journal import registry
from journal.models import Posting


@transaction.atomic
def post(
    *,
    actor: User,
    kind: str,
    source_key: str,
    occurred_on: date,
    party: Party | None = None,
    organisation: Party | None = None,
    quantity: int = 1,
    amount: int | None = None,
    fields: Mapping[str, Any] | None = None,
    evidence: Sequence[str] = (),
) -> Posting:
    """Append one posting. The same source key with the same content returns the first one; other content conflicts."""
    declared = registry.get(kind)
    extra = dict(fields or {})
    if unknown := set(extra) - set(declared.fields):
        raise Invalid(f"“{declared.label}”没有字段：{'、'.join(sorted(unknown))}。", field="fields")
    content = {
        "occurred_on": occurred_on,
        "party_id": party.pk if party else None,
        "organisation_id": organisation.pk if organisation else None,
        "quantity": quantity,
        "amount": amount,
        "fields": extra,
    }
    posting, created = Posting.objects.get_or_create(
        kind=kind, source_key=source_key, defaults={**content, "evidence": list(evidence), "posted_by": actor}
    )
    if not created and any(getattr(posting, name) != value for name, value in content.items()):
        raise Conflict(f"“{declared.label}”{source_key} 已记账且内容不同，请先冲正。", field="source_key")
    return posting


@transaction.atomic
def reverse(*, actor: User, posting: Posting, occurred_on: date, reason: str) -> Posting:
    """Append the opposite of ``posting``; each posting is reversed at most once (one-to-one in the database)."""
    if not reason.strip():
        raise Invalid("请填写冲正原因。", field="reason")
    if posting.reversal_of_id is not None:
        raise Conflict("这一笔本身是冲正，不能再冲正；请重新记一笔。")
    if Posting.objects.filter(reversal_of=posting).exists():
        raise Conflict("这一笔已经冲正过。")
    try:
        with transaction.atomic():
            return Posting.objects.create(
                kind=posting.kind,
                source_key=f"{posting.source_key}#冲正",
                occurred_on=occurred_on,
                party=posting.party,
                organisation=posting.organisation,
                quantity=-posting.quantity,
                amount=None if posting.amount is None else -posting.amount,
                fields=posting.fields,
                evidence=[reason],
                posted_by=actor,
                reversal_of=posting,
            )
    except IntegrityError as error:
        raise Conflict("这一笔已经冲正过。") from error
