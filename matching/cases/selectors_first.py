"""What the first-loan desk shows: claims by state, and parties that more than one claim is about."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet

from accounts.models import Party
from accounts.policies import Viewer
from matching.cases.first_loans import definition_on, problems_of
from matching.cases.money_policies import claims_visible_to
from matching.cases.states_first import State
from matching.models import FirstLoanClaim, FirstLoanDefinition

WAITING = (State.DECLARED, State.VERIFYING, State.DOUBTFUL)


@dataclass(frozen=True)
class Dispute:
    """One party that two or more claims stand for, at least one of them undecided."""

    party: Party
    claims: tuple[FirstLoanClaim, ...]


def desk(user: Viewer) -> dict[State, list[FirstLoanClaim]]:
    """Claims ``user`` may read by state, every state present, oldest first."""
    found: dict[State, list[FirstLoanClaim]] = {state: [] for state in State}
    for claim in claims_visible_to(user).order_by("pk"):
        found[State(claim.state)].append(claim)
    return found


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
