"""Who did not answer or said no hands the need on, but only to institutions the firm consented to, once each."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Party, User
from accounts.services import system_actor
from common import audit, clock
from common.errors import Conflict
from enterprises import selectors as enterprises
from enterprises.models import Consent, Need
from journal.models import Posting
from matching.cases.clock import deadline
from matching.cases.kinds_referrals import DISPATCHED
from matching.cases.opening import (
    AWAITING_CONSENT,
    Channel,
    dispatch,
    kind_of,
    lock_need,
    open_referral,
    tell_firm,
    tell_institution,
)
from matching.cases.stages import leaving
from matching.cases.states import MACHINE, State, has_consent
from matching.models import Referral
from matching.selectors import match_subject
from products.models import Product, ProductVersion
from products.selectors import listed_versions


def lapse_overdue(*, actor: User, today: date | None = None) -> int:
    """End pending referrals whose day is past and hand their needs on; how many. Each is a transaction of its own.

    Repeating does nothing more. Those whose firm has consented in the meantime are started first.
    """
    day = today or clock.today()
    pending = Referral.objects.filter(state=State.PENDING).order_by("pk")
    for waiting in pending.filter(paused_since__isnull=False):
        wake(actor=actor, referral=waiting)
    overdue = pending.filter(paused_since=None, due_on__lt=day)
    return sum(_lapse(actor, number) for number in overdue.values_list("pk", flat=True))


@transaction.atomic
def wake(*, actor: User, referral: Referral) -> bool:
    """Start the clock of a referral that waited for consent, from the day it was given; False when there is none."""
    need = lock_need(referral.need)
    consent = _consents(need).filter(institution_id=referral.institution_id).first()
    if consent is None:
        return False
    since = timezone.localtime(consent.given_at).date()
    started: dict[str, Any] = {
        "stage_since": since,
        "due_on": deadline(State.PENDING, since),
        "paused_since": None,
        "pause_reason": "",
    }
    first = not Posting.objects.filter(kind=DISPATCHED, source_key=referral.code).exists()
    if first:
        started["dispatched_at"] = consent.given_at
    still = Referral.objects.filter(pk=referral.pk, state=State.PENDING, paused_since__isnull=False)
    if not still.update(**started):
        return False
    referral.refresh_from_db()
    if first:
        dispatch(actor=actor, referral=referral)
    return True


def move_on(*, referral: Referral) -> Referral | None:
    """Hand the need of an ended ``referral`` to the next consented institution that never had it; None without one."""
    need = lock_need(referral.need)
    had = set(need.referrals.order_by().values_list("institution_id", flat=True))
    willing = [consent.institution for consent in _consents(need) if consent.institution_id not in had]
    if need.state != Need.State.OPEN or not willing:
        return None
    institution, version = _best(need, willing)
    # Neither institution acts here: the one that ends must not even be named to the next.
    return open_referral(
        actor=system_actor("转派"),
        need=need,
        institution=institution,
        version=version,
        channel=Channel.DISPATCHED,
        kind=kind_of(need, institution),
        moved_from=referral,
    )


@transaction.atomic
def _lapse(actor: User, number: int) -> int:
    found = Referral.objects.select_related("need__party", "institution").get(pk=number)
    need = lock_need(found.need)
    if not has_consent(need, found.institution_id):
        # The firm took its consent back: the institution cannot answer, so it is not late.
        return _hold(found)
    try:
        MACHINE.move(found, State.LAPSED, actor=actor, reason="超过响应时限", **leaving(found, State.LAPSED))
    except Conflict:
        # Answered in the last moment.
        return 0
    audit.record("referral_lapse", actor=actor, obj=found, code=found.code)
    successor = move_on(referral=found)
    next_step = f"已转给{successor.institution.name}。" if successor else "请在“我的授权”里另选机构。"
    tell_firm(found, "lapsed", f"{found.institution.name}超过时限未答复", next_step)
    tell_institution(found, "lapsed", f"需求 {found.code} 超过时限，已转派")
    return 1


def _hold(referral: Referral) -> int:
    standing = Referral.objects.filter(pk=referral.pk, state=State.PENDING, paused_since=None)
    standing.update(paused_since=clock.today(), pause_reason=AWAITING_CONSENT)
    return 0


def _consents(need: Need) -> QuerySet[Consent]:
    return enterprises.live_consents(need).filter(purpose=Consent.Purpose.ASSESS)


def _best(need: Need, institutions: list[Party]) -> tuple[Party, ProductVersion | None]:
    """The institution whose listed product fits best; without any, the one consented first."""
    by_number = {institution.pk: institution for institution in institutions}
    on_offer = listed_versions().filter(
        product__institution_id__in=by_number,
        product__origin=Product.Origin.LOCAL,
        product__category__in=need.kinds,
    )
    matches = match_subject(enterprises.subject_of(need.party, need), on_offer, seed=need.code)
    if not matches:
        return institutions[0], None
    version = matches[0].version
    return by_number[version.product.institution_id or 0], version
