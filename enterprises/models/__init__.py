"""Firms, their dated facts, talent roles, whitelist batches and needs."""

from enterprises.models.needs import Need
from enterprises.models.profiles import EnterpriseProfile, Fact, TalentRole
from enterprises.models.whitelist import WhitelistBatch, WhitelistEntry

__all__ = [
    "EnterpriseProfile",
    "Fact",
    "Need",
    "TalentRole",
    "WhitelistBatch",
    "WhitelistEntry",
]
