"""What either side does with a referral: the institution moves on, refuses or waits; the firm withdraws or answers."""

from typing import Any

from django.db import transaction

from accounts.models import Role, User
from accounts.policies import BANK_ROLES
from accounts.services import system_actor
from common import audit, clock
from common.errors import Conflict, Invalid, NotAllowed
from journal.services import post
from matching.cases.clock import PAUSABLE
from matching.cases.kinds_referrals import RESPONDED
from matching.cases.labels import labels
from matching.cases.moving import move_on, wake
from matching.cases.opening import lock_need, tell_firm, tell_institution
from matching.cases.stages import due_now, leaving, responds
from matching.cases.states import ENDS, MACHINE, PROGRESS, State, has_consent
from matching.models import Referral

Refusal = Referral.Refusal

# What no other institution could cure.
_FINAL = (Refusal.NO_DEMAND,)


@transaction.atomic
def referral_advance(*, actor: User, referral: Referral, to: str, approved_amount: int | None = None) -> Referral:
    """Move on to the next stage ``to``; entering 已授信 says the amount in 元. Conflict when it is not the next one."""
    if to not in PROGRESS:
        raise Invalid("请选择下一环节；拒绝和撤回另有按钮。", field="to")
    if (to == State.APPROVED) != (approved_amount is not None and approved_amount > 0):
        raise Invalid("请在批复这一步填写批复金额（大于 0），其他环节不填。", field="approved_amount")
    current = _locked(referral)
    if to == State.ACCEPTED and current.paused_since is not None and wake(actor=actor, referral=current):
        current = _locked(referral)
    amount: dict[str, Any] = {"approved_amount": approved_amount} if approved_amount else {}
    _move(actor, current, to, **amount)
    tell_firm(current, to, f"{current.institution.name}：{labels(current.kind)[to]}", f"需求 {current.need.code}")
    return _refreshed(referral)


@transaction.atomic
def referral_refuse(*, actor: User, referral: Referral, reason: str, note: str = "") -> Referral:
    """Refuse with a reason code, 其他 with a note; the need goes on to the next consented institution, if any."""
    if reason not in Refusal.values:
        raise Invalid("请选择拒绝原因。", field="reason")
    if reason == Refusal.OTHER and not note.strip():
        raise Invalid("选“其他”时请写明原因。", field="note")
    if len(note) > 300:
        raise Invalid(f"说明最多 300 个字，现有 {len(note)} 个。", field="note")
    current, label = _locked(referral), Refusal(reason).label
    _move(actor, current, State.REFUSED, reason=label, refusal=reason, refusal_note=note.strip())
    successor = None if reason in _FINAL else move_on(referral=current)
    then = f"已转给{successor.institution.name}。" if successor else "可另选产品或机构。"
    tell_firm(current, State.REFUSED, f"{current.institution.name}未能承接：{label}", f"{note.strip()} {then}".strip())
    return _refreshed(referral)


@transaction.atomic
def referral_withdraw(*, actor: User, referral: Referral) -> Referral:
    """The firm takes its application back, or declines a grab; possible until the money is paid out."""
    current = _locked(referral)
    _move(actor, current, State.WITHDRAWN, reason="企业撤回")
    tell_institution(current, State.WITHDRAWN, f"企业已撤回 {current.code}")
    return _refreshed(referral)


@transaction.atomic
def referral_pause(*, actor: User, referral: Referral, reason: str) -> Referral:
    """Stop the clock from today while the firm owes what ``reason`` names."""
    current = _locked(referral)
    if not _at_the_desk(actor, current):
        raise NotAllowed("只能办理派给本机构的需求。")
    if not reason.strip() or len(reason) > 200:
        raise Invalid("请写明等企业补什么（200 字以内）。", field="reason")
    if current.state not in PAUSABLE:
        raise Conflict(f"当前为“{labels(current.kind)[current.state]}”，这一环节不能暂停计时。")
    if current.paused_since is not None:
        raise Conflict("已在等待企业补充，计时已停。")
    today = clock.today()
    Referral.objects.filter(pk=current.pk).update(paused_since=today, pause_reason=reason.strip())
    audit.record("referral_pause", actor=actor, obj=current, since=today)
    tell_firm(current, f"pause:{today}", f"{current.institution.name}等您补充材料", reason.strip())
    return _refreshed(referral)


