"""The nightly run on a database of its own: load by columns, match, write what changed; and writing as it was done."""

import time
from collections.abc import Callable, Mapping
from itertools import cycle
from typing import Any

from django.db import connection, transaction

from accounts.models import Party, User
from accounts.services import system_actor
from common import clock
from enterprises import selectors as enterprises
from enterprises.facts import FIELDS, Owner, SetValue
from enterprises.models import Fact, Need
from matching.engine.compiling import compiled
from matching.engine.run import match
from matching.management.bench import data
from matching.management.bench.measures import least
from matching.models import MatchProgramme, MatchResult
from matching.services import storing
from matching.services.blocks import rows_of

CHANGED_PERCENT = 3


def nightly(products: int, needs: int) -> dict[str, Any]:
    """Seconds of each step, and ratios; the tables are emptied before."""
    fill(needs)
    programme = compiled(data.shelf(products))
    record = MatchProgramme.objects.create(hash=programme.hash)
    times: dict[str, float] = {}
    times["load"] = _timed(lambda: enterprises.columns_on(Need.objects.all(), data.DAY))
    columns = enterprises.columns_on(Need.objects.all(), data.DAY)
    match(programme, columns.part(0, 64))
    times["match"] = least(lambda: match(programme, columns))
    matched = match(programme, columns)
    times["pack"] = least(lambda: rows_of(programme, columns.keys.tolist(), matched))
    rows = rows_of(programme, columns.keys.tolist(), matched)
    times["write_all_new"] = _timed(lambda: storing.write(rows, programme=record.pk, at=clock.now()))
    times["bulk_create"] = _timed(lambda: _bulk_create(record, rows))
    usual = [row._replace(satisfied=row.satisfied + (row.need % 100 < CHANGED_PERCENT)) for row in rows]

    nights = cycle([usual, rows])

    def night() -> None:
        held = storing.held_rows(0, rows[-1].need + 1)
        storing.write(storing.changed(next(nights), held), programme=record.pk, at=clock.now())

    times["write_usual_night"] = _timed(night, times=4)
    whole = times["load"] + times["match"] + times["pack"] + times["write_usual_night"]
    return {
        "needs": needs,
        "products": products,
        "changed_percent": CHANGED_PERCENT,
        "seconds": times,
        "rows_written_per_second": needs / times["write_all_new"],
        "match_share_of_night": times["match"] / whole,
        "usual_night_times_bulk_create": times["bulk_create"] / times["write_usual_night"],
        "all_new_times_bulk_create": times["bulk_create"] / times["write_all_new"],
    }


def _timed(function: Callable[[], object], times: int = 3) -> float:
    """Least seconds of a transaction: CPU on SQLite, elapsed where a server does the work."""
    clocked = time.process_time if connection.vendor == "sqlite" else time.perf_counter
    best = float("inf")
    for _ in range(times):
        started = clocked()
        with transaction.atomic():
            function()
        best = min(best, clocked() - started)
    return best


def _bulk_create(record: MatchProgramme, rows: list[storing.Row]) -> None:
    """As it was: every row anew through the ORM, changed or not."""
    MatchResult.objects.bulk_create(
        [
            MatchResult(need_id=row.need, programme=record, satisfied=row.satisfied, unknown=row.unknown,
                        violated=row.violated, best=row.best)
            for row in rows
        ],
        update_conflicts=True,
        unique_fields=["need"],
        update_fields=["programme", "satisfied", "unknown", "violated", "best", "computed_at"],
    )  # fmt: skip


def fill(needs: int) -> None:
    """Parties, facts and needs as the made-up columns have them, on the shortest way."""
    actor, columns = system_actor("性能测试"), data.columns(needs)
    parties = Party.objects.bulk_create(
        [Party(kind=Party.Kind.TEAM, name=f"团队{row}", talent_code=f"B{row:07d}") for row in range(needs)], 5_000
    )
    facts: list[Fact] = []
    wanted: list[Need] = []
    for row, party in enumerate(parties):
        values = columns.at(row)
        facts += _facts(actor, party, values)
        wanted.append(_need(actor, party, columns.seeds[row], values))
    Fact.objects.bulk_create(facts, 5_000)
    Need.objects.bulk_create(wanted, 5_000)


def _facts(actor: User, party: Party, values: Mapping[str, Any]) -> list[Fact]:
    stored = {
        name: sorted(value.yes) if isinstance(value, SetValue) else value
        for name, value in values.items()
        if FIELDS[name].owner is Owner.FACT
    }
    return [
        Fact(party=party, field=name, value=value, source="imported", as_of=data.DAY, recorded_by=actor)
        for name, value in stored.items()
    ]


def _need(actor: User, party: Party, code: str, values: Mapping[str, Any]) -> Need:
    kinds = values.get("need_kinds")
    return Need(
        code=code,
        party=party,
        recorded_by=actor,
        kinds=sorted(kinds.yes) if kinds else ["贷"],
        amount=values.get("need_amount") or None,
        term_months=values.get("need_term_months") or None,
    )
