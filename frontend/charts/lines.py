"""A line over time with its target: the gap below the target is filled, the last value is written at its dot."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from frontend.charts.drawing import (
    LETTER,
    NARROW,
    WIDE,
    Dot,
    Drawing,
    Line,
    Mark,
    Number,
    Path,
    Table,
    Text,
    polyline,
    shown,
    text_width,
)
from frontend.charts.scale import Scale, ticks_for

Point = tuple[float, float]


@dataclass(frozen=True)
class LinePoint:
    """One period; ``None`` is unknown and breaks the line."""

    label: str
    value: Number | None
    target: Number | None = None


@dataclass(frozen=True)
class LineChart:
    """Periods in order, all in ``unit``."""

    title: str
    unit: str
    points: tuple[LinePoint, ...]
    value_label: str = "实际"
    target_label: str = "目标"
    note: str = ""
    kind: str = "line"

    @property
    def subtitle(self) -> str:
        """The unit, and where the axis starts when that is not zero."""
        start = _ticks(self)[0]
        return f"{self.unit}，纵轴从 {shown(start)} 起" if start > 0 else self.unit

    @property
    def summary(self) -> str:
        """The line in words."""
        known = [point for point in self.points if point.value is not None]
        if not known:
            return "还没有数据。"
        first, last = known[0], known[-1]
        text = f"{first.label} {shown(first.value)}，{last.label} {shown(last.value)}{self.unit}"
        if last.target is not None:
            text += f"，{self.target_label} {shown(last.target)}"
        missing = sum(point.value is None for point in self.points[: self.points.index(last)])
        return f"{text}；中间缺 {missing} 期。" if missing else f"{text}。"

    @property
    def table(self) -> Table:
        with_target = any(point.target is not None for point in self.points)
        head = ("时期", f"{self.value_label}（{self.unit}）", *((self.target_label,) if with_target else ()))
        return Table(
            head,
            tuple(
                (point.label, shown(point.value), *((shown(point.target),) if with_target else ()))
                for point in self.points
            ),
        )

    @property
    def wide(self) -> Drawing:
        return _draw(self, WIDE, 292)

    @property
    def narrow(self) -> Drawing:
        return _draw(self, NARROW, 220)


def _ticks(chart: LineChart) -> tuple[Decimal, ...]:
    values = [value for point in chart.points for value in (point.value, point.target) if value is not None]
    return ticks_for(values, from_zero=False)


def _draw(chart: LineChart, width: int, height: int) -> Drawing:
    ticks = _ticks(chart)
    left = max(text_width(shown(tick)) for tick in ticks) + 10
    right = width - 14 - text_width(chart.points[-1].label if chart.points else "") / 2
    scale = Scale(ticks, height - 34, 26)
    pitch = (right - left - 14) / max(len(chart.points) - 1, 1)
    xs = [left + 14 + index * pitch for index in range(len(chart.points))]
    actual = _runs(xs, [point.value for point in chart.points], scale)
    target = _runs(xs, [point.target for point in chart.points], scale)
    marks: list[Mark] = []
    for tick in ticks:
        y = scale.at(tick)
        marks.append(Line(left, y, width, y, "c-axis" if tick == 0 else "c-grid"))
        marks.append(Text(left - 8, y + 5, shown(tick), "c-text c-soft", "end"))
    marks += _period_labels(chart, xs, height - 8)
    marks += _gaps(chart, xs, scale)
    marks += [Path(polyline(run), "c-target") for run in target if len(run) > 1]
    marks += [Path(polyline(run), "c-actual") for run in actual if len(run) > 1]
    marks += [Dot(x, y, 2.6, "c-dot") for run in actual for x, y in run]
    marks += _end_labels(chart, actual, target, (left, width, height - 40))
    return Drawing(width, height, tuple(marks))


def _runs(xs: list[float], values: list[Number | None], scale: Scale) -> list[list[Point]]:
    """Neighbouring known values together, as points."""
    runs: list[list[Point]] = [[]]
    for x, value in zip(xs, values, strict=True):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((x, scale.at(value)))
    return [run for run in runs if run]


def _period_labels(chart: LineChart, xs: list[float], y: float) -> list[Mark]:
    """As many labels as fit, at even steps from the first, and the last one when there is room for it."""
    if not xs:
        return []
    room = max(text_width(point.label) for point in chart.points) + 10
    pitch = xs[1] - xs[0] if len(xs) > 1 else room
    every = next(step for step in range(1, len(xs) + 1) if step * pitch >= room or step == len(xs))
    chosen = list(range(0, len(xs), every))
    last = len(xs) - 1
    if chosen[-1] != last and (last - chosen[-1]) * pitch >= room:
        chosen.append(last)
    return [Text(xs[index], y, chart.points[index].label, "c-text c-soft", "middle") for index in chosen]


def _gaps(chart: LineChart, xs: list[float], scale: Scale) -> list[Mark]:
    """Areas where the line runs below its target."""
    areas = []
    for index in range(len(xs) - 1):
        here, there = chart.points[index], chart.points[index + 1]
        if here.value is None or there.value is None or here.target is None or there.target is None:
            continue
        upper = ((xs[index], scale.at(here.target)), (xs[index + 1], scale.at(there.target)))
        lower = ((xs[index], scale.at(here.value)), (xs[index + 1], scale.at(there.value)))
        areas += _between(upper, lower)
    return [Path("".join(f"{polyline(area)}Z" for area in areas), "c-gap")] if areas else []


def _between(upper: tuple[Point, Point], lower: tuple[Point, Point]) -> list[list[Point]]:
    """The part between two segments where ``lower`` lies under ``upper`` on screen; cut where they cross."""
    first, second = lower[0][1] - upper[0][1], lower[1][1] - upper[1][1]
    if first <= 0 and second <= 0:
        return []
    if first >= 0 and second >= 0:
        return [[upper[0], upper[1], lower[1], lower[0]]]
    share = first / (first - second)
    cut = (
        upper[0][0] + share * (upper[1][0] - upper[0][0]),
        upper[0][1] + share * (upper[1][1] - upper[0][1]),
    )
    return [[upper[0], cut, lower[0]]] if first > 0 else [[cut, upper[1], lower[1]]]


def _end_labels(
    chart: LineChart, actual: list[list[Point]], target: list[list[Point]], box: tuple[float, float, float]
) -> list[Mark]:
    """The last value beside its large dot, the last target beside its end; on opposite sides, clear of both lines."""
    left, right, floor = box
    lines = [*actual, *target]
    marks: list[Mark] = []
    value_below = True
    if actual and target:
        value_below = actual[-1][-1][1] >= target[-1][-1][1]
    if target:
        text = f"{chart.target_label} {shown(_last(chart, 'target'))}"
        marks.append(_label(text, target[-1][-1], lines, not value_below, "c-text c-aim", (left, right, floor)))
    if actual:
        end = actual[-1][-1]
        marks.append(Dot(end[0], end[1], 5, "c-dot"))
        text = f"{chart.value_label} {shown(_last(chart, 'value'))}"
        marks.append(_label(text, end, lines, value_below, "c-text c-strong c-now", (left, right, floor)))
    return marks


def _last(chart: LineChart, name: str) -> Number | None:
    return next((value for point in reversed(chart.points) if (value := getattr(point, name)) is not None), None)


def _height_at(run: list[Point], x: float, default: float) -> float:
    """The height of a line at ``x``; ``default`` outside of it."""
    for (x1, y1), (x2, y2) in pairwise(run):
        if x1 <= x <= x2:
            return y1 + (y2 - y1) * (x - x1) / (x2 - x1)
    return default


def _label(
    text: str, end: Point, lines: list[list[Point]], below: bool, css: str, box: tuple[float, float, float]
) -> Text:
    """``text`` under or over ``end``, moved away from every line it would touch and kept inside the drawing."""
    left, right, floor = box
    half = text_width(text, LETTER + 1) / 2
    middle = min(max(end[0], left + half), right - half)
    heights = [end[1]]
    for run in lines:
        heights += [y for x, y in run if middle - half <= x <= middle + half]
        if run[0][0] <= middle - half <= run[-1][0]:
            heights.append(_height_at(run, middle - half, end[1]))
    y = min(max(heights) + 24, floor) if below else max(min(heights) - 12, 14)
    return Text(middle, y, text, css, "middle")
