"""What is known of many needs and their parties, by columns: the same values as ``subjects_of``, a few queries."""

import json
from collections.abc import Callable, Iterable, Set
from datetime import date
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from common import clock
from enterprises.columns import Coded, Columns, Numbers, coded_of, numbers_of
from enterprises.fact_cells import FACT_CELLS
from enterprises.facts import FIELDS, FieldType, Value
from enterprises.models import Fact, Need, WhitelistBatch
from enterprises.selectors.facts import RANK
from enterprises.selectors.subjects import SPOKEN_OF, fact_value, guarantees_value, joined, kinds_value, leader_titles
from enterprises.selectors.whitelist import entries_on
from enterprises.tags import title_set

# Beyond this many parties one reading of all titles is quicker than naming every party.
_MANY = 500

# By field: party → value.
Known = dict[str, dict[int, Any]]


class _Spoken(NamedTuple):
    """The fact that speaks so far: how strong it is, and its JSON unless it has expired."""

    strength: tuple[str, int]
    text: str | None


def columns_on(needs: QuerySet[Need], on: date | None = None, *, fields: Set[str] | None = None) -> Columns:
    """``needs`` and what is known of their parties on ``on`` (today); keys are need ids, ascending.

    With ``fields`` only those columns are sure to be there, for less reading.
    """
    day = on or clock.today()
    texts = (Cast("kinds", TextField()), Cast("guarantees", TextField()))
    rows = list(needs.order_by("pk").values_list("pk", "code", "party_id", "amount", "term_months", *texts))
    keys, codes, parties, amounts, terms, kinds, guarantees = zip(*rows, strict=True) if rows else ((),) * 7
    numbers = {"need_amount": numbers_of(amounts), "need_term_months": numbers_of(terms)}
    coded = {
        "need_kinds": coded_of(_each(kinds, lambda text: kinds_value(json.loads(text)))),
        # A list not given is null in the column, or the JSON null.
        "need_guarantees": coded_of(_each(guarantees, lambda text: guarantees_value(text and json.loads(text)))),
    }
    wanted = FIELDS.keys() if fields is None else fields
    known = _of_parties(needs, set(parties), day, wanted)
    order = {party: place for place, party in enumerate(dict.fromkeys(parties))}
    places = np.array([order[party] for party in parties], dtype=np.int64)
    for name in wanted - numbers.keys() - coded.keys():
        values = [known[name].get(party) for party in order]
        if FIELDS[name].type is FieldType.NUMBER:
            counted = numbers_of(values)
            numbers[name] = Numbers(counted.values[places], counted.known[places])
        else:
            spelled = coded_of(values)
            coded[name] = Coded(spelled.codes[places], spelled.words)
    return Columns(np.array(keys, dtype=np.int64), tuple(codes), numbers, coded)


def _each(texts: Iterable[str | None], read: Callable[[Any], Any]) -> list[Any]:
    """Read every text, each distinct one once."""
    known: dict[str | None, Any] = {}
    for text in texts:
        if text not in known:
            known[text] = read(text)
    return [known[text] for text in texts]


def _of_parties(needs: QuerySet[Need], parties: set[int], day: date, wanted: Set[str]) -> Known:
    known: Known = {name: {} for name in FIELDS}
    for name, spoken in _facts(needs, day, wanted).items():
        readable = {party: one.text for party, one in spoken.items() if one.text is not None}
        values = _each(list(readable.values()), partial(_read_fact, name, day))
        for party, (field, value) in zip(readable, values, strict=True):
            if value is not None:
                known[field][party] = value
    for party, titles in _titles(parties, day).items() if "leader_titles" in wanted else ():
        stated = known["leader_titles"].get(party)
        found = title_set(titles, complete=False)
        known["leader_titles"][party] = found if stated is None else joined(stated, found)
    if "on_whitelist" in wanted and WhitelistBatch.objects.filter(published_on__lte=day).exists():
        listed = entries_on(day).filter(party__in=needs.order_by().values("party")).values_list("party_id", flat=True)
        known["on_whitelist"] = dict.fromkeys(parties, False) | dict.fromkeys(listed, True)
    return known


def _read_fact(name: str, day: date, text: str) -> tuple[str, Value | None]:
    return fact_value(name, json.loads(text), day)


def _titles(parties: set[int], day: date) -> dict[int, list[str]]:
    return leader_titles(None if len(parties) > _MANY else parties, day)


def _facts(needs: QuerySet[Need], day: date, wanted: Set[str]) -> dict[str, dict[int, _Spoken]]:
    """By field and party the fact that speaks on ``day``. Dates stay ISO text, which sorts as dates do."""
    today = day.isoformat()
    columns = (Cast("value", TextField()), Cast("as_of", TextField()), Cast("valid_to", TextField()))
    rows = Fact.objects.filter(party__in=needs.order_by().values("party"), as_of__lte=day).order_by()
    if wanted != FIELDS.keys():
        rows = rows.filter(field__in=[fact for fact in FACT_CELLS if SPOKEN_OF.get(fact, fact) in wanted])
    found: dict[str, dict[int, _Spoken]] = {}
    for party, field, source, text, as_of, valid_to in rows.values_list("party_id", "field", "source", *columns):
        held = found.setdefault(field, {})
        rival, strength = held.get(party), (as_of, RANK[source])
        if rival is None or strength > rival.strength:
            held[party] = _Spoken(strength, text if valid_to is None or valid_to >= today else None)
    return found
