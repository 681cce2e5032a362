"""Files that bring in money: financings, balances, and postings of what has no records of its own."""

from matching.imports.balances import BalanceImporter
from matching.imports.financings import FinancingImporter
from matching.imports.postings import PostingImporter

__all__ = ["BalanceImporter", "FinancingImporter", "PostingImporter"]
