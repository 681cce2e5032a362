"""One party on one screen for its officer: facts in short, each need with its tracks and what could come next."""

from dataclasses import dataclass

from accounts.models import Party
from enterprises.models import Need
from enterprises.selectors import consents_of, fact_rows, open_needs
from frontend.parcels import Track, tracks
from frontend.reasons import Reasons
from frontend.suggesting import Suggestions, suggestions
from talents.models import LiaisonOfficer
from talents.selectors import titles_on

BEST = 3
# What an officer wants to know before ringing the bell.
_SHORT = (
    "region",
    "industry",
    "established_on",
    "employees",
    "revenue",
    "debt_ratio",
    "tax_grade",
    "invention_patents",
    "tags",
    "has_prior_loan",
)
UNKNOWN = "未知"


@dataclass(frozen=True)
class Offer:
    """One product that could come next; ``consented`` says whether it may be dispatched now."""

    item: Reasons
    consented: bool
    own_employer: bool


@dataclass(frozen=True)
class NeedCase:
    """One need: its tracks, the best offers, and what keeps most products unclear."""

    need: Need
    tracks: list[Track]
    offers: list[Offer]
    found: Suggestions


def need_cases(party: Party, officer: LiaisonOfficer) -> list[NeedCase]:
    """Every open need of ``party``, newest first."""
    consented = {(consent.need_id, consent.institution_id) for consent in consents_of(party) if consent.live}
    cases = []
    for need in open_needs(party):
        shown = tracks(need, officer.user)
        found = suggestions(need, shown, BEST)
        offers = [_offer(item, need, consented, officer) for item in found.best]
        cases.append(NeedCase(need, shown, offers, found))
    return cases


def short_facts(party: Party) -> list[tuple[str, str]]:
    """(label, value) in the order an officer asks; what nobody said is 未知."""
    if party.kind == Party.Kind.ENTERPRISE:
        rows = {row.field: row for row in fact_rows(party)}
        facts = [(rows[name].label, rows[name].display or UNKNOWN) for name in _SHORT]
        names = [
            f"{role.talent.name}（{role.get_role_display()}）" for role in party.talent_roles.select_related("talent")
        ]
        return [*facts, ("人才", "、".join(names) or "没有登记")]
    titles = titles_on([party.pk]).get(party.pk, [])
    firms = [f"{role.firm.name}（{role.get_role_display()}）" for role in party.firm_roles.select_related("firm")]
    facts = [("称号", "、".join(titles) or UNKNOWN), ("企业", "、".join(firms) or "没有登记")]
    if party.kind == Party.Kind.TEAM:
        facts.append(("承贷人", party.bearer.name if party.bearer else "还没有登记，签约前须由金融办登记"))
    return facts


def _offer(item: Reasons, need: Need, consented: set[tuple[int, int]], officer: LiaisonOfficer) -> Offer:
    institution = item.match.version.product.institution_id or 0
    return Offer(item, (need.pk, institution) in consented, institution == officer.employer_id)
