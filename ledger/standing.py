"""How far a quarter's report has come: each row, whose turn it is, and what supporting units said."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from accounts.models import Party, Role, User
from accounts.policies import OFFICE_ROLES
from accounts.selectors import users_with
from ledger.models import MeasureUnit, Plan, QuarterlyReport, ReportRow, RowAnswer
from ledger.policies import may_file
from ledger.quarters import Quarter

REPORTERS = (Role.OFFICE, Role.OFFICE_SIGNER, Role.LEAD_UNIT)
_STATE = ReportRow.State
TO_WRITE = (_STATE.TO_FILL, _STATE.RETURNED)


class Turn(StrEnum):
    """What somebody is to do next; ``STAND_IN``: the office fills a row in for units that nobody here reports for."""

    NOTHING = ""
    FILL = "fill"
    STAND_IN = "stand_in"
    CHECK = "check"
    SIGN = "sign"
    ANSWER = "answer"


# What the pages call it.
VERBS = {Turn.FILL: "填报", Turn.STAND_IN: "代填", Turn.CHECK: "审核", Turn.ANSWER: "确认"}


@dataclass(frozen=True)
class RowStanding:
    """One row. ``lead`` in the plan's wording, ``leaders`` by party, ``reachable`` when one of them has an account;
    ``answers``: each supporting unit with what it said."""

    row: ReportRow
    lead: tuple[str, ...]
    leaders: frozenset[int]
    reachable: bool
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
    reporting = frozenset(users_with(*REPORTERS).order_by().values_list("party", flat=True))
    return [_standing(row, reporting) for row in rows.order_by("measure__number")]


def is_filed(plan: Plan, quarter: Quarter) -> bool:
    """Whether a version of the quarter's report is signed."""
    return plan.reports.filter(quarter=str(quarter), state=QuarterlyReport.State.SIGNED).exists()


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
        return Turn.STAND_IN if may_file(user, "check") and not item.reachable else Turn.NOTHING
    if row.state == _STATE.FILLED and may_file(user, "check"):
        return Turn.CHECK if _checks(user, row) else Turn.NOTHING
    silent = any(party.pk == user.party_id and answer is None for party, answer in item.answers)
    return Turn.ANSWER if row.state == _STATE.FILLED and silent else Turn.NOTHING


def _checks(user: User, row: ReportRow) -> bool:
    """Not what she filled in; and a signer only what a colleague did, or she could not sign."""
    return row.filled_by_id != user.pk and (not may_file(user, "sign") or filled_in_office(row))


def filled_in_office(row: ReportRow) -> bool:
    """Whether somebody of the office wrote the words; who has left it since was of it all the same."""
    return row.filled_by is not None and not row.filled_by.role_names.isdisjoint(OFFICE_ROLES)


def to_sign(user: User, found: Sequence[RowStanding]) -> bool:
    """Whether the report of these rows waits for ``user``'s signature."""
    waits = bool(found) and found[0].row.report.state == QuarterlyReport.State.OPEN
    return waits and may_file(user, "sign") and count_in(found, _STATE.CHECKED) == len(found)


def turns(user: User, found: Sequence[RowStanding]) -> Counter[Turn]:
    """How many rows of a report wait for ``user``, by what is to be done; one SIGN for the whole."""
    waiting = Counter(what for item in found if (what := turn(user, item)))
    return waiting + Counter({Turn.SIGN: int(to_sign(user, found))})


def count_in(found: Sequence[RowStanding], *states: ReportRow.State) -> int:
    """How many rows are in any of ``states``."""
    return sum(item.row.state in states for item in found)


def _standing(row: ReportRow, reporting: frozenset[int | None]) -> RowStanding:
    units = sorted((unit for unit in row.measure.units.all() if not unit.pending), key=lambda unit: unit.order)
    said = {answer.party_id: answer for answer in row.answers.all()}
    support = dict.fromkeys(unit.party for unit in units if unit.role == MeasureUnit.Role.SUPPORT and unit.party)
    leaders = frozenset(unit.party_id for unit in units if unit.role == MeasureUnit.Role.LEAD and unit.party_id)
    return RowStanding(
        row=row,
        lead=tuple(unit.wording for unit in units if unit.role == MeasureUnit.Role.LEAD),
        leaders=leaders,
        reachable=not leaders.isdisjoint(reporting),
        answers=tuple((party, said.get(party.pk)) for party in support),
    )
