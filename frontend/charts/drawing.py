"""What a drawing is made of. Coordinates are pixels of the drawing, y downwards; colour comes from CSS by class."""

from dataclasses import dataclass
from decimal import Decimal

Number = int | Decimal

WIDE, NARROW = 840, 296
# Wide drawings may shrink to 720 px before the narrow one takes over: 14 px letters then still measure 12.
LETTER = 14


@dataclass(frozen=True)
class Rect:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float
    css: str
    radius: float = 0
    kind: str = "rect"


@dataclass(frozen=True)
class Line:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    css: str
    kind: str = "line"


@dataclass(frozen=True)
class Path:
    """A path; ``d`` in SVG's own words."""

    d: str
    css: str
    kind: str = "path"


@dataclass(frozen=True)
class Dot:
    """A filled circle."""

    x: float
    y: float
    radius: float
    css: str
    kind: str = "dot"


@dataclass(frozen=True)
class Text:
    """One line of letters with its baseline at ``y``; ``anchor`` is start, middle or end."""

    x: float
    y: float
    text: str
    css: str = "c-text"
    anchor: str = "start"
    kind: str = "text"


Mark = Rect | Line | Path | Dot | Text


@dataclass(frozen=True)
class Drawing:
    """Marks in painting order on a canvas of ``width`` × ``height``."""

    width: float
    height: float
    marks: tuple[Mark, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """Every line of letters, in painting order."""
        return tuple(mark.text for mark in self.marks if isinstance(mark, Text))


@dataclass(frozen=True)
class Table:
    """The same figures as cells of text; the first column names the row, ``foot`` is the sum or empty."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    foot: tuple[str, ...] = ()


def px(value: float) -> str:
    """A coordinate with at most one decimal."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def shown(value: Number | None) -> str:
    """A number with thousands, at most two decimals and no idle zeros; — for unknown."""
    if value is None:
        return "—"
    text = f"{Decimal(value):,.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def percent(part: Number, whole: Number) -> str:
    """A share in whole per cent, rounded half up; — where there is nothing to share."""
    return f"{int(Decimal(part) * 100 / Decimal(whole) + Decimal('0.5'))}%" if whole else "—"


def text_width(text: str, size: float = LETTER) -> float:
    """About how many pixels ``text`` takes: a Han character is square, others a little over half."""
    return sum(size if ord(letter) > 0x2E80 else size * 0.58 for letter in text)


def polyline(points: list[tuple[float, float]]) -> str:
    """Path data through ``points``."""
    return "M" + "L".join(f"{px(x)} {px(y)}" for x, y in points)
