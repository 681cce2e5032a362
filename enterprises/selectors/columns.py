"""What is known of many needs and their parties, by columns: the same values as ``subjects_of``, a few queries."""

import json
from collections.abc import Callable, Iterable, Sequence, Set
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from django.db.models import Case, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast

from accounts.models import Party
from common import clock
from enterprises.columns import Coded, Columns, Numbers, coded_of, numbers_of
from enterprises.fact_cells import FACT_CELLS
from enterprises.facts import FIELDS, FieldType
from enterprises.facts import Value as FieldValue
from enterprises.models import Fact, Need, WhitelistBatch
from enterprises.selectors.facts import RANK
from enterprises.selectors.subjects import SPOKEN_OF, fact_value, guarantees_value, joined, kinds_value, leader_titles
from enterprises.selectors.whitelist import entries_on
from enterprises.tags import title_set

# Beyond this many parties one reading of all titles is quicker than naming every party.
_MANY = 500

# By field: party → value.
Known = dict[str, dict[int, Any]]


class _NeedRow(NamedTuple):
    """A need as stored, lists still text; need 0 stands for none."""

    party: int
    need: int = 0
    code: str = ""
    amount: int | None = None
    term_months: int | None = None
    kinds: str | None = None
    guarantees: str | None = None


def columns_on(needs: QuerySet[Need], on: date | None = None, *, fields: Set[str] | None = None) -> Columns:
    """``needs`` and what is known of their parties on ``on`` (today); keys are need ids, ascending.

    With ``fields`` only those columns are sure to be there, for less reading.
    """
    rows = _need_rows(needs)
    return _columns(rows, [row.need for row in rows], needs.order_by().values("party"), on or clock.today(), fields)


def columns_of_parties(parties: QuerySet[Party], on: date | None = None) -> Columns:
    """Whatever of ``parties`` can be asked of a product: a row for each open need, one row without a need for whoever
    has none. Keys are party ids, ascending; what is known is that of ``on`` (today)."""
    needs = Need.objects.filter(state=Need.State.OPEN, party__in=parties.order_by().values("pk"))
    rows = _need_rows(needs)
    asking = {row.party for row in rows}
    rows += [_NeedRow(party=party) for party in parties.values_list("pk", flat=True) if party not in asking]
    rows.sort(key=lambda row: (row.party, row.need))
    return _columns(rows, [row.party for row in rows], parties.order_by().values("pk"), on or clock.today(), None)


def _need_rows(needs: QuerySet[Need]) -> list[_NeedRow]:
    texts = (Cast("kinds", TextField()), Cast("guarantees", TextField()))
    held = needs.order_by("pk").values_list("party_id", "pk", "code", "amount", "term_months", *texts)
    return [_NeedRow._make(row) for row in held]


def _columns(
    rows: Sequence[_NeedRow], keys: Sequence[int], owners: QuerySet[Any, Any], day: date, fields: Set[str] | None
) -> Columns:
    """``rows`` and what is known on ``day`` of their parties, which ``owners`` selects."""
    parties = [row.party for row in rows]
    numbers = {
        "need_amount": numbers_of([row.amount for row in rows]),
        "need_term_months": numbers_of([row.term_months for row in rows]),
    }
    coded = {
        "need_kinds": coded_of(_each([row.kinds for row in rows], _kinds)),
        "need_guarantees": coded_of(_each([(row.need > 0, row.guarantees) for row in rows], _guarantees)),
    }
    wanted = FIELDS.keys() if fields is None else fields
    known = _of_parties(owners, set(parties), day, wanted)
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
    return Columns(np.array(keys, dtype=np.int64), tuple(row.code for row in rows), numbers, coded)


def _kinds(text: str | None) -> FieldValue | None:
    return None if text is None else kinds_value(json.loads(text))


def _guarantees(held: tuple[bool, str | None]) -> FieldValue | None:
    """A list not given is null in the column, or the JSON null; without a need nothing is known at all."""
    asked, text = held
    return guarantees_value(text and json.loads(text)) if asked else None


def _each(texts: Iterable[Any], read: Callable[[Any], Any]) -> list[Any]:
    """Read every text, each distinct one once."""
    known: dict[Any, Any] = {}
    for text in texts:
        if text not in known:
            known[text] = read(text)
    return [known[text] for text in texts]


def _of_parties(owners: QuerySet[Any, Any], parties: set[int], day: date, wanted: Set[str]) -> Known:
    known: Known = {name: {} for name in FIELDS}
    for name, texts in _facts(owners, day, wanted).items():
        for party, (field, value) in zip(texts, _read_facts(name, day, list(texts.values())), strict=True):
            if value is not None:
                known[field][party] = value
    for party, titles in _titles(parties, day).items() if "leader_titles" in wanted else ():
        stated = known["leader_titles"].get(party)
        found = title_set(titles, complete=False)
        known["leader_titles"][party] = found if stated is None else joined(stated, found)
    if "on_whitelist" in wanted and WhitelistBatch.objects.filter(published_on__lte=day).exists():
        listed = entries_on(day).filter(party__in=owners).values_list("party_id", flat=True)
        known["on_whitelist"] = dict.fromkeys(parties, False) | dict.fromkeys(listed, True)
    return known


def _read_facts(name: str, day: date, texts: Sequence[str]) -> list[tuple[str, FieldValue | None]]:
    """What each of many JSON texts says; they are parsed as one, since a call a text is what took the time."""
    distinct = list(dict.fromkeys(texts))
    stored = json.loads(f"[{','.join(distinct)}]")
    said = {text: fact_value(name, value, day) for text, value in zip(distinct, stored, strict=True)}
    return [said[text] for text in texts]


def _titles(parties: set[int], day: date) -> dict[int, list[str]]:
    return leader_titles(None if len(parties) > _MANY else parties, day)


def _facts(owners: QuerySet[Any, Any], day: date, wanted: Set[str]) -> dict[str, dict[int, str]]:
    """By field and party the JSON of the fact that speaks on ``day``; without those that have expired by then."""
    strength = Case(*(When(source=source, then=Value(rank)) for source, rank in RANK.items()))
    valid = Q(valid_to=None) | Q(valid_to__gte=day)
    rows = Fact.objects.filter(party__in=owners, as_of__lte=day).order_by("as_of", strength)
    if wanted != FIELDS.keys():
        rows = rows.filter(field__in=[fact for fact in FACT_CELLS if SPOKEN_OF.get(fact, fact) in wanted])
    held: dict[str, dict[int, str | None]] = {}
    # The last of several is the strongest.
    for party, field, text in rows.values_list("party_id", "field", Case(When(valid, then=Cast("value", TextField())))):
        held.setdefault(field, {})[party] = text
    return {field: {party: text for party, text in some.items() if text is not None} for field, some in held.items()}
