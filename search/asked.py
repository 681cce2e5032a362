"""A text taken apart: what must hold, what ranks, and what was understood. Engine-neutral."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from search.clauses import AllOf, AtLeast, Clause, Scoring, Term, Weighted
from search.query import Understood

_ALL_HELD, _MOST_HELD = 900, 200
_MOST = (6, 10)


@dataclass
class Asked:
    """``written``: the text; ``groups``: one clause per word or condition; ``near``: anything at all in common.

    ``idle``: those groups that no row can hold, a word of talk or something nobody offers.
    """

    written: str = ""

    groups: list[Clause] = field(default_factory=list)
    idle: set[Clause] = field(default_factory=set)
    scoring: list[Scoring] = field(default_factory=list)
    near: dict[Term, None] = field(default_factory=dict)
    understood: list[Understood] = field(default_factory=list)
    needles: dict[str, None] = field(default_factory=dict)
    is_corrected: bool = False

    @property
    def corrected(self) -> str | None:
        """The text as it was read, where that is not what was typed."""
        return " ".join(self.written.split()) if self.is_corrected else None

    def correct(self, start: int, end: int, meant: str) -> None:
        """Read ``written[start:end]`` as ``meant``."""
        self.written, self.is_corrected = self.written[:start] + meant + self.written[end:], True

    def ladder(self) -> Iterator[Clause]:
        """From strict to loose: every group, every one that can be held, most, any of them, anything in common."""
        live = self._live()
        if self.groups:
            yield AllOf(tuple(self.groups))
            if len(live) < len(self.groups):
                yield AllOf(tuple(live))
            if (most := self._most(live)) < len(live):
                yield AtLeast(tuple(live), most)
            if most > 1:
                yield AtLeast(tuple(live), 1)
        if self.near:
            yield AtLeast((*self.groups, *self.near))

    def ranking(self) -> tuple[Scoring, ...]:
        """Everything that ranks, with the bonus for holding all or most groups."""
        live = self._live()
        if len(live) < 2:
            return tuple(self.scoring)
        everything = Weighted(AllOf(tuple(live)), _ALL_HELD)
        most = Weighted(AtLeast(tuple(live), self._most(live)), _MOST_HELD)
        return (*self.scoring, everything, most)

    def _live(self) -> list[Clause]:
        return [group for group in self.groups if group not in self.idle] or self.groups

    @staticmethod
    def _most(groups: list[Clause]) -> int:
        return max(1, -(-len(groups) * _MOST[0] // _MOST[1]))
