"""Importers of firms, facts, talents with their roles, whitelist batches and the answers to them."""

from enterprises.imports.enterprises import EnterpriseImporter
from enterprises.imports.facts import FactImporter
from enterprises.imports.feedback import FeedbackImporter
from enterprises.imports.talents import TalentImporter
from enterprises.imports.whitelist import WhitelistImporter

__all__ = ["EnterpriseImporter", "FactImporter", "FeedbackImporter", "TalentImporter", "WhitelistImporter"]
