"""How a referral begins: chosen by the firm, dispatched by office or officer, grabbed from the masked pool."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import get_random_string

from accounts.erasures import stays
from accounts.models import Party, Role, User
from accounts.policies import BANK_ROLES
from accounts.selectors import users_of
from accounts.services import notify
from accounts.webhooks.endpoints import emit
from common import audit, clock
from common.errors import Conflict, Invalid, Missing, NotAllowed
from enterprises import selectors as enterprises
from enterprises.models import Need
from enterprises.recipients import may_receive
from journal.services import post
from matching.cases.clock import deadline
from matching.cases.kinds_referrals import DISPATCHED
from matching.cases.policies import can
from matching.cases.states import State, has_consent
from matching.models import Referral
from matching.selectors import explain_product
from products import selectors as products
from products.models import InstitutionProfile, Product, ProductVersion

Channel = Referral.Channel

AWAITING_CONSENT = "等企业授权"
# What an institution offers where no product was named.
_OFFERS = {"银行": "贷", "担保": "保", "保险": "险", "基金": "投", "其他": "租"}
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


@transaction.atomic
def referral_create(
    *, actor: User, need: Need, institution: Party, version: ProductVersion | None = None, channel: str
) -> Referral:
    """Put ``need`` before ``institution``, ``chosen`` by its party or ``dispatched`` by office or officer.

    NotAllowed without a live consent of that institution; Invalid for a product that cannot be applied for; Conflict
    when one is open already or the need is not open.
    """
    if channel not in (Channel.CHOSEN, Channel.DISPATCHED):
        raise Invalid("请选择企业自选或派单；抢单从抢单池办理。", field="channel")
    if not can(actor, "choose" if channel == Channel.CHOSEN else "dispatch", need):
        raise NotAllowed("企业只能为本单位的需求提出申请；派单由金融办或这一户的特派员办理。")
    stays(need.party_id)
    current = lock_need(need)
    _require_open(current, institution)
    if version is not None:
        _require_on_offer(current, institution, version)
    if not has_consent(current, institution.pk):
        raise NotAllowed(f"企业尚未授权“{institution.name}”查看这项需求，请企业先在“我的授权”里授权。")
    return open_referral(actor=actor, need=current, institution=institution, version=version, channel=channel)


@transaction.atomic
def referral_grab(*, actor: User, need_code: str, institution: Party) -> Referral:
    """Ask for a need of the masked pool; the clock starts when the firm consents, and nothing is shown before."""
    if not can(actor, "grab", institution):
        raise NotAllowed("只能为本机构抢单。")
    need = enterprises.need_by_code(need_code)
    if need is None or not _grabbable(need, institution):
        raise Missing("抢单池里没有这项需求，可能已结束，请刷新后另选。")
    stays(need.party_id)
    current = lock_need(need)
    _require_open(current, institution)
    if current.referrals.filter(institution=institution, channel=Channel.GRABBED, state=State.WITHDRAWN).exists():
        raise Conflict("企业已谢绝本机构对这项需求的请求，不能再次抢单。")
    return open_referral(actor=actor, need=current, institution=institution, version=None, channel=Channel.GRABBED)


def open_referral(
    *,
    actor: User,
    need: Need,
    institution: Party,
    version: ProductVersion | None,
    channel: str,
    kind: str = "",
    moved_from: Referral | None = None,
) -> Referral:
    """Write the referral, its posting and its messages; the caller has checked who and whether, and locked the need."""
    today, consented = clock.today(), has_consent(need, institution.pk)
    try:
        with transaction.atomic():
            referral = Referral.objects.create(
                code=f"R{today:%Y%m%d}-{get_random_string(6, _ALPHABET)}",
                need=need,
                institution=institution,
                version=version,
                kind=version.product.category if version else kind or kind_of(need, institution),
                channel=channel,
                reasons=_evidence(need, version) if version else [],
                programme_hash=products.programme_hash() if version else "",
                moved_from=moved_from,
                created_by=actor,
                dispatched_at=clock.now(),
                stage_since=today,
                due_on=deadline(State.PENDING, today) if consented else None,
                paused_since=None if consented else today,
                pause_reason="" if consented else AWAITING_CONSENT,
            )
    except IntegrityError as error:
        raise Conflict(f"这项需求已在“{institution.name}”办理中，不必重复提出。", field="institution") from error
    audit.record("referral_open", actor=actor, obj=referral, code=referral.code, channel=channel)
    if consented:
        dispatch(actor=actor, referral=referral)
    else:
        tell_firm(referral, "grabbed", f"{institution.name}希望了解您的需求", "授权后对方才能看到贵单位是谁。")
    return referral


def dispatch(*, actor: User, referral: Referral) -> None:
    """Post that the institution has the need since ``dispatched_at``, and tell its people."""
    post(
        actor=actor,
        kind=DISPATCHED,
        source_key=referral.code,
        occurred_on=timezone.localtime(referral.dispatched_at).date(),
        party=referral.need.party,
        organisation=referral.institution,
        fields={"kind": referral.kind, "channel": Channel(referral.channel).label},
    )
    due: date | None = referral.due_on
    until = f"请于 {due:%Y-%m-%d} 前答复。" if due else ""
    tell_institution(referral, "dispatched", f"新的融资需求 {referral.code}", until)


_AS_TOLD = {"resume": "resumed"}


def tell_firm(referral: Referral, event: str, title: str, body: str = "") -> None:
    """One message to the party's people, once per event."""
    people = users_of(referral.need.party, Role.FIRM, Role.TALENT)
    notify(users=people, key=f"referral:{referral.code}:{event}", title=title, body=body, path=path_of(referral))


