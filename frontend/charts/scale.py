"""Axes: round ticks and where a value falls between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from frontend.charts.drawing import Number

_STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
# An axis may leave out zero only where all values lie in the upper half of it.
_MAY_LEAVE_ZERO = Decimal("0.5")


@dataclass(frozen=True)
class Scale:
    """Round ticks from ``low`` to ``high`` and pixels for both ends (``start`` belongs to ``low``)."""

    ticks: tuple[Decimal, ...]
    start: float
    end: float

    @property
    def low(self) -> Decimal:
        return self.ticks[0]

    @property
    def high(self) -> Decimal:
        return self.ticks[-1]

    def at(self, value: Number) -> float:
        """The pixel of ``value``."""
        share = (Decimal(value) - self.low) / (self.high - self.low)
        return self.start + float(share) * (self.end - self.start)


def round_step(rough: Decimal) -> Decimal:
    """The smallest of 1, 2, 2.5, 5 × 10ⁿ that is not below ``rough`` (which is positive)."""
    unit = Decimal(1).scaleb(rough.adjusted())
    return next(step * unit for step in _STEPS if step * unit >= rough)


def ticks_for(values: Sequence[Number], *, from_zero: bool, intervals: int = 3) -> tuple[Decimal, ...]:
    """At most ``intervals`` + 1 round numbers around ``values``; zero is among them where asked for."""
    low, high = (Decimal(min(values)), Decimal(max(values))) if values else (Decimal(0), Decimal(1))
    if from_zero or low < high * _MAY_LEAVE_ZERO:
        low, high = min(low, Decimal(0)), max(high, Decimal(0))
    if low == high:
        high = low + (abs(low) or 1)
    step = round_step((high - low) / intervals)
    while True:
        first = (low / step).to_integral_value(ROUND_FLOOR)
        last = (high / step).to_integral_value(ROUND_CEILING)
        if last - first <= intervals:
            return tuple(step * number for number in range(int(first), int(last) + 1))
        step = round_step(step * Decimal("1.01"))
