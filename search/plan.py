"""The contract between the language layer and the engines: analysed rows in, a Plan in, counted hits out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from common.errors import Invalid
from search.analysis import tokens
from search.clauses import ALL, GRAMS, Clause, Filter, Scoring
from search.declare import Document, Keyword, Number, Row, Sort, Text
from search.query import MAX_FACET_VALUES


@dataclass(frozen=True)
class Boundary:
    """Where the page before ended: the score or sort value (None = unknown) of its last hit, and its key."""

    value: float | int | None
    key: str


@dataclass(frozen=True)
class Plan:
    """What an engine runs: documents for which ``match`` and every filter hold, best ``scoring`` or ``sort`` first.

    ``match`` None selects everything. Ties, and all orders, end in the key ascending. ``without``: keys left out;
    ``facet_values``: most values counted of a field.
    """

    match: Clause | None = None
    scoring: tuple[Scoring, ...] = ()
    filters: tuple[Filter, ...] = ()
    facets: tuple[str, ...] = ()
    sort: Sort | None = None
    size: int = 20
    after: Boundary | None = None
    without: tuple[str, ...] = ()
    facet_values: int = MAX_FACET_VALUES

    def matching(self, clause: Clause) -> "Plan":
        """The same plan with another ``match``."""
        return replace(self, match=clause)


class Found(NamedTuple):
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
    """One row as every engine stores it. ``tokens`` holds each Text field, ALL and GRAMS.

    ``names`` and ``known`` are for the vocabulary, not for an engine: names of this row, and of who stands by it.
    """

    key: str
    tokens: Mapping[str, list[str]]
    keywords: Mapping[str, list[str]]
    numbers: Mapping[str, int]
    source: Mapping[str, str] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    known: tuple[str, ...] = ()


_MAX_KEYWORD = 200
_I64 = 2**63 - 1


def analyse(document: Document, row: Row) -> AnalysedRow:
    """Run the language layer over one row; what no engine could hold is Invalid and names the field."""
    per_field: dict[str, list[str]] = {}
    everything: list[str] = []
    grams: list[str] = []
    source: dict[str, str] = {}
    for text in document.texts:
        values = _texts(row, text)
        per_field[text.name] = [token for value in values for token in tokens.index_tokens(value)]
        everything.extend(per_field[text.name])
        if text.grams:
            grams.extend(gram for value in values for gram in tokens.grams(value))
        if text.highlight and values:
            source[text.name] = "；".join(values)
    numbers = {item.name: _number(row, item) for item in document.numbers}
    proper = {text.name: tuple(_texts(row, text)) for text in document.texts if text.grams}
    return AnalysedRow(
        key=str(row["key"]),
        tokens={**per_field, ALL: everything, GRAMS: grams},
        keywords={item.name: [text[:_MAX_KEYWORD] for text in _texts(row, item)] for item in document.keywords},
        numbers={name: value for name, value in numbers.items() if value is not None},
        source=source,
        names=tuple(value for name, values in proper.items() if name == document.lexicon for value in values),
        known=tuple(value for name, values in proper.items() if name != document.lexicon for value in values),
    )


def _value(row: Row, item: Text | Keyword | Number) -> object:
    if item.name not in row:
        raise Invalid(f"缺少“{item.label or item.name}”", field=item.name)
    return row[item.name]


def _texts(row: Row, item: Text | Keyword) -> list[str]:
    value = _value(row, item)
    if value is None or value == "":
        return []
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, Iterable):
        raise Invalid(f"“{item.label or item.name}”应为文字，现为 {str(value)[:40]}", field=item.name)
    cleaned = []
    for part in values:
        if not isinstance(part, str):
            raise Invalid(f"“{item.label or item.name}”里应为文字，现有 {str(part)[:40]}", field=item.name)
        cleaned.append(part.encode("utf-8", "ignore").decode("utf-8"))
    return [part for part in cleaned if part]


def _number(row: Row, item: Number) -> int | None:
    value = _value(row, item)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise Invalid(f"“{item.label}”应为整数，现为 {str(value)[:40]}", field=item.name)
    if abs(value) > _I64:
        raise Invalid(f"“{item.label}”超出能存的范围，现为 {str(value)[:40]}", field=item.name)
    return value
