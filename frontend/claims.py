"""First-loan claims as the desk shows them: each with its conditions, and two claims of one party side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import User
from enterprises import places
from enterprises.selectors import regions_of
from matching.cases.first_loan_checks import Check
from matching.cases.selectors_first import Dispute, checks, confirmed, conflicts, waiting
from matching.cases.states_first import State
from matching.models import FirstLoanClaim
from products.rules.evaluate import Verdict

NOWHERE = "未说明"
_HEADINGS = {Verdict.SATISFIED: "符合口径", Verdict.UNKNOWN: "缺资料", Verdict.VIOLATED: "不符合口径"}


@dataclass(frozen=True)
class Judged:
    """One claim with its conditions, worst first."""

    claim: FirstLoanClaim
    checks: list[Check]
    own_check: bool

    @property
    def verdict(self) -> Verdict:
        return self.checks[0].verdict

    @property
    def heading(self) -> str:
        return _HEADINGS[self.verdict]

    @property
    def against(self) -> list[Check]:
        return [check for check in self.checks if check.problem]

    @property
    def met(self) -> list[Check]:
        return [check for check in self.checks if not check.problem]


@dataclass(frozen=True)
class Sides:
    """A dispute: claims side by side, ``rows`` of (label, values, whether they differ)."""

    dispute: Dispute
    claims: list[Judged]
    rows: list[tuple[str, list[str], bool]]


def judged(claims: Sequence[FirstLoanClaim], user: User) -> list[Judged]:
    """Claims with their conditions; ``own_check`` where ``user`` checked and so may not confirm."""
    return [_judged(claim, user) for claim in claims]


def waiting_claims(user: User) -> list[FirstLoanClaim]:
    """Claims to decide on that are in no dispute; those are settled first."""
    disputed = {claim.pk for dispute in conflicts(user) for claim in dispute.claims}
    return [claim for claim in waiting(user) if claim.pk not in disputed]


def sides(user: User) -> list[Sides]:
    """Every dispute, side by side."""
    found = []
    for dispute in conflicts(user):
        claims = [_judged(claim, user) for claim in dispute.claims]
        told = [_told(item.claim) for item in claims]
        rows = [(label, [side[label] for side in told], len({side[label] for side in told}) > 1) for label in told[0]]
        found.append(Sides(dispute, claims, rows))
    return found


def confirmed_in(user: User, year: str, banner: str) -> tuple[list[tuple[int, str]], list[str]]:
    """(claim number, banner) of confirmed claims, narrowed, latest first; and every banner among those of the year."""
    rows = list(confirmed(user, year).values_list("pk", "party_id"))
    regions = regions_of([party for _, party in rows])
    placed = [(number, places.label(regions[party]) if party in regions else NOWHERE) for number, party in rows]
    return [row for row in placed if banner in ("", row[1])], sorted({place for _, place in placed})


def claims_by_number(user: User, numbers: Sequence[int]) -> dict[int, FirstLoanClaim]:
    """Confirmed claims by number."""
    return confirmed(user).in_bulk(numbers)


def _judged(claim: FirstLoanClaim, user: User) -> Judged:
    return Judged(claim, checks(claim), claim.state == State.VERIFYING and claim.decided_by_id == user.pk)


def _told(claim: FirstLoanClaim) -> dict[str, str]:
    financing, prior = claim.financing, claim.prior_credit_kinds
    return {
        "放款日期": financing.disbursed_on.isoformat() if financing else "—",
        "金额": f"{financing.amount // 10_000:,} 万元" if financing else "—",
        "业务品种": (financing.credit_kind if financing else "") or "未填",
        "征信查询": claim.query_on.isoformat() if claim.query_on else "未填",
        "查询经办": claim.operator or "未填",
        "既往记录": "未说明" if prior is None else "、".join(prior) or "经查询没有",
        "状态": str(claim.get_state_display()),
    }
