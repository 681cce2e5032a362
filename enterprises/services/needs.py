"""Needs: drafted, registered, changed and closed by the party itself (or the system on import)."""

import secrets
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import Party, User
from common import audit, clock, outbox
from common.errors import Conflict, Invalid, NotAllowed
from enterprises import closing
from enterprises.facts import CATEGORIES, GUARANTEES
from enterprises.models import Need
from enterprises.policies import can
from enterprises.states import NEED

MAX_AMOUNT = 10**12
MAX_TERM_MONTHS = 600
# A need was registered, changed or ended, by its id.
NEEDS_TOPIC = "enterprises.needs"

# What an empty draft holds, and what is left of one that was given up.
EMPTY: dict[str, Any] = {
    "kinds": [],
    "amount": None,
    "term_months": None,
    "purpose": "",
    "guarantees": None,
    "needed_by": None,
}

# No look-alikes: people read these codes over the telephone.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_need_code() -> str:
    """A code that says nothing of the party; a page may show one before the need it becomes."""
    return f"N{clock.today():%Y%m%d}-{''.join(secrets.choice(_ALPHABET) for _ in range(6))}"


@transaction.atomic
def need_register(
    *,
    actor: User,
    party: Party,
    kinds: Sequence[str],
    amount: int | None,
    term_months: int | None,
    purpose: str,
    guarantees: Sequence[str] | None,
    needed_by: date | None = None,
    code: str | None = None,
) -> Need:
    """Register a need; amount in 元, ``guarantees`` None = not said, [] = none but credit.

    Without ``code`` one is made that says nothing of the party. Invalid names the form field; a code in use is a
    Conflict.
    """
    if not can(actor, "edit", party):
        raise NotAllowed("只能登记本单位的需求。")
    content = _content(kinds, amount, term_months, purpose, guarantees, needed_by)
    try:
        with transaction.atomic():
            need = Need.objects.create(code=code or new_need_code(), party=party, recorded_by=actor, **content)
    except IntegrityError as error:
        raise Conflict(f"需求编号 {code} 已被使用，请换一个编号。", field="code") from error
    audit.record("need_register", actor=actor, obj=need, code=need.code, kinds=need.kinds)
    outbox.publish(NEEDS_TOPIC, str(need.pk))
    return need


@transaction.atomic
def need_draft_save(*, actor: User, party: Party, need: Need | None = None, **fields: Any) -> Need:
    """Keep what is filled in so far: a new draft without ``need``, else the fields given of that draft.

    ``fields`` are those of :func:`need_register` without code; what is left out stays. No field is required, but what
    is said must be possible (Invalid by field). Conflict when ``need`` is no draft any more.
    """
    if strange := fields.keys() - EMPTY.keys():
        raise TypeError(f"a draft has no field {sorted(strange)}")
    if need is None:
        if not can(actor, "edit", party):
            raise NotAllowed("只能登记本单位的需求。")
        content = _content(**{**EMPTY, **fields}, at_least=0)
        return Need.objects.create(
            code=new_need_code(), party=party, recorded_by=actor, state=Need.State.DRAFT, **content
        )
    current = _locked(actor, need)
    _require_draft(current)
    content = _content(**{name: fields.get(name, getattr(current, name)) for name in EMPTY}, at_least=0)
    _write(current, content)
    _copy(need, current)
    return need


@transaction.atomic
def need_submit(*, actor: User, need: Need) -> Need:
    """Open a draft for matching and referral; Invalid names what is still missing, Conflict when it is no draft."""
    current = _locked(actor, need)
    _require_draft(current)
    _content(**{name: getattr(current, name) for name in EMPTY})
    now = clock.now()
    _copy(need, current)
    NEED.move(need, Need.State.OPEN, actor=actor, created_at=now, updated_at=now)
    audit.record("need_register", actor=actor, obj=need, code=need.code, kinds=need.kinds)
    outbox.publish(NEEDS_TOPIC, str(need.pk))
    return need


