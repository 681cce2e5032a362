"""A funnel of left-aligned bars with the conversion of each step at the right."""

from dataclasses import dataclass

from frontend.charts.drawing import (
    NARROW,
    WIDE,
    Drawing,
    Mark,
    Path,
    Rect,
    Table,
    Text,
    percent,
    polyline,
    shown,
    text_width,
)


@dataclass(frozen=True)
class Stage:
    """How many cases reached this stage; ``decided`` stages lie after the institution's own decision."""

    label: str
    count: int
    decided: bool = False


@dataclass(frozen=True)
class Funnel:
    """Stages in order; counts fall or stay equal in a sound process, but are drawn as they are."""

    title: str
    unit: str
    stages: tuple[Stage, ...]
    note: str = ""
    kind: str = "funnel"

    @property
    def subtitle(self) -> str:
        return f"{self.unit}，右列为环节转化率"

    @property
    def conversions(self) -> tuple[str, ...]:
        """Each stage as a share of the one before it; one fewer than stages."""
        return tuple(
            percent(after.count, before.count) for before, after in zip(self.stages, self.stages[1:], strict=False)
        )

    @property
    def summary(self) -> str:
        """All stages in words."""
        return "，".join(f"{stage.label} {shown(stage.count)}" for stage in self.stages) + f"（{self.unit}）。"

    @property
    def table(self) -> Table:
        rates = ("", *self.conversions)
        return Table(
            ("环节", self.unit, "比上一环节"),
            tuple(
                (stage.label, shown(stage.count), rate or "—") for stage, rate in zip(self.stages, rates, strict=True)
            ),
        )

    @property
    def wide(self) -> Drawing:
        return _draw(self, WIDE, thick=30, pitch=50)

    @property
    def narrow(self) -> Drawing:
        return _draw(self, NARROW, thick=24, pitch=40)


def _draw(funnel: Funnel, width: int, *, thick: int, pitch: int) -> Drawing:
    left = max((text_width(stage.label) for stage in funnel.stages), default=0) + 12
    written = max((text_width(shown(stage.count)) for stage in funnel.stages), default=0) + 16
    rate_room = 62
    full = width - left - written - rate_room
    most = max((stage.count for stage in funnel.stages), default=0) or 1
    marks: list[Mark] = []
    for index, stage in enumerate(funnel.stages):
        y = index * pitch
        long = max(full * stage.count / most, 2 if stage.count else 0)
        marks.append(Text(0, y + thick / 2 + 5, stage.label))
        marks.append(Rect(left, y, long, thick, "c-after" if stage.decided else "c-bar"))
        marks.append(Text(left + long + 8, y + thick / 2 + 5, shown(stage.count), "c-text c-strong"))
    for index, rate in enumerate(funnel.conversions):
        before, after = funnel.stages[index].count, funnel.stages[index + 1].count
        middle = index * pitch + thick + (pitch - thick) / 2
        low = bool(before) and after * 2 < before
        arrow = width - rate_room + 12
        marks.append(Path(polyline([(arrow, middle - 6), (arrow, middle + 5)]), "c-arrow"))
        marks.append(Path(polyline([(arrow - 4, middle + 1), (arrow, middle + 5), (arrow + 4, middle + 1)]), "c-arrow"))
        marks.append(Text(width, middle + 5, rate, "c-text c-low" if low else "c-text c-soft", "end"))
    return Drawing(width, max(len(funnel.stages) * pitch - (pitch - thick), 1), tuple(marks))
