"""Numbers of a field as people write them: 1,000 万元, 18 个月, 70%, 3 件. Exact, never rounded."""

from decimal import Decimal

from enterprises.facts import FIELDS


def quantity(field: str, value: int) -> str:
    """A number of ``field`` with its unit."""
    figure, unit = _figure(field, value)
    return f"{figure}{unit}"


def span(field: str, low: int, high: int) -> str:
    """Both ends of a range: 80～500 万元, 3%～5%; one figure where they are equal."""
    first, unit = _figure(field, low)
    last, _ = _figure(field, high)
    if low == high:
        return f"{first}{unit}"
    return f"{first}%～{last}%" if unit == "%" else f"{first}～{last}{unit}"


def difference(field: str, value: int) -> str:
    """A distance between two numbers of ``field``; ratios differ in percentage points."""
    if FIELDS[field].unit == "基点":
        return f"{_decimal(value, 100)} 个百分点"
    return quantity(field, value)


def _figure(field: str, value: int) -> tuple[str, str]:
    match FIELDS[field].unit:
        case "元":
            return _decimal(value, 10_000), " 万元"
        case "基点":
            return _decimal(value, 100), "%"
        case "月":
            return f"{value:,}", " 个月"
        case unit:
            return f"{value:,}", f" {unit}"


def _decimal(value: int, scale: int) -> str:
    return f"{(Decimal(value) / scale).normalize():,f}"


def unscaled(value: int, scale: int) -> str:
    """``value`` of 1/scale units as one types it into a form: no thousands, no idle zeros."""
    return f"{(Decimal(value) / scale).normalize():f}"
