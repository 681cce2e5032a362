"""The contract between the language layer and the engines: analysed rows in, a Plan in, counted hits out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from search.analysis import tokens
from search.clauses import ALL, GRAMS, Clause, Filter, Scoring
from search.declare import Document, Row, Sort


@dataclass(frozen=True)
class Boundary:
    """Where the page before ended: the score or sort value (None = unknown) of its last hit, and its key."""

    value: float | int | None
    key: str


@dataclass(frozen=True)
class Plan:
    """What an engine runs: documents for which ``match`` and every filter hold, best ``scoring`` or ``sort`` first.

    ``match`` None selects everything. Ties, and all orders, end in the key ascending.
    """

    match: Clause | None = None
    scoring: tuple[Scoring, ...] = ()
    filters: tuple[Filter, ...] = ()
    facets: tuple[str, ...] = ()
    sort: Sort | None = None
    size: int = 20
    after: Boundary | None = None

    def matching(self, clause: Clause) -> "Plan":
        """The same plan with another ``match``."""
        return replace(self, match=clause)


@dataclass(frozen=True)
class Found:
    """One hit of an engine: ``value`` is its score, or its sort value; ``source`` the original texts by field."""

    key: str
    value: float | int | None
    source: Mapping[str, str]


@dataclass(frozen=True)
class Page:
    """``facets``: field → (value, count) with the greatest count first, then by value."""

    total: int
    hits: list[Found]
    facets: dict[str, list[tuple[str, int]]]


@dataclass(frozen=True)
class AnalysedRow:
    """One row as every engine stores it. ``tokens`` holds each Text field, ALL and GRAMS."""

    key: str
    tokens: Mapping[str, list[str]]
    keywords: Mapping[str, list[str]]
    numbers: Mapping[str, int]
    source: Mapping[str, str] = field(default_factory=dict)


_MAX_KEYWORD = 200


def analyse(document: Document, row: Row) -> AnalysedRow:
    """Run the language layer over one row; a wrong type or a missing field raises before any engine sees it."""
    per_field: dict[str, list[str]] = {}
    everything: list[str] = []
    grams: list[str] = []
    source: dict[str, str] = {}
    for text in document.texts:
        values = _texts(row[text.name])
        per_field[text.name] = [token for value in values for token in tokens.index_tokens(value)]
        everything.extend(per_field[text.name])
        if text.grams:
            grams.extend(gram for value in values for gram in tokens.grams(value))
        if text.highlight and values:
            source[text.name] = "；".join(values)
    return AnalysedRow(
        key=str(row["key"]),
        tokens={**per_field, ALL: everything, GRAMS: grams},
        keywords={item.name: [text[:_MAX_KEYWORD] for text in _texts(row[item.name])] for item in document.keywords},
        numbers={item.name: value for item in document.numbers if (value := _number(row[item.name])) is not None},
        source=source,
    )


def _texts(value: object) -> list[str]:
    if value is None or value == "":
        return []
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, Iterable):
        raise TypeError(f"expected text or a list of texts, got {value!r}")
    cleaned = []
    for item in values:
        if not isinstance(item, str):
            raise TypeError(f"expected text, got {item!r}")
        cleaned.append(item.encode("utf-8", "ignore").decode("utf-8"))
    return [item for item in cleaned if item]


def _number(value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"expected an integer or None, got {value!r}")
    return value
