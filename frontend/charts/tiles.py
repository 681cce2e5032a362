"""The nine banners as bricks inside the bend of the Yellow River: a sketch of who lies beside whom, not a map."""

from dataclasses import dataclass
from decimal import Decimal

from frontend.charts.drawing import Drawing, Mark, Path, Rect, Table, Text, px, shown
from frontend.charts.scale import round_step

SKETCH = "示意，不表示边界"
HIDDEN = "＊"

# Row, and the left edge in half tiles.
PLACES = {
    "杭锦旗": (0, 2),
    "达拉特旗": (0, 4),
    "鄂托克旗": (1, 1),
    "东胜区": (1, 3),
    "准格尔旗": (1, 5),
    "鄂托克前旗": (2, 0),
    "乌审旗": (2, 2),
    "康巴什区": (2, 4),
    "伊金霍洛旗": (3, 3),
}


@dataclass(frozen=True)
class Tile:
    """One banner. ``None`` is unknown; ``hidden`` is known but too small a group to show."""

    place: str
    value: int | None
    hidden: bool = False
    extra: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        return HIDDEN if self.hidden else shown(self.value)


@dataclass(frozen=True)
class TileMap:
    """Figures of the nine banners; one without a tile is unknown. ``breaks`` are the lower bounds of classes 2 to 5.

    Raises ValueError for a place that is not one of the nine, for one given twice, and for breaks that do not rise.
    """

    title: str
    unit: str
    tiles: tuple[Tile, ...]
    breaks: tuple[int, int, int, int] | None = None
    total: int | None = None
    extra_heads: tuple[str, ...] = ()
    total_extra: tuple[str, ...] = ()
    value_label: str = ""
    note: str = ""
    kind: str = "tiles"

    def __post_init__(self) -> None:
        places = [tile.place for tile in self.tiles]
        if unknown := set(places) - set(PLACES):
            raise ValueError(f"not a banner of the city: {sorted(unknown)}")
        if len(places) != len(set(places)):
            raise ValueError("a banner is given twice")
        if self.breaks and list(self.breaks) != sorted(set(self.breaks)):
            raise ValueError("breaks must rise")

    @property
    def subtitle(self) -> str:
        return f"{self.unit}，{SKETCH}"

    @property
    def nine(self) -> tuple[Tile, ...]:
        """All nine, in the order of the sketch."""
        given = {tile.place: tile for tile in self.tiles}
        nothing = tuple("—" for _ in self.extra_heads)
        return tuple(given.get(place, Tile(place, None, extra=nothing)) for place in PLACES)

    @property
    def bounds(self) -> tuple[int, int, int, int]:
        """Lower bounds of classes 2 to 5: as given, or five even classes up to the largest value."""
        if self.breaks:
            return self.breaks
        most = max((tile.value for tile in self.nine if tile.value is not None and not tile.hidden), default=0)
        step = max(int(round_step(Decimal(max(most, 1)) / 5)), 1)
        return step, step * 2, step * 3, step * 4

    def class_of(self, tile: Tile) -> int:
        """1 to 5, and 0 for what is unknown or hidden."""
        if tile.hidden or tile.value is None:
            return 0
        return 1 + sum(tile.value >= bound for bound in self.bounds)

    @property
    def legend(self) -> tuple[tuple[int, str], ...]:
        """(class, words) of the five classes, and of tiles without a figure where there are any."""
        lower = (0, *self.bounds)
        words = [f"<{self.bounds[0]}"]
        for start, end in zip(lower[1:], (*lower[2:], None), strict=True):
            words.append(f"≥{start}" if end is None else f"{start}–{end - 1}" if end - 1 > start else f"{start}")
        items = list(enumerate(words, start=1))
        if any(tile.hidden for tile in self.nine):
            items.append((0, f"{HIDDEN} 户数少，不显示"))
        if any(tile.value is None and not tile.hidden for tile in self.nine):
            items.append((0, "— 暂缺"))
        return tuple(items)

    @property
    def sum_shown(self) -> str:
        """The city's figure: as given, else the sum of the nine, else — where one of them is not shown."""
        if self.total is not None:
            return shown(self.total)
        values = [tile.value for tile in self.nine if not tile.hidden and tile.value is not None]
        return shown(sum(values)) if len(values) == len(PLACES) else "—"

    @property
    def summary(self) -> str:
        """All nine in words."""
        return "，".join(f"{tile.place} {tile.shown}" for tile in self.nine) + f"（{self.unit}）。{SKETCH}。"

    @property
    def table(self) -> Table:
        ranked = sorted(
            self.nine, key=lambda tile: -1 if tile.hidden or tile.value is None else tile.value, reverse=True
        )
        blank = tuple("—" for _ in self.extra_heads)
        return Table(
            ("旗区", self.value_label or self.unit, *self.extra_heads),
            tuple((tile.place, tile.shown, *(tile.extra or blank)) for tile in ranked),
            ("全市", self.sum_shown, *(self.total_extra or blank)),
        )

    @property
    def wide(self) -> Drawing:
        return _draw(self, tile=(84, 80))

    @property
    def narrow(self) -> Drawing:
        return _draw(self, tile=(68, 68))


def _draw(chart: TileMap, *, tile: tuple[int, int]) -> Drawing:
    gap, margin, top = 6, 20, 44
    broad, high = tile
    pitch_x, pitch_y = broad + gap, high + gap
    width = round(pitch_x * 3.5) - gap + 2 * margin
    height = top + pitch_y * 4 - gap + 2
    marks: list[Mark] = [
        Path(_river(width, top, pitch_y), "c-river"),
        Text(width * 0.36, 15, "黄河", "c-text c-river-name", "middle"),
    ]
    small = "" if broad > 80 else " c-small"
    for item in chart.nine:
        row, half = PLACES[item.place]
        x, y = margin + half * pitch_x / 2, top + row * pitch_y
        level = chart.class_of(item)
        light = " c-on-dark" if level >= 4 else ""
        marks.append(Rect(x, y, broad, high, f"c-tile-{level}", 5))
        marks.append(Text(x + broad / 2, y + high / 2 - 7, item.place, f"c-text{small}{light}", "middle"))
        marks.append(Text(x + broad / 2, y + high / 2 + 19, item.shown, f"c-text c-figure{light}", "middle"))
    return Drawing(width, height, tuple(marks))


def _river(width: float, top: float, pitch: float) -> str:
    """From the south-west up, over the north and down the east: open to the south."""
    left, right, ridge, bend = 6, width - 6, top - 17, 56
    parts = (
        ("M", left, top + pitch * 3.4),
        ("L", left, ridge + bend),
        ("C", left, ridge + 12, left + 20, ridge, left + bend + 10, ridge),
        ("L", right - bend - 10, ridge),
        ("C", right - 20, ridge, right, ridge + 12, right, ridge + bend),
        ("L", right, top + pitch * 2.2),
        ("C", right, top + pitch * 2.5, right - 4, top + pitch * 2.6, right - 14, top + pitch * 2.9),
    )
    return "".join(f"{letter}{' '.join(px(float(value)) for value in values)}" for letter, *values in parts)
