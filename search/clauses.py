"""The small algebra in which everything that selects or ranks is written; an engine compiles it and nothing else."""

from dataclasses import dataclass

ALL = "all"
GRAMS = "grams"


@dataclass(frozen=True)
class Eq:
    """Keyword ``field`` holds ``value``."""

    field: str
    value: str


@dataclass(frozen=True)
class In:
    """Keyword ``field`` holds any of ``values``; no values find nothing."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Range:
    """Number ``field`` lies in [``low``, ``high``]; what the source does not say passes only with ``or_unknown``."""

    field: str
    low: int | None = None
    high: int | None = None
    or_unknown: bool = False


@dataclass(frozen=True)
class Overlaps:
    """The interval [``low_field``, ``high_field``] meets [``low``, ``high``].

    A bound the document does not state is open; a document stating neither passes only with ``or_unknown``.
    """

    low_field: str
    high_field: str
    low: int | None = None
    high: int | None = None
    or_unknown: bool = False


Filter = Eq | In | Range | Overlaps


@dataclass(frozen=True)
class Term:
    """One analysed token in a text field, in ALL (every text field) or in GRAMS (characters and pairs of names)."""

    field: str
    token: str


@dataclass(frozen=True)
class AllOf:
    """Every one of ``clauses`` holds."""

    clauses: tuple["Clause", ...]


@dataclass(frozen=True)
class AtLeast:
    """At least ``minimum`` of ``clauses`` hold."""

    clauses: tuple["Clause", ...]
    minimum: int = 1


Clause = Term | AllOf | AtLeast | Eq | In | Range | Overlaps


@dataclass(frozen=True)
class Weighted:
    """Adds to the score: ``weight`` hundredths times the relevance of a Term, or flat for any other clause."""

    clause: Clause
    weight: int


@dataclass(frozen=True)
class BestOf:
    """Scores the best of ``items``, plus ``spill`` hundredths of each other one: a word counts once, not per field."""

    items: tuple[Weighted, ...]
    spill: int = 0


Scoring = Weighted | BestOf


def filtered_fields(item: Filter) -> frozenset[str]:
    """The fields a filter restricts; a facet's counts ignore filters on its own field."""
    match item:
        case Overlaps():
            return frozenset({item.low_field, item.high_field})
        case _:
            return frozenset({item.field})