@transaction.atomic
def need_update(
    *,
    actor: User,
    need: Need,
    kinds: Sequence[str],
    amount: int | None,
    term_months: int | None,
    purpose: str,
    guarantees: Sequence[str] | None,
    needed_by: date | None = None,
) -> bool:
    """Replace what an open need asks for; False when nothing changed. ``need`` is brought up to date."""
    content = _content(kinds, amount, term_months, purpose, guarantees, needed_by)
    current = _locked(actor, need)
    if current.state == Need.State.DRAFT:
        raise Conflict(f"需求 {need.code} 还是草稿，请提交后再改。", field="code")
    changed = sorted(name for name, value in content.items() if getattr(current, name) != value)
    if not changed:
        return False
    if current.state != Need.State.OPEN:
        raise Conflict(f"需求 {need.code} 已结束，不能修改，请另登记一个需求。", field="code")
    _write(current, {name: content[name] for name in changed})
    _copy(need, current)
    audit.record("need_update", actor=actor, obj=need, code=need.code, changed=changed)
    outbox.publish(NEEDS_TOPIC, str(need.pk))
    return True


@transaction.atomic
def need_close(*, actor: User, need: Need, reason: str = "") -> None:
    """Close a need, or give up a draft (nothing of its content is kept); Conflict when it is closed already.

    Whatever floors above have running for it ends in the same transaction.
    """
    current = _locked(actor, need)
    if current.state == Need.State.CLOSED:
        raise Conflict(f"需求 {need.code} 已结束。")
    left = EMPTY if current.state == Need.State.DRAFT else {}
    NEED.move(need, Need.State.CLOSED, actor=actor, reason=reason, updated_at=clock.now(), **left)
    audit.record("need_close", actor=actor, obj=need, code=need.code)
    closing.closed(actor, need, reason)
    outbox.publish(NEEDS_TOPIC, str(need.pk))


def _locked(actor: User, need: Need) -> Need:
    current = Need.objects.select_for_update(of=("self",)).select_related("party").get(pk=need.pk)
    if not can(actor, "edit", current):
        raise NotAllowed("只能修改本单位的需求。")
    return current


def _require_draft(need: Need) -> None:
    if need.state != Need.State.DRAFT:
        raise Conflict(f"需求 {need.code} 已经提交，不再是草稿，请刷新后再看。")


def _write(need: Need, content: dict[str, Any]) -> None:
    for name, value in content.items():
        setattr(need, name, value)
    need.updated_at = clock.now()
    need.save(update_fields=[*content, "updated_at"])


def _copy(need: Need, current: Need) -> None:
    """Bring the caller's instance up to date with the locked row."""
    for name in (*EMPTY, "updated_at"):
        setattr(need, name, getattr(current, name))


def _content(
    kinds: Sequence[str],
    amount: int | None,
    term_months: int | None,
    purpose: str,
    guarantees: Sequence[str] | None,
    needed_by: date | None,
    at_least: int = 1,
) -> dict[str, Any]:
    return {
        "kinds": _chosen("kinds", kinds, CATEGORIES, at_least=at_least),
        "amount": _within("amount", amount, MAX_AMOUNT, "元"),
        "term_months": _within("term_months", term_months, MAX_TERM_MONTHS, "个月"),
        "purpose": _short(purpose),
        "guarantees": None if guarantees is None else _chosen("guarantees", guarantees, GUARANTEES),
        "needed_by": needed_by,
    }


def _chosen(field: str, values: Sequence[str], vocabulary: tuple[str, ...], *, at_least: int = 0) -> list[str]:
    if strange := [value for value in values if value not in vocabulary]:
        raise Invalid(f"没有选项“{'、'.join(strange)}”，请选：{'、'.join(vocabulary)}。", field=field)
    if len(values) < at_least:
        raise Invalid(f"请至少选一类：{'、'.join(vocabulary)}。", field=field)
    # One order, so that the same choice is the same record.
    return [option for option in vocabulary if option in values]


def _within(field: str, value: int | None, high: int, unit: str) -> int | None:
    if value is not None and not 0 < value <= high:
        raise Invalid(f"应大于 0，不超过 {high:,} {unit}。", field=field)
    return value


def _short(purpose: str) -> str:
    if len(purpose) > 200:
        raise Invalid(f"用途最多 200 个字，现有 {len(purpose)} 个。", field="purpose")
    return purpose.strip()
