"""Working days of the State Council's calendar (library ``holidays``), corrected by rows the office can edit."""

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


def is_working_day(day: date) -> bool:
    """True when offices work that day; an override row wins over the library."""
    override = CalendarOverride.objects.filter(day=day).values_list("working", flat=True).first()
    return _calendar(day.year).is_working_day(day) if override is None else override


def is_tentative(year: int) -> bool:
    """True while neither the library nor an override row knows the notice of ``year``."""
    return not (_library_has_notice(year) or CalendarOverride.objects.filter(day__year=year).exists())


def working_days_between(start: date, end: date) -> int:
    """Working days after ``start`` up to and with ``end``; 0 when ``end`` is not later."""
    overrides = _overrides_after(start)
    days = (start + timedelta(days=number) for number in range(1, (end - start).days + 1))
    return sum(overrides.get(day, _calendar(day.year).is_working_day(day)) for day in days)


def _overrides_after(start: date) -> dict[date, bool]:
    return dict(CalendarOverride.objects.filter(day__gt=start).order_by("day").values_list("day", "working"))


def nth_working_day_after(start: date, count: int) -> DueDate:
    """Return the ``count``-th working day strictly after ``start`` (count ≥ 1)."""
    overrides = _overrides_after(start)
    day, left = start, count
    while left:
        day += timedelta(days=1)
        left -= overrides.get(day, _calendar(day.year).is_working_day(day))
    years = {(start + timedelta(days=1)).year, day.year}
    return DueDate(day=day, tentative=any(is_tentative(year) for year in years))
