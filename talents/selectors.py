"""Reads of talents, whose titles come set-based as they hold on a day, and of the roster of officers."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from accounts.models import Party, User
from common import clock
from talents.models import BARE_TITLE, TITLES, LiaisonOfficer, TalentTitle, TeamMember
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


def titled_on_own_day(pairs: Collection[tuple[int, date]]) -> dict[tuple[int, date], bool | None]:
    """Whether each (party id, day) held one of the five titles; None where its level or first day is not known."""
    rows = TalentTitle.objects.filter(party_id__in={party for party, _ in pairs}).order_by("pk")
    held: dict[int, list[TalentTitle]] = defaultdict(list)
    for title in rows:
        held[title.party_id].append(title)
    found = {}
    for party, day in pairs:
        answers = {_held(title, day) for title in held[party]}
        found[party, day] = True if True in answers else None if None in answers else False
    return found


def _held(title: TalentTitle, day: date) -> bool | None:
    """The batch names the year of the award and not its day: within that year nobody can tell."""
    named = effective(title.title, title.level)
    if named not in (*TITLES, BARE_TITLE) or (title.valid_to is not None and title.valid_to < day):
        return False
    year = re.search(r"(?:19|20)[0-9]{2}", title.batch)
    if year and int(year[0]) > day.year:
        return False
    return True if named != BARE_TITLE and year and int(year[0]) < day.year else None


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


def everybody_on_roster() -> QuerySet[LiaisonOfficer]:
    """Officers in service, past and to come, with user and employer; for the finance office."""
    return LiaisonOfficer.objects.select_related("user", "employer").order_by("pk")


def ending_soon(days: int) -> QuerySet[LiaisonOfficer]:
    """Officers in service whose appointment ends within ``days`` from today, the earliest first."""
    return roster().filter(until__lte=clock.today() + timedelta(days=days)).order_by("until", "pk")


def officer_of(user: User) -> LiaisonOfficer | None:
    """The officer ``user`` serves as today; None before, after or without an appointment."""
    return roster().filter(user=user).first()
