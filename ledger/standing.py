"""How far a quarter's report has come: each row, whose turn it is, and what supporting units said."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from accounts.models import Party, User
from ledger.models import MeasureUnit, Plan, QuarterlyReport, ReportRow, RowAnswer
from ledger.policies import may_file
from ledger.quarters import Quarter

_STATE = ReportRow.State
TO_WRITE = (_STATE.TO_FILL, _STATE.RETURNED)


class Turn(StrEnum):
    """What somebody is to do with a row next; ``STAND_IN``: the office may fill it in for the unit."""

    NOTHING = ""
    FILL = "fill"
    STAND_IN = "stand_in"
    CHECK = "check"
    ANSWER = "answer"


@dataclass(frozen=True)
class RowStanding:
    """One row. ``lead`` in the plan's wording and by party; ``answers``: each supporting unit with what it said."""

    row: ReportRow
    lead: tuple[str, ...]
    leaders: frozenset[int]
    answers: tuple[tuple[Party, RowAnswer | None], ...]

    @property
    def objections(self) -> int:
        return sum(answer is not None and not answer.agreed for _, answer in self.answers)

    @property
    def unanswered(self) -> int:
        return sum(answer is None for _, answer in self.answers)


def reports_of(plan: Plan, quarter: Quarter) -> list[QuarterlyReport]:
    """Every version of the quarter's report, newest first."""
    found = QuarterlyReport.objects.filter(plan=plan, quarter=str(quarter))
    return list(found.select_related("plan", "opened_by", "signed_by").order_by("-number"))


def standings(report: QuarterlyReport) -> list[RowStanding]:
    """The rows of ``report`` by measure, in a handful of queries however many there are."""
    rows = report.rows.select_related("measure", "measure__plan", "filled_by", "filled_by__party", "checked_by")
    rows = rows.prefetch_related("measure__units__party", "answers__by", "answers__party")
    return [_standing(row) for row in rows.order_by("measure__number")]


def open_reports() -> list[QuarterlyReport]:
    """Reports on their way, by quarter."""
    return list(QuarterlyReport.objects.filter(state=QuarterlyReport.State.OPEN).select_related("plan"))


def turn(user: User, item: RowStanding) -> Turn:
    """What ``user`` is to do with the row next; asks the database nothing."""
    row = item.row
    if row.report.state != QuarterlyReport.State.OPEN or not may_file(user, "see"):
        return Turn.NOTHING
    if row.state in TO_WRITE:
        if user.party_id in item.leaders:
            return Turn.FILL
        return Turn.STAND_IN if may_file(user, "check") else Turn.NOTHING
    if row.state == _STATE.FILLED and may_file(user, "check"):
        return Turn.CHECK
    silent = any(party.pk == user.party_id and answer is None for party, answer in item.answers)
    return Turn.ANSWER if row.state == _STATE.FILLED and silent else Turn.NOTHING


def count_in(found: Sequence[RowStanding], *states: ReportRow.State) -> int:
    """How many rows are in any of ``states``."""
    return sum(item.row.state in states for item in found)


def _standing(row: ReportRow) -> RowStanding:
    units = sorted((unit for unit in row.measure.units.all() if not unit.pending), key=lambda unit: unit.order)
    said = {answer.party_id: answer for answer in row.answers.all()}
    support = dict.fromkeys(unit.party for unit in units if unit.role == MeasureUnit.Role.SUPPORT and unit.party)
    return RowStanding(
        row=row,
        lead=tuple(unit.wording for unit in units if unit.role == MeasureUnit.Role.LEAD),
        leaders=frozenset(unit.party_id for unit in units if unit.role == MeasureUnit.Role.LEAD and unit.party_id),
        answers=tuple((party, said.get(party.pk)) for party in support),
    )
