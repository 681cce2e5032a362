"""Money as it was paid out, guaranteed, insured or invested: recorded once by serial, corrected by reversal only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import Party, User
from common import audit, clock
from common.errors import Conflict, Invalid, Missing, NotAllowed
from common.tabular import Outcome
from enterprises.facts import CATEGORIES, GUARANTEES
from enterprises.models import Need
from journal import services as journal
from journal.models import Posting
from matching.cases.first_loan_doubts import doubt_reversed
from matching.cases.kinds_financings import POSTED_AS
from matching.cases.money_policies import may_record
from matching.cases.referral_money import mark_disbursed
from matching.models import Financing
from products.models import Product, ProductVersion

BORROWERS = (Party.Kind.ENTERPRISE, Party.Kind.PERSON, Party.Kind.TEAM)
MAX_AMOUNT = 10**12


@dataclass(frozen=True)
class Particulars:
    """What else may be said of a financing. Amounts 元, rates basis points, terms months; None = unknown."""

    version: ProductVersion | None = None
    need: Need | None = None
    credit_kind: str = ""
    rate_bp: int | None = None
    fee: int | None = None
    premium: int | None = None
    term_months: int | None = None
    due_on: date | None = None
    guarantees: tuple[str, ...] = ()
    ip_registration_no: str = ""
    related: Financing | None = None


@transaction.atomic
def financing_record(
    *,
    actor: User,
    serial: str,
    institution: Party,
    party: Party,
    kind: str,
    amount: int,
    disbursed_on: date,
    settled_on: date | None = None,
    **particulars: Any,
) -> tuple[Financing, Outcome]:
    """Record one financing and its posting; ``particulars`` are the fields of :class:`Particulars`.

    The same serial of the institution with the same content changes nothing, except that a missing ``settled_on`` is
    added; other content is a Conflict (请先冲正). Raises Invalid or NotAllowed naming the field.
    """
    if not may_record(actor, institution):
        raise NotAllowed("只能录入本机构的业务。", field="institution")
    extra = Particulars(**{**particulars, "guarantees": tuple(particulars.get("guarantees") or ())})
    content = {
        "serial": serial.strip(),
        "institution": institution,
        "party": party,
        "kind": kind,
        "amount": amount,
        "disbursed_on": disbursed_on,
        **_columns(extra),
    }
    _check(content, settled_on)
    known = _known(institution, content["serial"])
    if known is None:
        try:
            return _create(actor, content, settled_on), Outcome.CREATED
        except IntegrityError:
            if (known := _known(institution, content["serial"])) is None:
                raise
    _require_same(known, content)
    return known, _settle(actor, known, settled_on)


@transaction.atomic
def financing_reverse(*, actor: User, financing: Financing, reason: str, on: date, serial: str = "") -> Financing:
    """Enter the opposite of ``financing`` and of its posting; what it proved as a first loan becomes doubtful.

    ``serial`` defaults to the reversed serial with 冲正 behind it. Reversing twice is a Conflict.
    """
    if not may_record(actor, financing.institution):
        raise NotAllowed("只能冲正本机构的业务。")
    if not reason.strip():
        raise Invalid("请填写冲正原因。", field="reason")
    if financing.reversal_of_id is not None:
        raise Conflict("这一笔本身是冲正，不能再冲正；请重新录入一笔。", field="reversal_of")
    if on < financing.disbursed_on or on > clock.today():
        raise Invalid(f"冲正日期应在 {financing.disbursed_on} 与今天之间。", field="disbursed_on")
    values = {field.attname: getattr(financing, field.attname) for field in Financing._meta.concrete_fields}
    values |= {
        "id": None,
        "serial": serial or f"{financing.serial}#冲正"[:60],
        "amount": -financing.amount,
        "disbursed_on": on,
        "settled_on": None,
        "due_on": None,
        "reversal_of_id": financing.pk,
        "recorded_by_id": actor.pk,
        "recorded_at": clock.now(),
    }
    try:
        with transaction.atomic():
            opposite = Financing.objects.create(**values)
    except IntegrityError as error:
        raise Conflict(f"业务 {financing.serial} 已冲正过，或冲正流水号已被使用。", field="reversal_of") from error
    posting = Posting.objects.get(kind=POSTED_AS[financing.kind], source_key=source_key(financing))
    journal.reverse(actor=actor, posting=posting, occurred_on=on, reason=reason)
    doubt_reversed(actor=actor, financing=financing, on=on)
    audit.record("financing_reverse", actor=actor, obj=opposite, serial=financing.serial, reason=reason)
    return opposite


def source_key(financing: Financing) -> str:
    """The posting's source key: numbers do not change when an institution gets another name or code."""
    return f"P{financing.institution_id}/{financing.serial}"


def version_for(code: str, institution: Party, on: date) -> ProductVersion:
    """The version of product ``code`` that was in force on ``on`` (else its first published one)."""
    product = Product.objects.filter(code=code).first()
    if product is None:
        raise Missing(f"没有编号为“{code[:40]}”的产品，请核对；没有对应产品就留空。", field="product")
    if product.origin == Product.Origin.LOCAL and product.institution_id not in (institution.pk, institution.parent_id):
        raise Conflict(f"产品 {code} 不是这家机构的产品，请核对。", field="product")
    published = product.versions.filter(published_at__isnull=False).select_related("product")
    version = published.filter(published_at__date__lte=on).order_by("-published_at").first()
    version = version or published.order_by("published_at").first()
    if version is None:
        raise Conflict(f"产品 {code} 还没有上架过，不能据以办理业务。", field="product")
    return version


