"""Referrals end with their need: whoever closes it takes every open application back."""

from accounts.models import User
from common import audit
from enterprises.models import Need
from matching.cases.opening import tell_institution
from matching.cases.stages import leaving
from matching.cases.states import MACHINE, REVOCABLE, State
from matching.models import Referral

_REASON_LENGTH = 500


def end_referrals(actor: User, need: Need, reason: str) -> None:
    """Withdraw the open referrals of a need just closed (and locked); paid-out ones run on with their loan."""
    open_ones = Referral.objects.select_for_update(of=("self",)).filter(need=need, state__in=REVOCABLE)
    for referral in open_ones.select_related("need__party", "institution").order_by("pk"):
        said = f"需求已结束：{reason}" if reason else "需求已结束"
        source = referral.state
        MACHINE.move(
            referral,
            State.WITHDRAWN,
            actor=actor,
            reason=said[:_REASON_LENGTH],
            **leaving(referral, State.WITHDRAWN),
        )
        audit.record(
            "referral_move", actor=actor, obj=referral, code=referral.code, source=source, target=State.WITHDRAWN
        )
        tell_institution(referral, State.WITHDRAWN, f"需求已结束，{referral.code} 不必再办", "企业结束了这项需求。")
