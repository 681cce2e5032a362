"""What a financing means for the referral it came from."""

from django.utils import timezone

from accounts.models import User
from matching.cases.referrals import referral_paid
from matching.cases.states import ENDS, State
from matching.models import Financing, Referral


def mark_disbursed(*, actor: User, financing: Financing) -> None:
    """Advance the open referral of the financing's need at its institution to 已放款.

    Money paid out before the referral was made (an old record brought in later) does not come from it.
    """
    if financing.need_id is None:
        return
    rows = Referral.objects.filter(need=financing.need, institution=financing.institution, kind=financing.kind)
    referral = rows.exclude(state__in=[*ENDS, State.DISBURSED]).order_by("pk").first()
    if referral is not None and timezone.localtime(referral.dispatched_at).date() <= financing.disbursed_on:
        referral_paid(actor=actor, referral=referral, amount=financing.amount)
