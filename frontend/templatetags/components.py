"""Parts of pages that need a little order before they can be drawn: steps of a task, stations of a case."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import template

register = template.Library()


@register.inclusion_tag("frontend/parts/stepper.html")
def stepper(labels: Sequence[str], current: int, name: str = "办理进度") -> dict[str, Any]:
    """Steps in order; ``current`` counts from 1, one more than the number of steps means all are done."""
    states = ["done" if at < current else "current" if at == current else "to-do" for at in range(1, len(labels) + 1)]
    return {"steps": list(zip(labels, states, strict=True)), "name": name}


@register.inclusion_tag("frontend/parts/timeline.html")
def timeline(steps: Iterable[Any]) -> dict[str, Any]:
    """Stations in order with ``label, at, actor, promised, late``; the first one without ``at`` is the next."""
    stations: list[tuple[Any, str]] = []
    waiting = False
    for step in steps:
        state = "done" if step.at else "to-come" if waiting else "next"
        waiting = waiting or not step.at
        stations.append((step, f"{state} late" if step.late else state))
    return {"stations": stations}


@register.inclusion_tag("frontend/parts/load.html")
def load_bar(active: int, capacity: int) -> dict[str, Any]:
    """How much of a capacity is taken: a bar, its length in per cent, full when nothing is left."""
    return {
        "active": active,
        "capacity": capacity,
        "length": min(100, active * 100 // capacity),
        "full": active >= capacity,
    }