def _columns(extra: Particulars) -> dict[str, Any]:
    # asdict would copy the model instances.
    shallow = {name: getattr(extra, name) for name in Particulars.__dataclass_fields__}
    return {**shallow, "guarantees": list(extra.guarantees)}


def _check(content: Mapping[str, Any], settled_on: date | None) -> None:
    institution, party = content["institution"], content["party"]
    faults = (
        ("serial", not content["serial"] or len(content["serial"]) > 60, "请填写业务流水号，最多 60 个字。"),
        ("kind", content["kind"] not in CATEGORIES, f"类别请填：{'、'.join(CATEGORIES)}。"),
        ("institution", institution.kind != Party.Kind.INSTITUTION, f"“{institution.name}”不是金融机构。"),
        ("party_code", party.kind not in BORROWERS, f"“{party.name}”不是企业、人才或团队。"),
        ("amount", not 0 < content["amount"] <= MAX_AMOUNT, "金额应大于 0，且不超过 1 亿万元；冲正请填 reversal_of。"),
        ("guarantees", bool(set(content["guarantees"]) - set(GUARANTEES)), f"担保方式请填：{'、'.join(GUARANTEES)}。"),
    )
    for field, wrong, message in (*faults, *_date_faults(content, settled_on), *_link_faults(content)):
        if wrong:
            raise Invalid(message, field=field)


def _date_faults(content: Mapping[str, Any], settled_on: date | None) -> tuple[tuple[str, bool, str], ...]:
    start, due, today = content["disbursed_on"], content["due_on"], clock.today()
    return (
        ("disbursed_on", start > today, f"发放日期不能晚于今天（{today}）。"),
        ("due_on", due is not None and due < start, f"到期日早于发放日期 {start}，请核对。"),
        ("settled_on", settled_on is not None and settled_on < start, f"结清日期早于发放日期 {start}，请核对。"),
        ("settled_on", settled_on is not None and settled_on > today, f"结清日期不能晚于今天（{today}）。"),
    )


def _link_faults(content: Mapping[str, Any]) -> tuple[tuple[str, bool, str], ...]:
    party, need, related, version = (content[name] for name in ("party", "need", "related", "version"))
    category = version.product.category if version else content["kind"]
    return (
        ("need_code", need is not None and need.party_id != party.pk, "这项需求不是该主体的，请核对需求编号。"),
        ("related_serial", related is not None and related.party_id != party.pk, "关联业务不是同一主体的，请核对。"),
        ("product", category != content["kind"], f"该产品属于“{category}”，与本笔类别“{content['kind']}”不符。"),
    )


def _known(institution: Party, serial: str) -> Financing | None:
    rows = Financing.objects.filter(institution=institution, serial=serial)
    return rows.select_related("institution", "party", "related").first()


@transaction.atomic
def _create(actor: User, content: dict[str, Any], settled_on: date | None) -> Financing:
    financing = Financing.objects.create(**content, settled_on=settled_on, recorded_by=actor, recorded_at=clock.now())
    journal.post(
        actor=actor,
        kind=POSTED_AS[financing.kind],
        source_key=source_key(financing),
        occurred_on=financing.disbursed_on,
        party=financing.party,
        organisation=financing.institution,
        amount=financing.amount,
        fields=_posted_fields(financing),
    )
    mark_disbursed(actor=actor, financing=financing)
    audit.record("financing_record", actor=actor, obj=financing, serial=financing.serial, kind=financing.kind)
    return financing


def _posted_fields(financing: Financing) -> dict[str, Any]:
    version, related = financing.version, financing.related
    fields: dict[str, Any] = {
        "product": version.product.code if version else "",
        "serial": financing.serial,
        "credit_kind": financing.credit_kind,
        "related": related.serial if related else "",
    }
    if financing.kind == "险":
        fields["premium"] = financing.premium
    elif financing.kind != "投":
        fields["ip_registration_no"] = financing.ip_registration_no
    return fields


def _require_same(known: Financing, content: Mapping[str, Any]) -> None:
    """A version not named again is the one recorded; everything else must agree."""
    for name, value in content.items():
        if name == "version" and value is not None and known.version_id is not None:
            differs = value.product_id != ProductVersion.objects.values_list("product", flat=True).get(
                pk=known.version_id
            )
        else:
            differs = getattr(known, name) != value
        if differs:
            label = getattr(Financing._meta.get_field(name), "verbose_name", name)
            raise Conflict(f"业务 {known.serial} 已录入且“{label}”不同，请先冲正，再用新流水号录入。", field="serial")


def _settle(actor: User, known: Financing, settled_on: date | None) -> Outcome:
    if settled_on is None or known.settled_on == settled_on:
        return Outcome.UNCHANGED
    if not Financing.objects.filter(pk=known.pk, settled_on=None).update(settled_on=settled_on):
        raise Conflict(f"业务 {known.serial} 已登记结清日期 {known.settled_on}，请核对。", field="settled_on")
    known.settled_on = settled_on
    audit.record("financing_settle", actor=actor, obj=known, settled_on=settled_on)
    return Outcome.UPDATED
