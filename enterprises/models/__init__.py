"""Firms, their dated facts, talent roles, whitelist batches and needs."""

from enterprises.models.consents import Consent
from enterprises.models.needs import Need
from enterprises.models.profiles import EnterpriseProfile, Fact, TalentRole
from enterprises.models.whitelist import WhitelistBatch, WhitelistEntry, WhitelistFeedback, WhitelistPush

__all__ = [
    "Consent",
    "EnterpriseProfile",
    "Fact",
    "Need",
    "TalentRole",
    "WhitelistBatch",
    "WhitelistEntry",
    "WhitelistFeedback",
    "WhitelistPush",
]
