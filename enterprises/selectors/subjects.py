"""What is known of a party and its need on one day, as the typed values rules read. Always set-based."""

from collections import defaultdict
from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db.models import Q

from accounts.models import Party
from common import clock
from enterprises import places
from enterprises.fact_cells import ESTABLISHED, REGION
from enterprises.facts import FIELDS, Owner, SetValue, Subject, Value
from enterprises.models import Fact, Need, TalentRole, WhitelistBatch
from enterprises.selectors.facts import expiry_note, has_expired, latest_facts
from enterprises.selectors.whitelist import entries_on
from enterprises.tags import is_talent_tag, tag_set, title_set
from talents.models import BARE_TITLE
from talents.selectors import titles_on

_QUALIFYING = (TalentRole.Role.FOUNDER, TalentRole.Role.LEADER)
# A computed field is shown under its own name while it comes from a stored fact of another.
SPOKEN_OF = {REGION: "places", ESTABLISHED: "age_months"}


@dataclass
class _Known:
    """What is known of one party, whatever it needs."""

    values: dict[str, Value] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    established_on: date | None = None


def subject_of(party: Party, need: Need | None = None, *, on: date | None = None) -> Subject:
    """The values of ``party`` (and of one need of it) on ``on`` (today)."""
    day = on or clock.today()
    known = _known_of({party.pk}, day)[party.pk]
    return _subject(need.code if need else party.code, known, need, day)


def subjects_of(needs: Iterable[Need], *, on: date | None = None) -> dict[int, Subject]:
    """Subject by need id; the number of queries does not depend on the number of needs."""
    day = on or clock.today()
    wanted = list(needs)
    known = _known_of({need.party_id for need in wanted}, day)
    return {need.pk: _subject(need.code, known[need.party_id], need, day) for need in wanted}


def party_subjects(party_ids: set[int], *, on: date | None = None) -> dict[int, Subject]:
    """Subject by party id, without any need; the number of queries does not depend on the number of parties."""
    day = on or clock.today()
    return {number: _subject(str(number), known, None, day) for number, known in _known_of(party_ids, day).items()}


def age_months(established_on: date, on: date) -> int | None:
    """Whole months since ``established_on``; None before that day. Each is counted from the base date, so that a firm
    of 31 January is one month old on 28 February."""
    if on < established_on:
        return None
    months = (on.year - established_on.year) * 12 + on.month - established_on.month
    return months if established_on + relativedelta(months=months) <= on else months - 1


def _subject(code: str, known: _Known, need: Need | None, day: date) -> Subject:
    values = known.values if need is None else {**known.values, **_need_values(need)}
    return Subject(code=code, as_of=day, values=values, established_on=known.established_on, notes=known.notes)


def kinds_value(kinds: Iterable[str]) -> SetValue:
    """What a need looks for, as rules read it."""
    return SetValue(yes=frozenset(kinds), complete=True)


def guarantees_value(guarantees: Iterable[str] | None) -> SetValue:
    """What a need can offer, as rules read it; None is not said."""
    # Credit asks for no collateral.
    return SetValue(yes=frozenset(guarantees or ()) | {"信用"}, complete=guarantees is not None)


def _need_values(need: Need) -> dict[str, Value]:
    values: dict[str, Value] = {
        "need_kinds": kinds_value(need.kinds),
        "need_guarantees": guarantees_value(need.guarantees),
    }
    if need.amount is not None:
        values["need_amount"] = need.amount
    if need.term_months is not None:
        values["need_term_months"] = need.term_months
    return values


def _known_of(party_ids: set[int], day: date) -> dict[int, _Known]:
    facts = latest_facts(party_ids, day)
    titles = leader_titles(party_ids, day)
    listed = set(entries_on(day).filter(party_id__in=party_ids).values_list("party_id", flat=True))
    # Before the first list was published nobody can be known to be off it.
    any_list = WhitelistBatch.objects.filter(published_on__lte=day).exists()
    found = {}
    for party_id in party_ids:
        known = _from_facts(facts.get(party_id, {}), day)
        _add_titles(known, titles.get(party_id, []))
        if any_list:
            known.values["on_whitelist"] = party_id in listed
        found[party_id] = known
    return found


def fact_value(name: str, stored: Any, day: date) -> tuple[str, Value | None]:
    """The field a stored fact speaks of, and what it says on ``day``; None when it says nothing a rule reads."""
    if name == REGION:
        return "places", places.membership(stored)
    if name == ESTABLISHED:
        return "age_months", age_months(date.fromisoformat(stored), day)
    if name == "tags":
        return name, tag_set(stored)
    if name == "leader_titles":
        return name, title_set(stored)
    readable = name in FIELDS and FIELDS[name].owner is Owner.FACT
    return name, stored if readable else None


def _from_facts(facts: dict[str, Fact], day: date) -> _Known:
    known = _Known()
    for name, fact in facts.items():
        if has_expired(fact, day):
            known.notes[SPOKEN_OF.get(name, name)] = expiry_note(fact)
            continue
        field_name, value = fact_value(name, fact.value, day)
        if value is not None:
            known.values[field_name] = value
        if name == ESTABLISHED:
            known.established_on = date.fromisoformat(fact.value)
        _add_notes(known, name, fact.value)
    return known


def _add_notes(known: _Known, name: str, stored: Any) -> None:
    if name == REGION and places.descendants(stored):
        known.notes["places"] = f"所在地区只登记到{places.label(stored)}，请补充到旗区或园区"
    if name == "tags" and (misplaced := [tag for tag in stored if is_talent_tag(tag)]):
        known.notes["leader_titles"] = f"“{'、'.join(misplaced)}”填在了企业资质里，请改填到人才称号"


def _add_titles(known: _Known, from_talents: list[str]) -> None:
    stated = known.values.get("leader_titles")
    if from_talents:
        found = title_set(from_talents, complete=False)
        known.values["leader_titles"] = joined(stated, found) if isinstance(stated, SetValue) else found
    value = known.values.get("leader_titles")
    if isinstance(value, SetValue) and BARE_TITLE in value.yes and value.unsure:
        known.notes["leader_titles"] = "“草原英才”级别不明（自治区级或市级），请补充认定证书"


def joined(stated: SetValue, found: SetValue) -> SetValue:
    """What the firm states of its titles together with those found from its talents."""
    yes = stated.yes | found.yes
    return SetValue(yes=yes, complete=stated.complete, unsure=(stated.unsure | found.unsure) - yes)


def leader_titles(party_ids: Set[int] | None, day: date) -> dict[int, list[str]]:
    """Titles that count for each party (None: for everybody), its own as a talent, and those of talents who founded or
    lead it on ``day``; a party without any is left out."""
    roles = TalentRole.objects.filter(Q(since=None) | Q(since__lte=day), role__in=_QUALIFYING)
    roles = roles.filter(Q(until=None) | Q(until__gte=day)).order_by("pk")
    if party_ids is not None:
        roles = roles.filter(firm_id__in=party_ids)
    bearers: dict[int, set[int]] = defaultdict(set)
    for firm_id, talent_id in roles.values_list("firm_id", "talent_id"):
        bearers[firm_id].add(talent_id)
    talents = {talent for held in bearers.values() for talent in held}
    held_on_day = titles_on(None if party_ids is None else party_ids | talents, day)
    wanted = party_ids if party_ids is not None else bearers.keys() | held_on_day.keys()
    found = {
        party_id: [
            title for holder in sorted({party_id, *bearers.get(party_id, ())}) for title in held_on_day.get(holder, [])
        ]
        for party_id in wanted
    }
    return {party_id: titles for party_id, titles in found.items() if titles}
