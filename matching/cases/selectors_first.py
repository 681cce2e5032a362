"""What the first-loan desk shows: claims by state, and parties that more than one claim is about."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet

from accounts.models import Party
from accounts.policies import Viewer
from matching.cases.first_loan_checks import Check, checks_of, definition_on, problems_of
from matching.cases.money_policies import claims_visible_to
from matching.cases.states_first import State
from matching.models import FirstLoanClaim, FirstLoanDefinition
from products.rules.evaluate import Verdict

WAITING = (State.DECLARED, State.VERIFYING, State.DOUBTFUL)
YEAR = re.compile(r"[12][0-9]{3}")
_WORST_FIRST = (Verdict.VIOLATED, Verdict.UNKNOWN, Verdict.SATISFIED)


@dataclass(frozen=True)
class Dispute:
    """One party that two or more claims stand for, at least one of them undecided."""

    party: Party
    claims: tuple[FirstLoanClaim, ...]


def counts(user: Viewer) -> dict[State, int]:
    """How many claims ``user`` may read in every state."""
    found = dict(claims_visible_to(user).order_by().values_list("state").annotate(Count("pk")))
    return {state: found.get(state, 0) for state in State}


def waiting(user: Viewer) -> list[FirstLoanClaim]:
    """Claims the office has to decide on, declared ones first, then oldest first."""
    rows = claims_visible_to(user).filter(state__in=WAITING).select_related("declared_by", "decided_by")
    return sorted(rows.order_by("pk"), key=lambda claim: WAITING.index(State(claim.state)))


def confirmed(user: Viewer, year: str = "") -> QuerySet[FirstLoanClaim]:
    """Confirmed claims, latest loan first; ``year`` (four digits) is that of the loan."""
    rows = claims_visible_to(user).filter(state=State.CONFIRMED).order_by("-financing__disbursed_on", "-pk")
    return rows.filter(financing__disbursed_on__year=int(year)) if YEAR.fullmatch(year) else rows


def years_confirmed(user: Viewer) -> list[int]:
    """Years of confirmed loans, latest first."""
    days = claims_visible_to(user).filter(state=State.CONFIRMED).order_by()
    return [day.year for day in days.dates("financing__disbursed_on", "year", order="DESC")]


def conflicts(user: Viewer) -> list[Dispute]:
    """Disputes among the claims ``user`` may read, by party number; a bank alone never sees one with another bank."""
    standing = claims_visible_to(user).filter(state__in=[*WAITING, State.CONFIRMED])
    twice = standing.order_by().values("party_key").annotate(count=Count("pk")).filter(count__gt=1)
    rows: QuerySet[FirstLoanClaim] = standing.filter(party_key__in=twice.values("party_key"))
    groups: dict[str, list[FirstLoanClaim]] = {}
    for claim in rows.order_by("party_id", "pk"):
        groups.setdefault(claim.party_key, []).append(claim)
    return [Dispute(claims[0].party, tuple(claims)) for claims in groups.values()]


def attested_in(source_keys: Iterable[str]) -> dict[str, str]:
    """What the bank attested behind postings of first loans, in words, by source key; one query."""
    numbers = {key: key.partition("/")[0] for key in source_keys}
    claims = FirstLoanClaim.objects.select_related("financing").filter(
        pk__in=[int(number) for number in numbers.values() if number.isdecimal()]
    )
    words = {
        str(claim.pk): f"业务 {claim.financing.serial if claim.financing else ''}；征信查询 {claim.query_on}，"
        f"经办 {claim.operator}；既往记录：{'、'.join(claim.prior_credit_kinds or []) or '无'}"
        for claim in claims.order_by("pk")
    }
    return {key: words[number] for key, number in numbers.items() if number in words}


def definitions() -> QuerySet[FirstLoanDefinition]:
    """Signed definitions, newest first."""
    return FirstLoanDefinition.objects.select_related("signed_by").order_by("-effective_from")


def problems(claim: FirstLoanClaim) -> list[str]:
    """What stands against confirming ``claim`` now, for the desk."""
    day: date | None = claim.financing.disbursed_on if claim.financing else None
    return problems_of(claim, definition_on(day) if day else None)


def checks(claim: FirstLoanClaim) -> list[Check]:
    """The same condition by condition, worst first, with what only the confirmation itself would refuse."""
    day: date | None = claim.financing.disbursed_on if claim.financing else None
    found = [_once(claim), *checks_of(claim, definition_on(day) if day else None)]
    return sorted(found, key=lambda check: _WORST_FIRST.index(check.verdict))


def _once(claim: FirstLoanClaim) -> Check:
    """Once ever, city-wide."""
    label, required = "一户一次", "本市没有确认过"
    rows = FirstLoanClaim.objects.filter(party_key=claim.party_key, state=State.CONFIRMED).exclude(pk=claim.pk)
    other = rows.select_related("institution", "financing").first()
    if other is None or other.institution is None or other.financing is None:
        return Check(label, required, "没有")
    actual = f"{other.institution.name}，{other.financing.disbursed_on} 放款"
    return Check(label, required, actual, Verdict.VIOLATED, f"该主体的首贷已确认（{actual}）")
