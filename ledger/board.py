"""What the cockpit shows of a plan in one quarter: every indicator, the year before, and the years so far."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from common import clock
from ledger import quarters
from ledger.declarations import Growth, IndicatorDeclared
from ledger.drafts import DeadlineState, DeadlineStatus, deadline_states
from ledger.indicators import IndicatorValue, PlanPeriod, evaluate_all
from ledger.models import MeasureUnit, Plan
from ledger.quarters import Quarter, containing
from ledger.selectors import declaration

# Two years of quarters: enough for a direction, few enough to tell a line from its aim.
LEVELS = 8
# Days in which five working days pass even across the longest holiday.
LONGEST_WAIT = 25


@dataclass(frozen=True)
class BoardItem:
    """One indicator: its value, the same quarter a year before, and the same quarter of each year so far."""

    declared: IndicatorDeclared
    now: IndicatorValue
    before: IndicatorValue
    years: tuple[tuple[int, Decimal | None], ...]
    first_day: date
    last_day: date


@dataclass(frozen=True)
class Level:
    """The sum (raw, 元 or 户) behind a growth rate at a quarter's end, and what it had to be; None is unknown."""

    quarter: Quarter
    value: int | None
    aim: Decimal | None
    reason: str


@dataclass(frozen=True)
class Board:
    """The plan in ``quarter``, with what is recorded up to ``as_of``."""

    plan: Plan
    quarter: Quarter
    as_of: date
    items: tuple[BoardItem, ...]
    levels: tuple[Level, ...]
    level_of: IndicatorDeclared | None

    @property
    def outside_plan(self) -> bool:
        """True for a quarter before or after the plan's years."""
        return not self.plan.covers(self.quarter.end)

    @property
    def empty(self) -> bool:
        """True while no posting proves anything: not one indicator could be computed, now or in any year."""
        return not any(value is not None for item in self.items for _, value in item.years)


@dataclass(frozen=True)
class ReportDue:
    """The ledger that must be handed in next."""

    quarter: Quarter
    day: date
    tentative: bool
    working_days: int


@dataclass(frozen=True)
class LateMeasure:
    """A deadline that passed without a record that proves it."""

    number: int
    title: str
    state: DeadlineState


def quarter_shown(plan: Plan) -> Quarter:
    """Today's quarter while the plan runs, otherwise its last one (its first before it has begun)."""
    today = clock.today()
    return containing(min(max(today, plan.starts_on), plan.ends_on))


def quarters_of(plan: Plan) -> list[Quarter]:
    """Quarters that can be chosen, newest first: from the plan's first one to today's."""
    first, last = containing(plan.starts_on), max(containing(clock.today()), containing(plan.starts_on))
    found = [Quarter(year, number) for year in range(first.year, last.year + 1) for number in (1, 2, 3, 4)]
    return [item for item in reversed(found) if first <= item <= last]


def indicator_declared(plan: Plan, code: str) -> IndicatorDeclared | None:
    """The indicator with that code."""
    return next((item for item in declaration(plan).indicators if item.code == code), None)


def board(plan: Plan, quarter: Quarter) -> Board:
    """Everything in one evaluation, so that the number of queries depends neither on postings nor on indicators."""
    declared = declaration(plan).indicators
    same = [Quarter(year, quarter.number) for year in range(plan.starts_on.year, quarter.year + 1)] or [quarter]
    earlier = Quarter(quarter.year - 1, quarter.number)
    level_of = next((item for item in declared if _is_level(item)), None)
    over = [item for item in reversed(quarters_of(plan)) if item <= quarter and item.end <= clock.today()]
    run = over[-LEVELS:] if level_of else []
    wanted = [(item, at) for item in declared for at in dict.fromkeys((earlier, *same))]
    wanted += [(level_of, at) for at in run if level_of]
    found = evaluate_all(wanted, PlanPeriod(plan.starts_on, plan.ends_on))
    items = tuple(
        BoardItem(
            item,
            found[item.code, quarter],
            found[item.code, earlier],
            tuple((at.year, found[item.code, at].value) for at in same),
            *_counted_from(item, plan, quarter),
        )
        for item in declared
    )
    levels = tuple(_level(found[level_of.code, at], at, plan) for at in run if level_of)
    return Board(plan, quarter, min(quarter.end, clock.today()), items, levels, level_of)


def next_report(plan: Plan) -> ReportDue | None:
    """The ledger due next; None once the plan is over and its last ledger was due."""
    today = clock.today()
    here = containing(today)
    last = containing(here.start - timedelta(days=1))
    for quarter in (last, here):
        inside = plan.starts_on <= quarter.end and quarter.start <= plan.ends_on
        # Five working days are over within the first weeks; no calendar is asked about after that.
        if not inside or today > quarter.end + timedelta(days=LONGEST_WAIT):
            continue
        due = quarters.due(quarter)
        if due.day >= today:
            return ReportDue(quarter, due.day, due.tentative, quarters.working_days_between(today, due.day))
    return None


def late_measures(plan: Plan, unit_id: int | None = None) -> list[LateMeasure]:
    """Deadlines past today without their record, oldest first; ``unit_id`` narrows to measures that party leads."""
    measures = declaration(plan).measures
    led = None
    if unit_id is not None:
        leads = MeasureUnit.objects.filter(measure__plan=plan, party_id=unit_id, role=MeasureUnit.Role.LEAD)
        led = set(leads.order_by().values_list("measure__number", flat=True))
    states = deadline_states(measures, plan.starts_on, clock.today())
    late = [
        LateMeasure(measure.number, measure.title, state)
        for measure in measures
        if led is None or measure.number in led
        for state in states[measure.number]
        if state.status == DeadlineStatus.OVERDUE
    ]
    return sorted(late, key=lambda item: (item.state.days or 0, item.number))


def _is_level(item: IndicatorDeclared) -> bool:
    return isinstance(item.formula, Growth) and item.formula.of.op == "sum" and item.formula.of.window == "month"


def _level(value: IndicatorValue, quarter: Quarter, plan: Plan) -> Level:
    base, target = value.denominator, value.target
    # The plan asks nothing of the time after it.
    known = base is not None and target is not None and quarter.end <= plan.ends_on
    aim = Decimal(base or 0) * (100 + (target or 0)) / 100 if known else None
    return Level(quarter, value.numerator, aim, value.status if value.value is None else "")


def _counted_from(item: IndicatorDeclared, plan: Plan, quarter: Quarter) -> tuple[date, date]:
    """First and last day of the time that a count has for its target."""
    if item.period == "yearly":
        return date(quarter.year, 1, 1), date(quarter.year, 12, 31)
    return plan.starts_on, item.by or plan.ends_on