@transaction.atomic
def referral_resume(*, actor: User, referral: Referral) -> Referral:
    """Start the clock again, by either side: the working days in between are added to the day promised."""
    current = _locked(referral)
    own = actor.party_id == current.need.party_id and actor.has_role(Role.FIRM, Role.TALENT)
    if not (own or _at_the_desk(actor, current)):
        raise NotAllowed("只有本机构或企业本单位能恢复计时。")
    if current.state not in PAUSABLE or current.paused_since is None:
        raise Conflict("计时没有暂停，无须恢复。")
    today = clock.today()
    due, since = due_now(current, today), current.paused_since
    Referral.objects.filter(pk=current.pk).update(due_on=due, paused_since=None, pause_reason="")
    audit.record("referral_resume", actor=actor, obj=current, since=since, due_on=due)
    tell_institution(current, f"resume:{today}", f"{current.code} 恢复计时", f"请于 {due} 前办理。")
    return _refreshed(referral)


@transaction.atomic
def referral_paid(*, actor: User, referral: Referral, amount: int) -> Referral:
    """Bring an open referral to 已放款 because a financing of ``amount`` 元 was recorded, through the stages between.

    What has ended or was paid out already stays as it is; so does one whose firm never consented.
    """
    current = _locked(referral)
    if current.state in (*ENDS, State.DISBURSED):
        return referral
    if current.state == State.PENDING and not has_consent(current.need, current.institution_id):
        return referral
    # Staff of an institution above may record for it; the stages then follow from the record, not from them.
    by = actor if _at_the_desk(actor, current) else system_actor("业务登记")
    if current.state == State.PENDING and current.paused_since is not None:
        wake(actor=by, referral=current)
    current = _locked(referral)
    for target in PROGRESS[PROGRESS.index(State(current.state)) + 1 : PROGRESS.index(State.DISBURSED) + 1]:
        extra: dict[str, Any] = {"approved_amount": amount} if target == State.APPROVED else {}
        _move(by, current, target, reason="由业务登记带入", **extra)
        current = _locked(referral)
    tell_firm(current, State.DISBURSED, f"{current.institution.name}：{labels(current.kind)[State.DISBURSED]}")
    return _refreshed(referral)


def _locked(referral: Referral) -> Referral:
    """The referral as it stands, after the lock of its need: the one order in which both are taken."""
    need = lock_need(referral.need)
    found = Referral.objects.select_for_update(of=("self",)).select_related("institution").get(pk=referral.pk)
    found.need = need
    return found


def _refreshed(referral: Referral) -> Referral:
    referral.refresh_from_db()
    return referral


def _move(actor: User, referral: Referral, target: str, *, reason: str = "", **fields: Any) -> None:
    source, due = referral.state, due_now(referral, clock.today())
    MACHINE.move(referral, target, actor=actor, reason=reason, **leaving(referral, target), **fields)
    audit.record("referral_move", actor=actor, obj=referral, code=referral.code, source=source, target=target)
    if responds(source, target):
        post(
            actor=actor,
            kind=RESPONDED,
            source_key=referral.code,
            occurred_on=clock.today(),
            party=referral.need.party,
            organisation=referral.institution,
            fields={
                "kind": referral.kind,
                "answer": labels(referral.kind)[target],
                "within_time": "是" if due is None or clock.today() <= due else "否",
            },
        )


def _at_the_desk(actor: User, referral: Referral) -> bool:
    own = actor.party_id == referral.institution_id and actor.has_role(*BANK_ROLES)
    return own or actor.has_role(Role.SYSTEM)
