"""2021 to 2025 as they would have been reported: quarter by quarter, through the importers, the clock set back."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from django.db import transaction

from accounts.models import User
from accounts.services import system_actor
from common import clock
from common.tabular import Importer
from config.demo.files import import_rows, rows_of
from ledger import quarters
from ledger.quarters import Quarter
from matching.cases.first_loans import (
    definition_sign,
    first_loan_confirm,
    first_loan_doubt,
    first_loan_verify,
)
from matching.cases.selectors_first import problems
from matching.imports import BalanceImporter, FinancingImporter, PostingImporter
from matching.models import FirstLoanClaim, FirstLoanDefinition

FIRST, LAST = Quarter(2021, 1), Quarter(2025, 4)
DEFINITION, SIGNED_ON, IN_FORCE_FROM = "2022-1", date(2021, 12, 28), date(2022, 1, 1)
LOANS = ("流动资金贷款", "固定资产贷款", "经营性贷款", "个人经营性贷款")

# File, the column that dates a line, and what reads it. Loans come before the balances they make up.
FILES: tuple[tuple[str, str, Callable[[], Importer]], ...] = (
    ("postings.csv", "occurred_on", PostingImporter),
    ("financings.csv", "disbursed_on", FinancingImporter),
    ("balances.csv", "month", BalanceImporter),
)


@transaction.atomic
def build() -> None:
    """All five years in one transaction; does nothing when they stand."""
    if FirstLoanDefinition.objects.filter(version=DEFINITION).exists():
        return
    actor = system_actor("演示")
    with clock.at(SIGNED_ON):
        definition_sign(
            actor=actor,
            version=DEFINITION,
            effective_from=IN_FORCE_FROM,
            record_blocks=(*LOANS, "票据贴现"),
            loan_counts=LOANS,
            document="演示：首贷户统计口径（2022年第1版）",
        )
    files = [(_by_quarter(rows_of(name), column), importer) for name, column, importer in FILES]
    for quarter in _quarters():
        with clock.at(quarters.due(quarter).day):
            for rows, importer in files:
                if quarter in rows:
                    import_rows(importer(), rows[quarter])
            _decide_claims(actor)


def _quarters() -> Iterable[Quarter]:
    for year in range(FIRST.year, LAST.year + 1):
        for number in range(1, 5):
            yield Quarter(year, number)


def _by_quarter(rows: Sequence[Mapping[str, str]], column: str) -> dict[Quarter, list[Mapping[str, str]]]:
    """Lines by the quarter they belong to; a month counts by its first day."""
    found: dict[Quarter, list[Mapping[str, str]]] = {}
    for row in rows:
        day = date.fromisoformat(f"{row[column]}-01" if len(row[column]) == len("2021-03") else row[column])
        found.setdefault(quarters.containing(day), []).append(row)
    return found


def _decide_claims(actor: User) -> None:
    """The office checks what banks have claimed: it confirms what the definition holds for, and doubts the rest."""
    claims = FirstLoanClaim.objects.select_related("financing").filter(state=FirstLoanClaim.State.DECLARED)
    for claim in claims.order_by("pk"):
        found = problems(claim)
        first_loan_verify(actor=actor, claim=claim)
        if found:
            first_loan_doubt(actor=actor, claim=claim, problem="；".join(found))
        else:
            first_loan_confirm(actor=actor, claim=claim)
