"""The cockpit's tiles and charts, drawn from what the floors below computed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from django.urls import reverse

from accounts.small_counts import SMALLEST_SHOWN, shown_counts
from enterprises.selectors.banners import NO_BANNER
from frontend.charts.bars import Bar, BarChart
from frontend.charts.drawing import percent, shown
from frontend.charts.funnel import Funnel, Stage
from frontend.charts.lines import LineChart, LinePoint
from frontend.charts.progress import CountGoal, GrowthGoal, Meter, elapsed
from frontend.charts.sparkline import Sparkline
from frontend.charts.tiles import PLACES, Tile, TileMap
from journal import registry
from ledger.board import Board, BoardItem
from ledger.declarations import Growth
from ledger.drill import by_banner_of, parts_of
from ledger.indicators import IndicatorValue, PlanPeriod
from ledger.money import LABELS, InstitutionTotal
from matching.cases.kinds_financings import FIRST_LOAN
from matching.cases.selectors_funnel import FunnelCounts

HUNDRED_MILLION = 100_000_000
TEN_THOUSAND = 10_000
# Bars beyond this are summed up in a last one.
MOST_BARS = 10


@dataclass(frozen=True)
class GoalTile:
    """One indicator on the board; ``goal`` and ``meter`` are None where the plan sets no target."""

    item: BoardItem
    url: str
    goal: CountGoal | GrowthGoal | None
    meter: Meter | None
    change: str
    spark: Sparkline | None

    @property
    def now(self) -> IndicatorValue:
        return self.item.now

    @property
    def figure(self) -> str:
        return shown(self.item.now.value)


@dataclass(frozen=True)
class MoneyChoice:
    """One of the sums that are never added, as a chart and as a switch."""

    category: str
    label: str
    chart: BarChart
    empty: bool
    current: bool


def goal_tiles(board: Board) -> list[GoalTile]:
    """One tile an indicator, in the plan's order."""
    return [_tile(item, board) for item in board.items]


def balance_chart(board: Board) -> LineChart | None:
    """The sum behind the first growth rate over months, against what the rate asks for; None where nothing is known."""
    declared = board.level_of
    if declared is None or not isinstance(declared.formula, Growth) or all(at.value is None for at in board.levels):
        return None
    counted = declared.formula.of
    scope = "、".join(str(value) for value in counted.where.get("scope", ()))
    missing = [str(at.quarter) for at in board.levels if at.value is None]
    return LineChart(
        title=scope + "、".join(registry.get(kind).label for kind in counted.kinds),
        unit="亿元",
        points=tuple(
            LinePoint(str(at.quarter), _hundred_millions(at.value), _hundred_millions(at.aim)) for at in board.levels
        ),
        target_label=f"比上年同期增 {shown(declared.target)}% 应到",
        note=f"{'、'.join(missing)} 没有报送，线在此断开，不按零计。" if missing else "",
    )


def funnel_chart(counts: FunnelCounts) -> Funnel | None:
    """From need to money; None while no need was registered. The note gives the reasons of the weakest step."""
    if not counts.registered:
        return None
    stages = (
        Stage("登记需求", counts.registered),
        Stage("规则匹配", counts.matched),
        Stage("已派单", counts.dispatched),
        Stage("已接单", counts.accepted),
        Stage("已授信", counts.approved, decided=True),
        Stage("已放款", counts.disbursed, decided=True),
    )
    return Funnel("需求到放款", "件", stages, note=_weakest(stages, counts.refusals))


def first_loan_map(board: Board, traced: Collection[int]) -> TileMap | None:
    """First loans by banner; their sum is the tile's number. None while the number itself is unknown.

    Small counts are shown to those who may trace the measure they stand for.
    """
    item = next((item for item in board.items if _counts_first_loans(item)), None)
    if item is None or item.now.numerator is None:
        return None
    exact = item.declared.measure in traced
    period = PlanPeriod(board.plan.starts_on, board.plan.ends_on)
    parts = parts_of(item.declared, period, board.quarter)
    now, before = ({row.key: row.adds for row in rows} for rows in by_banner_of(parts))
    nowhere = now.pop(NO_BANNER, 0)
    counts = {place: now.get(place, 0) for place in PLACES}
    seen: dict[str, int | None] = dict(counts) if exact else shown_counts(counts)
    known_before = item.now.denominator is not None
    tiles = tuple(
        Tile(
            place, value, hidden=value is None, extra=(shown(before.get(place, 0) if known_before and exact else None),)
        )
        for place, value in seen.items()
    )
    return TileMap(
        title="各旗区首贷户",
        unit="户",
        tiles=tiles,
        total=item.now.numerator,
        extra_heads=("上年同期",),
        total_extra=(shown(item.now.denominator),),
        value_label="首贷户",
        note=f"另有 {nowhere} 户没有登记所在旗区，计入全市。" if nowhere else "",
    )


