"""Match results, and the cases that follow: referrals, liaison, financings, first loans."""

from matching.models.financings import Financing
from matching.models.first_loans import FirstLoanClaim, FirstLoanDefinition
from matching.models.liaison import LiaisonAssignment, ServiceLog
from matching.models.referrals import Referral
from matching.models.results import MatchResult

__all__ = [
    "Financing",
    "FirstLoanClaim",
    "FirstLoanDefinition",
    "LiaisonAssignment",
    "MatchResult",
    "Referral",
    "ServiceLog",
]
