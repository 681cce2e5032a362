"""Match results, and the cases that follow: referrals, liaison, financings, first loans."""

from matching.models.financings import Financing
from matching.models.first_loans import FirstLoanClaim, FirstLoanDefinition
from matching.models.liaison import LiaisonAssignment, ServiceLog
from matching.models.previews import PreviewAnswer, WhitelistSnapshot
from matching.models.referrals import Referral
from matching.models.results import SPAN, MatchBlock, MatchProgramme, MatchResult, MatchTally
from matching.models.sweeps import EligibilitySweep

__all__ = [
    "SPAN",
    "EligibilitySweep",
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
    "WhitelistSnapshot",
]
