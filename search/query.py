"""What callers ask and get. Everything is frozen and hashable, so that a query can be a cache key."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from search.clauses import Filter

MAX_TEXT = 200
MAX_SIZE = 100
MAX_FACET_VALUES = 60


@dataclass(frozen=True)
class SearchQuery:
    """One request. ``facets`` names keyword fields; ``sort`` is "relevance" or a sort the document declares.

    ``after`` is the ``next_after`` of the page before. ``size`` is cut to 1..MAX_SIZE, ``text`` to MAX_TEXT characters.
    """

    text: str = ""
    filters: tuple[Filter, ...] = ()
    facets: tuple[str, ...] = ()
    sort: str = "relevance"
    size: int = 20
    after: str | None = None


class Segment(NamedTuple):
    """A piece of original text; ``hit`` says whether it is to be marked. Never markup."""

    text: str
    hit: bool


@dataclass(frozen=True)
class Hit:
    """One found key. ``highlights``: text field → segments, only for fields in which something was hit."""

    key: str
    score: float
    highlights: Mapping[str, tuple[Segment, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Understood:
    """A condition read out of the text: ``kind`` amount|term|rate|…, ``label`` in Chinese, ``value`` in 元/月/基点.

    ``filter`` is what a page offers to apply strictly; the text itself only prefers what fits.
    """

    kind: str
    label: str
    value: int
    filter: Filter


@dataclass(frozen=True)
class SearchResult:
    """``total`` counts everything found; ``exact`` those that hold every word and condition of the text."""

    total: int
    hits: list[Hit]
    facets: dict[str, list[tuple[str, int]]]
    corrected: str | None
    understood: list[Understood]
    engine: str
    next_after: str | None
    exact: int
