"""What one press of a button does on both sides: consent with the application it is for, money with its claim."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from accounts.erasures import stays
from accounts.models import Party, User
from common.errors import Conflict, Invalid
from enterprises.models import Need
from enterprises.services import consent_give
from matching.cases.financings import financing_record
from matching.cases.first_loans import first_loan_claim
from matching.cases.moving import wake
from matching.cases.opening import Channel, referral_create
from matching.cases.states import State, has_consent
from matching.models import Financing, Referral
from products.models import ProductVersion


@dataclass(frozen=True)
class Attestation:
    """What the bank found in the credit report before a first loan; no kinds = nothing found."""

    query_on: date
    operator: str
    prior_credit_kinds: Sequence[str]


@transaction.atomic
def apply_to(
    *, actor: User, need: Need, version: ProductVersion, agreed: bool, days: int = 180
) -> tuple[Referral, Party]:
    """The firm consents to the product's institution (unless it has) and applies for it: both or neither."""
    institution = version.product.institution
    if institution is None:
        raise Invalid("这个产品没有载明机构，不能在线申请。", field="version")
    # Before the need, which the consent locks: whoever erases takes them in this order.
    stays(need.party_id)
    if not has_consent(need, institution.pk):
        _require_agreed(agreed, institution)
        consent_give(actor=actor, need=need, institution=institution, days=days)
    referral = referral_create(actor=actor, need=need, institution=institution, version=version, channel=Channel.CHOSEN)
    return referral, institution


@transaction.atomic
def answer_request(*, actor: User, referral: Referral, agreed: bool, days: int = 180) -> Referral:
    """The firm lets an institution that asked for its need see it; the institution's clock starts now."""
    if referral.state != State.PENDING or referral.paused_since is None:
        raise Conflict("这条请求已经处理过，或机构已撤回，请刷新后再看。")
    _require_agreed(agreed, referral.institution)
    consent_give(actor=actor, need=referral.need, institution=referral.institution, days=days)
    wake(actor=actor, referral=referral)
    return referral


@transaction.atomic
def disbursement_record(*, actor: User, referral: Referral, attested: Attestation | None, **content: Any) -> Financing:
    """Record the money of ``referral`` with the institution's first-loan claim: both or neither."""
    financing, _ = financing_record(
        actor=actor,
        institution=referral.institution,
        party=referral.need.party,
        need=referral.need,
        version=referral.version,
        kind=referral.kind,
        **content,
    )
    if attested is not None:
        first_loan_claim(
            actor=actor,
            financing=financing,
            query_on=attested.query_on,
            operator=attested.operator,
            prior_credit_kinds=attested.prior_credit_kinds,
        )
    return financing


def _require_agreed(agreed: bool, institution: Party) -> None:
    if not agreed:
        raise Invalid(f"请先勾选同意：未经授权，{institution.name}看不到贵单位是谁，无法办理。", field="agreed")
