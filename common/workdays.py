"""Working days of the State Council's calendar (library ``holidays``), corrected by rows the office can edit."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import holidays

from common.models import CalendarOverride


@dataclass(frozen=True)
class DueDate:
    """A deadline; ``tentative`` (暂定) while the official notice of a year it crosses is not loaded."""

    day: date
    tentative: bool


@lru_cache(maxsize=64)
def _calendar(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("CN", years=year)


@lru_cache(maxsize=64)
def _library_has_notice(year: int) -> bool:
    """A year whose notice is known has make-up working days (调休) on weekends; without one there are none."""
    return any(day.year == year for day in getattr(_calendar(year), "weekend_workdays", ()))


def calendar() -> Callable[[date], bool]:
    """Whether offices work on a day; an override row wins over the library. One query, whatever is asked then."""
    overrides = dict(CalendarOverride.objects.order_by("day").values_list("day", "working"))
    return lambda day: overrides.get(day, _calendar(day.year).is_working_day(day))


def is_tentative(year: int) -> bool:
    """True while neither the library nor an override row knows the notice of ``year``."""
    return not (_library_has_notice(year) or CalendarOverride.objects.filter(day__year=year).exists())


def nth_working_day_after(start: date, count: int) -> DueDate:
    """Return the ``count``-th working day strictly after ``start`` (count ≥ 1)."""
    works, day, left = calendar(), start, count
    while left:
        day += timedelta(days=1)
        left -= works(day)
    return DueDate(day, any(is_tentative(year) for year in {(start + timedelta(days=1)).year, day.year}))