def money_choices(totals: dict[str, list[InstitutionTotal]], current: str) -> list[MoneyChoice]:
    """Each sum by institution; they are shown one at a time, because they may not be added."""
    return [
        MoneyChoice(category, LABELS[category], _money_chart(LABELS[category], rows), not rows, category == current)
        for category, rows in totals.items()
    ]


def _tile(item: BoardItem, board: Board) -> GoalTile:
    goal = _goal(item, board)
    known = [value for _, value in item.years if value is not None]
    years = f"{item.years[0][0]}—{item.years[-1][0]}"
    return GoalTile(
        item,
        f"{reverse('frontend:office_indicator', args=[item.declared.code])}?quarter={board.quarter}",
        goal,
        goal.meter if goal else None,
        _change(item.now, item.before),
        Sparkline(f"{item.declared.name}，{years} 年同期", tuple(value for _, value in item.years), item.declared.unit)
        if len(known) > 1
        else None,
    )


def _goal(item: BoardItem, board: Board) -> CountGoal | GrowthGoal | None:
    """A rate is held against its target, a count against the time passed; the two are never mixed."""
    declared, value = item.declared, item.now.value
    if declared.target is None:
        return None
    if declared.unit == "%":
        return GrowthGoal(declared.name, value, declared.target)
    gone = elapsed(item.first_day, item.last_day, board.as_of)
    return CountGoal(declared.name, value, declared.target, gone, declared.unit)


def _change(now: IndicatorValue, before: IndicatorValue) -> str:
    if now.value is None:
        return ""
    if before.value is None:
        return "上年同期暂不能算"
    difference = now.value - before.value
    if not difference:
        return "与上年同期持平"
    unit = " 个点" if now.unit == "%" else f" {now.unit}"
    return f"同比 {'+' if difference > 0 else '−'}{shown(abs(difference))}{unit}"


def _weakest(stages: tuple[Stage, ...], refusals: Mapping[str, int]) -> str:
    steps = [(before, after) for before, after in pairwise(stages) if before.count]
    if not steps:
        return ""
    before, after = min(steps, key=lambda step: Decimal(step[1].count) / step[0].count)
    text = f"{after.label}转化最低（{percent(after.count, before.count)}）"
    if stages.index(after) > 2:
        reasons = [f"{reason} {count} 件" for reason, count in shown_counts(refusals).items() if count]
        hidden = "" if len(reasons) == len(refusals) else f"；少于 {SMALLEST_SHOWN} 件的原因不单列"
        text += f"：{'、'.join(reasons) or '没有可列的拒绝原因'}{hidden}"
    return f"{text}。审批中不计入成功。"


def _counts_first_loans(item: BoardItem) -> bool:
    formula = item.declared.formula
    return isinstance(formula, Growth) and FIRST_LOAN in formula.of.kinds


def _money_chart(label: str, rows: list[InstitutionTotal]) -> BarChart:
    bars = [Bar(row.name, _ten_thousands(row.amount)) for row in rows[:MOST_BARS]]
    if rest := rows[MOST_BARS:]:
        bars.append(Bar(f"其余 {len(rest)} 家", _ten_thousands(sum(row.amount for row in rest))))
    total = shown(_ten_thousands(sum(row.amount for row in rows)))
    count = sum(row.count for row in rows)
    return BarChart(f"分机构{label}", "万元", tuple(bars), note=f"合计 {total} 万元，{count} 笔。", lying=True)


def _hundred_millions(value: int | Decimal | None) -> Decimal | None:
    return None if value is None else (Decimal(value) / HUNDRED_MILLION).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _ten_thousands(value: int) -> Decimal:
    return (Decimal(value) / TEN_THOUSAND).quantize(Decimal("0.01"), ROUND_HALF_UP)
