"""Consents: given by the party alone, one for each need, institution and purpose; withdrawn with effect at once."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from accounts.models import Grant, Party, Role, User
from accounts.services import grant_end, grant_open
from common import audit, clock
from common.errors import Conflict, Invalid, NotAllowed
from enterprises.models import Consent, Need
from enterprises.recipients import may_receive

# Names the words of :func:`consent_terms`: change one, change the other.
CONSENT_TEXT_VERSION = "2026-2"
MAX_DAYS = 365
REASON = "企业授权"


def consent_terms(institution: Party, days: int = 180, purpose: str = Consent.Purpose.ASSESS) -> tuple[str, ...]:
    """What the party agrees to, sentence by sentence, as the page shows it before it is given."""
    return (
        f"接收方：{institution.name}，用途：{Consent.Purpose(purpose).label}。",
        "可见内容：本单位名称，以及这一项需求的编号、类别、金额、期限、用途、可提供的担保和最晚到账日期。",
        "申请它的产品时，另可看到当时与该产品条件的逐条对照，其中有对照用到的本单位资料"
        "（如所在地、成立时间、营业收入、纳税信用等级、资质或称号）的值；申请页会逐项列出，按申请时的值留存，不随资料更新。",
        "不在内：其他需求、没有列入对照的资料、联系人和证件号码。",
        f"期限：自授权起 {days} 天，到期自动停止。",
        "可随时在“我的授权”撤回，撤回后对方立即不能再查看；不授权不影响查询和比较产品。",
        "本授权不是征信查询授权；查询征信须由机构另行取得书面授权。",
    )


@transaction.atomic
def consent_give(
    *, actor: User, need: Need, institution: Party, days: int = 180, purpose: str = Consent.Purpose.ASSESS
) -> Consent:
    """Let ``institution`` read ``need`` for ``days`` (1 to 365), and open the grant that makes it so.

    NotAllowed unless ``actor`` belongs to the party. Invalid names the form field. Conflict when one is live already or
    the need is not open.
    """
    # Whoever gives for the same need at the same time waits here, then finds the consent.
    current = Need.objects.select_for_update(of=("self",)).select_related("party").get(pk=need.pk)
    _require_own(actor, current)
    _check(current, institution, days, purpose)
    now = clock.now()
    held = Consent.objects.filter(need=current, institution=institution, purpose=purpose, withdrawn_at=None).first()
    if held is not None and held.expires_at > now:
        raise Conflict(_already(institution), field="institution")
    if held is not None:
        _close_lapsed(actor, held)
    expires = now + timedelta(days=days)
    grant = _grant(actor, current, institution, purpose, expires)
    try:
        with transaction.atomic():
            consent = Consent.objects.create(
                need=current,
                institution=institution,
                purpose=purpose,
                text_version=CONSENT_TEXT_VERSION,
                given_by=actor,
                given_at=now,
                expires_at=expires,
                grant=grant,
            )
    except IntegrityError as error:
        raise Conflict(_already(institution), field="institution") from error
    audit.record("consent_give", actor=actor, obj=consent, need=current.code, institution=institution.pk, days=days)
    return consent


@transaction.atomic
def consent_withdraw(*, actor: User, consent: Consent) -> None:
    """End a consent and its grant at once; Conflict when it holds no longer."""
    # The same lock as giving: a new consent waits until the old one is gone.
    need = Need.objects.select_for_update(of=("self",)).get(pk=consent.need_id)
    _require_own(actor, need)
    now = clock.now()
    if not Consent.objects.filter(pk=consent.pk, withdrawn_at=None, expires_at__gt=now).update(withdrawn_at=now):
        raise Conflict("这项授权已经撤回或到期，对方已不能查看。")
    consent.withdrawn_at = now
    grant_end(actor=actor, grant=consent.grant)
    audit.record("consent_withdraw", actor=actor, obj=consent, need=need.code, institution=consent.institution_id)


def _require_own(actor: User, need: Need) -> None:
    """The party's own people only: nobody consents on behalf of another, not even the system."""
    if actor.party_id != need.party_id or not actor.has_role(Role.FIRM, Role.TALENT):
        raise NotAllowed("只有本单位的经办人能办理授权和撤回。")


def _check(need: Need, institution: Party, days: int, purpose: str) -> None:
    if need.state == Need.State.DRAFT:
        raise Conflict(f"需求 {need.code} 还是草稿，请先提交再授权。", field="need")
    if need.state != Need.State.OPEN:
        raise Conflict(f"需求 {need.code} 已结束，不能再授权。", field="need")
    if purpose not in Consent.Purpose.values:
        raise Invalid("请选择授权用途。", field="purpose")
    if not 1 <= days <= MAX_DAYS:
        raise Invalid(f"授权期限应为 1 至 {MAX_DAYS} 天。", field="days")
    if not may_receive(institution):
        raise Invalid(f"“{institution.name}”不是服务本市的机构，不能接收授权，请另选。", field="institution")


def _close_lapsed(actor: User, consent: Consent) -> None:
    """Mark one that ran out as ended on that moment, so that the next can be given. It counts as 已到期."""
    Consent.objects.filter(pk=consent.pk).update(withdrawn_at=consent.expires_at)
    if consent.grant.ended_at is None:
        grant_end(actor=actor, grant=consent.grant)


def _grant(actor: User, need: Need, institution: Party, purpose: str, expires: datetime) -> Grant:
    reason = REASON if purpose == Consent.Purpose.ASSESS else f"{REASON}：{Consent.Purpose(purpose).label}"
    same = Grant.objects.filter(grantee=institution, party_id=need.party_id, need_code=need.code, reason=reason)
    # A grant without a live consent behind it must not lend its own, longer term to this one.
    for stale in same.filter(ended_at=None).order_by("pk"):
        grant_end(actor=actor, grant=stale)
    return grant_open(
        actor=actor, grantee=institution, party=need.party, reason=reason, need_code=need.code, until=expires
    )


def _already(institution: Party) -> str:
    return f"已授权“{institution.name}”查看这项需求，不必重复授权；可在“我的授权”里查看或撤回。"
