"""A text taken apart: what must hold, what ranks, and what was understood. Engine-neutral."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from search.clauses import AllOf, AtLeast, Clause, Scoring, Term, Weighted
from search.query import Understood

_ALL_HELD, _MOST_HELD = 900, 200
_MOST = (6, 10)


@dataclass
class Asked:
    """``written``: the text; ``groups``: one clause per word or condition; ``near``: anything at all in common."""

    written: str = ""

    groups: list[Clause] = field(default_factory=list)
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
        """From strict to loose: every group, most of them, any of them, anything in common."""
        if self.groups:
            yield AllOf(tuple(self.groups))
            if (most := self._most()) < len(self.groups):
                yield AtLeast(tuple(self.groups), most)
            if most > 1:
                yield AtLeast(tuple(self.groups), 1)
        if self.near:
            yield AtLeast((*self.groups, *self.near))

    def ranking(self) -> tuple[Scoring, ...]:
        """Everything that ranks, with the bonus for holding all or most groups."""
        if len(self.groups) < 2:
            return tuple(self.scoring)
        everything = Weighted(AllOf(tuple(self.groups)), _ALL_HELD)
        most = Weighted(AtLeast(tuple(self.groups), self._most()), _MOST_HELD)
        return (*self.scoring, everything, most)

    def _most(self) -> int:
        return max(1, -(-len(self.groups) * _MOST[0] // _MOST[1]))
