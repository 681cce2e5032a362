"""Match results, and the cases that follow: referrals, liaison, financings, first loans."""

from matching.models.financings import Financing
from matching.models.first_loans import FirstLoanClaim, FirstLoanDefinition
from matching.models.liaison import LiaisonAssignment, ServiceLog
from matching.models.previews import PreviewAnswer
from matching.models.referrals import Referral
from matching.models.results import SPAN, MatchBlock, MatchProgramme, MatchResult, MatchTally

__all__ = [
    "SPAN",
    "Financing",
    "FirstLoanClaim",
    "FirstLoanDefinition",
    "LiaisonAssignment",
    "MatchBlock",
    "MatchProgramme",
    "MatchResult",
    "MatchTally",
    "PreviewAnswer",
    "Referral",
    "ServiceLog",
]
