"""Files that bring in money and cases: financings, balances, other postings, and assignments of officers."""

from matching.imports.assignments import AssignmentImporter
from matching.imports.balances import BalanceImporter
from matching.imports.financings import FinancingImporter
from matching.imports.postings import PostingImporter

__all__ = ["AssignmentImporter", "BalanceImporter", "FinancingImporter", "PostingImporter"]
