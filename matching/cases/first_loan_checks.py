"""A claim against a signed definition, condition by condition. Unknown is never no."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from matching.cases.credit_kinds import covered
from matching.models import Financing, FirstLoanClaim, FirstLoanDefinition
from products.rules.evaluate import Verdict


@dataclass(frozen=True)
class Check:
    """One condition; ``problem`` says what stands against confirming, empty when nothing does."""

    label: str
    required: str
    actual: str
    verdict: Verdict = Verdict.SATISFIED
    problem: str = ""


def definition_on(day: date) -> FirstLoanDefinition | None:
    """The definition in force on ``day``: the newest one effective by then."""
    rows = FirstLoanDefinition.objects.filter(Q(effective_to=None) | Q(effective_to__gte=day), effective_from__lte=day)
    return rows.order_by("-effective_from").first()


def checks_of(claim: FirstLoanClaim, definition: FirstLoanDefinition | None) -> list[Check]:
    """Every condition of ``definition`` for ``claim``; where nothing can be compared, the one that says why."""
    financing = claim.financing
    if financing is None or claim.query_on is None:
        return [_unknown("银行申报", "放款和征信查询记录", "还没有", "尚无银行申报的放款和查询记录")]
    if Financing.objects.filter(reversal_of=financing).exists():
        return [_against("放款有效", "未冲正", "已冲正", f"放款 {financing.serial} 已冲正")]
    if definition is None:
        return [_unknown("口径", "已签发", "没有", f"{financing.disbursed_on} 没有已签发的首贷口径")]
    return list(_compared(claim, financing, claim.query_on, definition))


def problems_of(claim: FirstLoanClaim, definition: FirstLoanDefinition | None) -> list[str]:
    """Why ``claim`` does not meet ``definition`` (Chinese phrases); empty when it does."""
    return [check.problem for check in checks_of(claim, definition) if check.problem]


def _compared(
    claim: FirstLoanClaim, financing: Financing, query_on: date, definition: FirstLoanDefinition
) -> Iterator[Check]:
    kind, kinds = financing.credit_kind or "未填", "、".join(definition.loan_counts)
    counted = covered(financing.credit_kind, definition.loan_counts)
    strange = f"业务品种“{kind}”不在口径 {definition.version} 计入的品种内"
    yield Check("业务品种", kinds, kind) if counted else _against("业务品种", kinds, kind, strange)
    yield _prior(claim, definition)
    age, days = (financing.disbursed_on - query_on).days, definition.query_within_days
    required, actual = f"放款前 {days} 天以内", f"{query_on}，放款前 {age} 天"
    old = f"征信查询早于放款 {age} 天，口径要求 {days} 天以内"
    yield Check("征信查询", required, actual) if age <= days else _against("征信查询", required, actual, old)
    earlier = _earlier_loan(financing, definition)
    found = f"{earlier.disbursed_on} 放款" if earlier else "没有"
    known = f"本平台已记有更早的放款（{earlier.disbursed_on}）" if earlier else ""
    yield _against("更早的放款", "没有", found, known) if earlier else Check("更早的放款", "没有", found)


def _prior(claim: FirstLoanClaim, definition: FirstLoanDefinition) -> Check:
    """What the credit report showed before the loan."""
    label, required = "既往记录", f"没有{'、'.join(definition.record_blocks)}"
    if claim.prior_credit_kinds is None:
        return _unknown(label, required, "未说明", "未说明放款前的信贷记录")
    actual = "、".join(claim.prior_credit_kinds) or "经查询没有"
    blocking = [kind for kind in claim.prior_credit_kinds if covered(kind, definition.record_blocks)]
    if blocking:
        return _against(label, required, actual, f"放款前已有：{'、'.join(blocking)}")
    return Check(label, required, actual)


def _against(label: str, required: str, actual: str, problem: str) -> Check:
    return Check(label, required, actual, Verdict.VIOLATED, problem)


def _unknown(label: str, required: str, actual: str, problem: str) -> Check:
    return Check(label, required, actual, Verdict.UNKNOWN, problem)


def _earlier_loan(financing: Financing, definition: FirstLoanDefinition) -> Financing | None:
    """A disqualifying loan of the same party, at any lender, disbursed before and not reversed."""
    rows = Financing.objects.filter(
        party_id=financing.party_id,
        kind="贷",
        disbursed_on__lt=financing.disbursed_on,
        reversal_of=None,
        reversed_by=None,
    )
    for loan in rows.order_by("disbursed_on", "pk"):
        # A loan whose kind nobody wrote down may well be a disqualifying one.
        if not loan.credit_kind or covered(loan.credit_kind, definition.record_blocks):
            return loan
    return None