def tell_institution(referral: Referral, event: str, title: str, body: str = "") -> None:
    """One message to the institution's people, once per event."""
    people = users_of(referral.institution, *BANK_ROLES)
    notify(users=people, key=f"referral:{referral.code}:{event}", title=title, body=body, path=path_of(referral))
    stage = event.partition(":")[0]
    due = referral.due_on.isoformat() if referral.due_on else None
    told = {"referral": referral.code, "state": referral.state, "due_on": due}
    emit(referral.institution, f"referral.{_AS_TOLD.get(stage, stage)}", told)


def path_of(referral: Referral) -> str:
    """The page on which a referral is dealt with, for either side."""
    return f"/referrals/{referral.code}/"


def lock_need(need: Need) -> Need:
    """The need as it stands, locked: consents, referrals and closing of one need wait for each other."""
    return Need.objects.select_for_update(of=("self",)).select_related("party").get(pk=need.pk)


def kind_of(need: Need, institution: Party) -> str:
    """Which of the kinds ``need`` looks for that institution would answer."""
    profile = InstitutionProfile.objects.filter(party=institution).first()
    offered = _OFFERS[profile.kind] if profile else ""
    return offered if offered in need.kinds else str(need.kinds[0])


def _grabbable(need: Need, institution: Party) -> bool:
    """In the pool, or consented already and so no longer masked."""
    if need.state == Need.State.OPEN and has_consent(need, institution.pk):
        return True
    return any(masked.code == need.code for masked in enterprises.open_pool(institution))


def _require_open(need: Need, institution: Party) -> None:
    if need.state != Need.State.OPEN:
        raise Conflict(f"需求 {need.code} 未提交或已结束，不能派单。", field="need")
    if not may_receive(institution):
        raise Invalid(f"“{institution.name}”不是服务本市的机构，请另选。", field="institution")


def _require_on_offer(need: Need, institution: Party, version: ProductVersion) -> None:
    product = version.product
    if product.origin != Product.Origin.LOCAL:
        raise Invalid("参考产品由公开资料整理，不能申请，请选本地机构的产品。", field="version")
    if product.institution_id != institution.pk:
        raise Invalid("所选产品不是这家机构的，请核对。", field="version")
    if version.state != ProductVersion.State.LISTED:
        raise Conflict("这个产品已暂停或下架，请另选产品。", field="version")
    if product.category not in need.kinds:
        raise Invalid(f"需求类别为{'、'.join(need.kinds)}，与产品类别“{product.category}”不符。", field="version")


def _evidence(need: Need, version: ProductVersion) -> list[dict[str, Any]]:
    """Every rule with its verdict as it stands now; dates as ISO text."""
    match = explain_product(enterprises.subject_of(need.party, need), version)
    return [
        {
            "code": result.code,
            "label": result.label,
            "verdict": result.verdict.value,
            "required": result.required,
            "actual": result.actual,
            "missing": [item.label for item in result.missing],
            "where": [item.where for item in result.missing],
            "gap": result.gap,
            "from_date": result.from_date.isoformat() if result.from_date else None,
        }
        for result in match.results
    ]
