"""What the officer's pages draw: weekdays, the capacity bar, stations in a row."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from frontend.templatetags.components import timeline

register = template.Library()

_WEEKDAYS = "一二三四五六日"
_WIDTH = 240


@register.filter
def weekday(day: date) -> str:
    """周一 … 周日."""
    return f"周{_WEEKDAYS[day.weekday()]}"


@register.filter
def percent(basis_points: int) -> str:
    """Basis points as a percentage with at most one decimal."""
    return f"{basis_points / 100:.1f}".removesuffix(".0") + "%"


@register.filter
def left_of(used: int, limit: int) -> int:
    """What is left of a limit; never less than 0."""
    return max(limit - used, 0)


@register.simple_tag
def capacity_bar(used: int, limit: int) -> SafeString:
    """A 10 px bar of how much of an officer's capacity is taken."""
    filled = min(_WIDTH, _WIDTH * used // limit)
    return format_html(
        '<svg class="capacity-bar" viewBox="0 0 {} 10" width="{}" height="10" role="img" '
        'aria-label="已服务 {} 户，上限 {} 户">'
        '<rect class="c-track" width="{}" height="10" rx="2" />'
        '<rect class="{}" width="{}" height="10" rx="2" /></svg>',
        _WIDTH,
        _WIDTH,
        used,
        limit,
        _WIDTH,
        "c-meter-clay" if used >= limit else "c-meter-grass",
        filled,
    )


@register.inclusion_tag("frontend/officer/stations.html")
def stations(steps: Iterable[Any]) -> dict[str, Any]:
    """The stations of a case side by side; what they are is the same as one below the other."""
    return timeline(steps)
