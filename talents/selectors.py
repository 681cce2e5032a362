"""Reads of talents, whose titles come set-based as they hold on a day, and of the roster of officers."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from accounts.models import Party, User
from common import clock
from talents.models import LiaisonOfficer, TalentTitle, TeamMember
from talents.titles import effective


def talents() -> QuerySet[Party]:
    """Every person and team with a talent profile, by code."""
    return Party.objects.filter(talent__isnull=False).select_related("talent").order_by("talent_code")


def talent_by_code(code: str) -> Party | None:
    """The person or team with that talent code."""
    return Party.objects.filter(talent_code=code, kind__in=[Party.Kind.PERSON, Party.Kind.TEAM]).first()


def titles_on(party_ids: Iterable[int] | None, on: date | None = None) -> dict[int, list[str]]:
    """Titles in force on ``on`` (today) by party id (None: everybody's), with their level where known; one query."""
    day = on or clock.today()
    rows = TalentTitle.objects.filter(Q(valid_to=None) | Q(valid_to__gte=day))
    if party_ids is not None:
        rows = rows.filter(party_id__in=set(party_ids))
    held: dict[int, list[str]] = defaultdict(list)
    for party_id, title, level in rows.order_by("party_id", "pk").values_list("party_id", "title", "level"):
        held[party_id].append(effective(title, level))
    return dict(held)


def members_of(team: Party, on: date | None = None) -> QuerySet[TeamMember]:
    """Members of ``team`` on ``on`` (today), leader first."""
    day = on or clock.today()
    return (
        team.members.filter(Q(joined_on=None) | Q(joined_on__lte=day))
        .filter(Q(left_on=None) | Q(left_on__gt=day))
        .select_related("person")
        .order_by("-leads", "pk")
    )


def roster() -> QuerySet[LiaisonOfficer]:
    """Officers in service today whose account is active, with user and employer, by employer and name."""
    day = clock.today()
    return (
        LiaisonOfficer.objects.filter(Q(until=None) | Q(until__gte=day), active=True, since__lte=day)
        .filter(user__is_active=True)
        .select_related("user", "employer")
        .order_by("employer__name", "user__display_name", "pk")
    )


def officer_of(user: User) -> LiaisonOfficer | None:
    """The officer ``user`` serves as today; None before, after or without an appointment."""
    return roster().filter(user=user).first()
