"""Writes of referrals; see opening (how they begin), answers (what is done with them) and moving (handing on)."""

from matching.cases.answers import (
    referral_advance,
    referral_paid,
    referral_pause,
    referral_refuse,
    referral_resume,
    referral_withdraw,
)
from matching.cases.moving import lapse_overdue
from matching.cases.opening import referral_create, referral_grab

__all__ = [
    "lapse_overdue",
    "referral_advance",
    "referral_create",
    "referral_grab",
    "referral_paid",
    "referral_pause",
    "referral_refuse",
    "referral_resume",
    "referral_withdraw",
]
