"""Importers of firms, facts, talents with their roles, and whitelist batches."""

from enterprises.imports.enterprises import EnterpriseImporter
from enterprises.imports.facts import FactImporter
from enterprises.imports.talents import TalentImporter
from enterprises.imports.whitelist import WhitelistImporter

__all__ = ["EnterpriseImporter", "FactImporter", "TalentImporter", "WhitelistImporter"]
