"""Charts as template tags: a figure with both drawings and its table, a goal's bar, a sparkline."""

from typing import Any

from django import template

from frontend.charts.bars import BarChart
from frontend.charts.drawing import Number
from frontend.charts.drawing import px as pixels
from frontend.charts.drawing import shown as number_shown
from frontend.charts.funnel import Funnel
from frontend.charts.lines import LineChart
from frontend.charts.progress import CountGoal, GrowthGoal
from frontend.charts.sparkline import Sparkline
from frontend.charts.tiles import TileMap

register = template.Library()

AnyChart = BarChart | LineChart | Funnel | TileMap


@register.filter
def px(value: float) -> str:
    """A coordinate with at most one decimal, never localised."""
    return pixels(value)


@register.filter
def shown(value: Number | None) -> str:
    """A number with thousands, at most two decimals and no idle zeros; — for unknown."""
    return number_shown(value)


@register.inclusion_tag("frontend/parts/charts/figure.html")
def chart(spec: AnyChart, level: int = 2) -> dict[str, Any]:
    """``spec`` as a figure under a heading of ``level``: wide and narrow drawing, note, table."""
    return {"chart": spec, "heading": f"h{level}", "legend": spec.legend if isinstance(spec, TileMap) else ()}


@register.inclusion_tag("frontend/parts/charts/progress.html")
def progress(goal: CountGoal | GrowthGoal) -> dict[str, Any]:
    """The bar of a goal with its tick: solid for the time passed, dashed for the target of a growth rate."""
    return {"goal": goal, "meter": goal.meter}


@register.inclusion_tag("frontend/parts/charts/goal.html")
def goal_tile(goal: CountGoal | GrowthGoal) -> dict[str, Any]:
    """Name, status, figure, aim, bar and two facts of a goal."""
    return {"goal": goal, "meter": goal.meter}


@register.inclusion_tag("frontend/parts/charts/sparkline.html")
def sparkline(spec: Sparkline) -> dict[str, Any]:
    """A line as small as a word."""
    return {"spark": spec, "drawing": spec.drawing}
