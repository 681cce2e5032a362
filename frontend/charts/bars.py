"""Bars: upright columns where there is room, lying bars on a phone; every value is written on its bar."""

from dataclasses import dataclass

from frontend.charts.drawing import (
    NARROW,
    WIDE,
    Drawing,
    Line,
    Mark,
    Number,
    Rect,
    Table,
    Text,
    shown,
    text_width,
)
from frontend.charts.scale import Scale, ticks_for

_BROADEST = 64


@dataclass(frozen=True)
class Bar:
    """One category; ``None`` is unknown and leaves a marked hole, not a bar of no height."""

    label: str
    value: Number | None
    partial: bool = False


@dataclass(frozen=True)
class BarChart:
    """Categories in order, all in ``unit``; ``partial`` bars (a year not over) are drawn hollow."""

    title: str
    unit: str
    bars: tuple[Bar, ...]
    target: Number | None = None
    target_label: str = "目标"
    note: str = ""
    # Long names do not fit under columns: then the bars lie in the wide drawing too.
    lying: bool = False
    # What stands where there is no value: it may be known and withheld.
    hole: str = "缺"
    kind: str = "bar"

    @property
    def subtitle(self) -> str:
        """The unit, and what hollow bars mean where there are any."""
        return f"{self.unit}，空心为未满期" if any(bar.partial for bar in self.bars) else self.unit

    def said(self, bar: Bar) -> str:
        """The value of ``bar`` as written, or why there is none."""
        return self.hole if bar.value is None else shown(bar.value)

    @property
    def summary(self) -> str:
        """All bars in words."""
        text = "，".join(f"{bar.label} {self.said(bar)}" for bar in self.bars)
        aim = f"；{self.target_label} {shown(self.target)}" if self.target is not None else ""
        return f"{text or '还没有数据'}{aim}（{self.unit}）。"

    @property
    def table(self) -> Table:
        rows = tuple((f"{bar.label}（未满）" if bar.partial else bar.label, self.said(bar)) for bar in self.bars)
        foot = (self.target_label, shown(self.target)) if self.target is not None else ()
        return Table(("类别", self.unit), rows, foot)

    @property
    def wide(self) -> Drawing:
        return _lying(self, WIDE) if self.lying else _columns(self)

    @property
    def narrow(self) -> Drawing:
        return _lying(self, NARROW)


def _values(chart: BarChart) -> list[Number]:
    known = [bar.value for bar in chart.bars if bar.value is not None]
    return [*known, chart.target] if chart.target is not None else known


def _columns(chart: BarChart) -> Drawing:
    height, top = 280, 30
    ticks = ticks_for(_values(chart), from_zero=True)
    left = max(text_width(shown(tick)) for tick in ticks) + 10
    right = WIDE - (text_width(f"{chart.target_label} {shown(chart.target)}") + 8 if chart.target is not None else 0)
    scale = Scale(ticks, height - 34, top)
    marks: list[Mark] = []
    for tick in ticks:
        y = scale.at(tick)
        marks.append(Line(left, y, right, y, "c-axis" if tick == 0 else "c-grid"))
        marks.append(Text(left - 8, y + 5, shown(tick), "c-text c-soft", "end"))
    slot = (right - left) / max(len(chart.bars), 1)
    broad = min(slot * 0.62, _BROADEST)
    figures: list[Mark] = []
    for index, bar in enumerate(chart.bars):
        middle = left + slot * (index + 0.5)
        marks.append(Text(middle, height - 8, bar.label, "c-text", "middle"))
        marks += _column(bar, middle - broad / 2, broad, scale)
        figures.append(_figure_of(chart, bar, middle, scale))
    if chart.target is not None:
        y = scale.at(chart.target)
        marks.append(Line(left, y, right, y, "c-target"))
        marks.append(Text(right + 8, y + 5, f"{chart.target_label} {shown(chart.target)}", "c-text c-aim"))
    # Figures come last: their halo keeps the target line from striking them through.
    return Drawing(WIDE, height, (*marks, *figures))


def _column(bar: Bar, x: float, broad: float, scale: Scale) -> list[Mark]:
    if bar.value is None:
        return []
    zero, end = scale.at(0), scale.at(bar.value)
    return [_solid(bar, x, min(zero, end), broad, abs(end - zero))]


def _figure_of(chart: BarChart, bar: Bar, middle: float, scale: Scale) -> Text:
    if bar.value is None:
        return Text(middle, scale.at(0) - 8, chart.hole, "c-text c-soft", "middle")
    end = scale.at(bar.value)
    return Text(middle, end + 16 if bar.value < 0 else end - 7, shown(bar.value), "c-text c-strong c-halo", "middle")


def _solid(bar: Bar, x: float, y: float, width: float, height: float) -> Rect:
    if bar.partial:
        return Rect(x + 1, y + 1, max(width - 2, 1), max(height - 2, 1), "c-bar-open")
    return Rect(x, y, width, height, "c-bar")


def _lying(chart: BarChart, width: int) -> Drawing:
    label = max((text_width(bar.label) for bar in chart.bars), default=0) + 10
    # A name that would take half the drawing stands above its bar.
    above = label > width * 0.45
    thick, pitch, left = (14, 46, 0.0) if above else (20, 34, label)
    top = 26 if chart.target is not None else 4
    widest = max((text_width(shown(bar.value)) for bar in chart.bars), default=0) + 8
    below_zero = any(value < 0 for value in _values(chart))
    ends = ticks_for(_values(chart), from_zero=True)
    scale = Scale(ends, left + (widest if below_zero else 0), width - widest)
    zero = scale.at(0)
    height = top + pitch * len(chart.bars) + 4
    marks: list[Mark] = [Line(zero, top, zero, height - 4, "c-axis")]
    figures: list[Mark] = []
    for index, bar in enumerate(chart.bars):
        y = top + pitch * index + (26 if above else (pitch - thick) / 2)
        base = y + thick / 2 + 5
        marks.append(Text(0, y - 7 if above else base, bar.label))
        if bar.value is None:
            figures.append(Text(zero + 6, base, chart.hole, "c-text c-soft"))
            continue
        end = scale.at(bar.value)
        marks.append(_solid(bar, min(zero, end), y, abs(end - zero), thick))
        x, anchor = (end - 6, "end") if bar.value < 0 else (end + 6, "start")
        figures.append(Text(x, base, shown(bar.value), "c-text c-strong c-halo", anchor))
    if chart.target is not None:
        marks += _lying_target(chart, scale.at(chart.target), top, height, width)
    return Drawing(width, height, (*marks, *figures))


def _lying_target(chart: BarChart, x: float, top: float, height: float, width: int) -> list[Mark]:
    text = f"{chart.target_label} {shown(chart.target)}"
    half = text_width(text) / 2
    return [
        Line(x, top - 4, x, height - 4, "c-target"),
        Text(min(max(x, half), width - half), top - 10, text, "c-text c-aim", "middle"),
    ]
