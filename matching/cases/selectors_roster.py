"""Reads of who accompanies whom: officers with their load, parties without an officer, the history of a party."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.models import Party
from common import clock
from enterprises import places
from enterprises.selectors import known_facts
from enterprises.selectors.whitelist import entries_on
from matching.models import LiaisonAssignment
from talents.models import LiaisonOfficer
from talents.selectors import roster

SERVED_KINDS = (Party.Kind.ENTERPRISE, Party.Kind.PERSON, Party.Kind.TEAM)
PROPOSAL_RULE = "在岗、还有余量的里面，余量最大的在前；余量相同的，在服务户数少的在前，再按聘任先后。"


@dataclass(frozen=True)
class Load:
    """An officer in service and how many parties are accompanied."""

    officer: LiaisonOfficer
    active: int

    @property
    def room(self) -> int:
        """How many more can be taken."""
        return max(0, self.officer.capacity - self.active)

    @property
    def full(self) -> bool:
        return not self.room


@dataclass(frozen=True)
class Unaccompanied:
    """A party without an officer: on the list or not, and where and what it is, '' where unknown."""

    party: Party
    listed: bool
    banner: str
    industry: str


def loads() -> list[Load]:
    """Every officer in service with the load of today, by employer and name; one query."""
    counted = roster().annotate(active_now=Count("assignments", filter=Q(assignments__ended_on=None)))
    return [Load(officer, officer.active_now) for officer in counted]


def proposals(loads_: Iterable[Load]) -> list[Load]:
    """Those with room, best first (see PROPOSAL_RULE)."""
    willing = [load for load in loads_ if load.room]
    return sorted(willing, key=lambda load: (-load.room, load.active, load.officer.since, load.officer.pk))


def retired() -> QuerySet[LiaisonOfficer]:
    """Officers no longer or not yet in service, latest first."""
    serving = roster().order_by().values("pk")
    return LiaisonOfficer.objects.exclude(pk__in=serving).select_related("user", "employer").order_by("-until", "-pk")


def history_of(party: Party) -> QuerySet[LiaisonAssignment]:
    """Every assignment of ``party``, latest first."""
    told = party.assignments.select_related("officer__user", "officer__employer", "backup__user", "assigned_by")
    return told.order_by("-started_on", "-pk")


def current_of(party: Party) -> LiaisonAssignment | None:
    """The assignment in force."""
    return history_of(party).filter(ended_on=None).first()


def unaccompanied(*, banner: str = "", industry: str = "", text: str = "") -> list[Unaccompanied]:
    """Parties without an officer, whitelisted first, then by name; three queries whatever their number.

    ``banner`` is a place code (a park counts for the banner that hosts it), ``industry`` a recorded industry, ``text``
    part of a name or a code.
    """
    active = LiaisonAssignment.objects.filter(party_id=OuterRef("pk"), ended_on=None)
    found = Party.objects.filter(~Exists(active), kind__in=SERVED_KINDS)
    if text:
        found = found.filter(Q(name__icontains=text) | Q(uscc__iexact=text) | Q(talent_code__iexact=text))
    listed = Exists(entries_on(clock.today()).filter(party_id=OuterRef("pk")))
    parties = list(found.annotate(listed=listed).order_by("-listed", "name", "pk"))
    known = known_facts([party.pk for party in parties], ("region", "industry"), clock.today())
    rows = [_row(party, known.get(party.pk, {})) for party in parties]
    return [
        row
        for row in rows
        if (not banner or row.banner == places.label(banner)) and (not industry or row.industry == industry)
    ]


def industries_of(rows: Sequence[Unaccompanied]) -> list[str]:
    """Recorded industries among ``rows``, in order."""
    return sorted({row.industry for row in rows if row.industry})


def _row(party: Party, known: dict[str, str]) -> Unaccompanied:
    return Unaccompanied(
        party=party,
        listed=bool(getattr(party, "listed", False)),
        banner=_banner(known.get("region", "")),
        industry=known.get("industry", ""),
    )


def _banner(region: str) -> str:
    place = places.PLACES.get(region)
    if place is None:
        return ""
    around = {region, *places.ancestors(region), *place.hosts}
    return next((places.label(code) for code in places.BANNERS if code in around), "")
