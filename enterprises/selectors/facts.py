"""Which of a party's dated facts hold on a day, and whom to ask there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from accounts.models import Party
from common import clock
from enterprises.fact_cells import FACT_CELLS, REGION
from enterprises.models import EnterpriseProfile, Fact

# A later date beats any source; of one day verified beats imported beats declared.
RANK = {Fact.Source.VERIFIED.value: 2, Fact.Source.IMPORTED.value: 1, Fact.Source.DECLARED.value: 0}


@dataclass(frozen=True)
class FactRow:
    """One line of 我的资料. ``display`` is empty when unknown, then ``note`` says why if a value once was there;
    ``text`` is what a form field holds, in ``unit``."""

    field: str
    label: str
    display: str
    text: str
    unit: str
    source: str
    as_of: date | None
    valid_to: date | None
    where: str
    note: str


def latest_facts(party_ids: Iterable[int], on: date) -> dict[int, dict[str, Fact]]:
    """By party and field, the fact that speaks on ``on``, expired ones included; one query."""
    return _strongest(Fact.objects.filter(party_id__in=set(party_ids), as_of__lte=on))


def _strongest(facts: QuerySet[Fact]) -> dict[int, dict[str, Fact]]:
    found: dict[int, dict[str, Fact]] = {}
    for fact in facts.order_by("party_id", "field", "as_of", "pk"):
        held = found.setdefault(fact.party_id, {})
        rival = held.get(fact.field)
        if rival is None or _strength(fact) >= _strength(rival):
            held[fact.field] = fact
    return found


def first_known(party_ids: Iterable[int], field: str, on: date) -> dict[int, Fact]:
    """Of one field, the fact that speaks on ``on``, or the earliest one after it; one query.

    For what hardly changes: firms are entered long after the loan that is counted by where they sit.
    """
    found: dict[int, Fact] = {}
    for fact in Fact.objects.filter(party_id__in=set(party_ids), field=field).order_by("party_id", "as_of", "pk"):
        rival = found.get(fact.party_id)
        if rival is None or (fact.as_of <= on and _strength(fact) >= _strength(rival)):
            found[fact.party_id] = fact
    return found


def known_facts(party_ids: Iterable[int], fields: Sequence[str], on: date) -> dict[int, dict[str, Any]]:
    """By party and field, the values in force on ``on`` of a few fields; one query. What is unknown is absent."""
    wanted = Fact.objects.filter(party_id__in=set(party_ids), field__in=fields, as_of__lte=on)
    return {
        party_id: {field: fact.value for field, fact in held.items() if not has_expired(fact, on)}
        for party_id, held in _strongest(wanted).items()
    }


def has_expired(fact: Fact, on: date) -> bool:
    """True when the fact's validity ended before ``on``."""
    return fact.valid_to is not None and fact.valid_to < on


def expiry_note(fact: Fact) -> str:
    """Why an expired fact counts as unknown."""
    return f"已于 {fact.valid_to} 过期"


def current_facts(party: Party, on: date | None = None) -> dict[str, Fact]:
    """Field → fact in force on ``on`` (today): latest as_of, then verified > imported > declared; expired is absent."""
    day = on or clock.today()
    held = latest_facts([party.pk], day).get(party.pk, {})
    return {field: fact for field, fact in held.items() if not has_expired(fact, day)}


def contacts_of(party_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Firm → (name, telephone) of whom to ask, where a telephone is registered; one query."""
    rows = EnterpriseProfile.objects.filter(party_id__in=set(party_ids)).exclude(contact_phone="")
    return {row.party_id: (row.contact_name, row.contact_phone) for row in rows}


def regions_of(party_ids: Iterable[int], on: date | None = None) -> dict[int, str]:
    """Party → code of the place it is registered in, where that is known on ``on`` (today); one query."""
    day = on or clock.today()
    held = latest_facts(party_ids, day)
    found = {party: facts[REGION] for party, facts in held.items() if REGION in facts}
    return {party: str(fact.value) for party, fact in found.items() if not has_expired(fact, day)}


def fact_rows(party: Party, on: date | None = None) -> list[FactRow]:
    """Every field a party can fill, in the catalogue's order, with what is known of it on ``on`` (today)."""
    day = on or clock.today()
    held = latest_facts([party.pk], day).get(party.pk, {})
    return [_row(field, held.get(field), day) for field in FACT_CELLS]


def _row(field: str, fact: Fact | None, day: date) -> FactRow:
    cell = FACT_CELLS[field]
    expired = fact is not None and has_expired(fact, day)
    value: Any = None if fact is None or expired else fact.value
    return FactRow(
        field=field,
        label=cell.label,
        display="" if value is None else cell.display(value),
        text="" if value is None else cell.text(value),
        unit=cell.unit,
        source="" if fact is None else fact.get_source_display(),
        as_of=fact.as_of if fact else None,
        valid_to=fact.valid_to if fact else None,
        where=cell.where,
        note=expiry_note(fact) if fact is not None and expired else "",
    )


def _strength(fact: Fact) -> tuple[date, int]:
    return fact.as_of, RANK[fact.source]
