"""A line as small as a word: no axis, the last value as a dot; the figures stand in its description."""

from dataclasses import dataclass

from frontend.charts.drawing import Dot, Drawing, Mark, Number, Path, polyline, shown

_WIDTH, _HEIGHT, _EDGE = 120, 32, 5


@dataclass(frozen=True)
class Sparkline:
    """Values in order of time; ``None`` is unknown and breaks the line."""

    title: str
    values: tuple[Number | None, ...]
    unit: str = ""

    @property
    def summary(self) -> str:
        """All values in words."""
        return "、".join(shown(value) for value in self.values) + self.unit

    @property
    def drawing(self) -> Drawing:
        known = [value for value in self.values if value is not None]
        if not known:
            return Drawing(_WIDTH, _HEIGHT, ())
        low, high = min(known), max(known)
        pitch = (_WIDTH - 2 * _EDGE) / max(len(self.values) - 1, 1)
        runs: list[list[tuple[float, float]]] = [[]]
        for index, value in enumerate(self.values):
            if value is None:
                runs.append([])
                continue
            share = float((value - low) / (high - low)) if high > low else 0.5
            runs[-1].append((_EDGE + index * pitch, _HEIGHT - _EDGE - share * (_HEIGHT - 2 * _EDGE)))
        runs = [run for run in runs if run]
        marks: list[Mark] = [Path(polyline(run), "c-spark") for run in runs if len(run) > 1]
        marks += [Dot(*run[0], 1.6, "c-dot") for run in runs if len(run) == 1]
        marks.append(Dot(*runs[-1][-1], 3.4, "c-dot"))
        return Drawing(_WIDTH, _HEIGHT, tuple(marks))
