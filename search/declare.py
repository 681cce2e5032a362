"""What can be searched. A higher floor declares a Document and registers it in ``AppConfig.ready``.

``build(keys)`` yields one row for each of ``keys`` that is public now; a key not yielded leaves the index. A row is a
mapping: ``"key"`` plus one value under the name of every declared field: text for Text (or a list of texts), text or a
list of texts for Keyword, an integer or None (the source does not say) for Number. Text and Keyword may share a name.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

from common.errors import Invalid

Row = Mapping[str, str | int | Sequence[str] | None]

RELEVANCE = "relevance"


@dataclass(frozen=True)
class Text:
    """A field people's words are looked for in. ``weight`` in hundredths; ``grams``: also by one or two characters.

    ``places``: a place in a text is first of all one that this field names.
    """

    name: str
    weight: int
    label: str = ""
    grams: bool = False
    highlight: bool = True
    places: bool = False


@dataclass(frozen=True)
class Keyword:
    """A field of exact values, to filter and to count (facet). ``spoken``: (value, the words people say for it)."""

    name: str
    label: str
    spoken: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Number:
    """An integer field. ``answers`` names the quantity in a text (amount, term, rate, age, revenue, debt) it bounds.

    ``ceiling`` tells how: a product's highest amount is a ceiling (asking 500万 needs ≥), its lowest rate is a floor.
    """

    name: str
    label: str
    answers: str | None = None
    ceiling: bool = True


@dataclass(frozen=True)
class Sort:
    """An order by a Number; unknown values come last either way, ties are broken by key."""

    name: str
    label: str
    field: str
    descending: bool = False


@dataclass(frozen=True)
class Document:
    """The declaration of one kind of document. ``lexicon``: the Text whose values are proper names."""

    name: str
    label: str
    texts: tuple[Text, ...]
    keywords: tuple[Keyword, ...]
    numbers: tuple[Number, ...]
    sorts: tuple[Sort, ...]
    build: Callable[[Sequence[str]], Iterable[Row]]
    keys: Callable[[], Iterable[str]]
    lexicon: str | None = None

    def __post_init__(self) -> None:
        for group in (self.texts, self.keywords, self.numbers, self.sorts):
            names = [item.name for item in group]
            if len(set(names)) != len(names):
                raise ValueError(f"document {self.name!r} declares a field twice: {names}")
        numbers = {item.name for item in self.numbers}
        if strange := [item.name for item in self.sorts if item.field not in numbers]:
            raise ValueError(f"document {self.name!r} sorts by undeclared numbers: {strange}")

    @property
    def topic(self) -> str:
        """The outbox topic on which writers announce a changed key."""
        return f"search.{self.name}"

    def shape(self) -> str:
        """What the declaration says about stored form; a generation of another shape is rebuilt."""
        plain = [getattr(self, item.name) for item in fields(self) if item.name not in ("build", "keys", "label")]
        return repr(plain)

    def sort_named(self, name: str) -> Sort | None:
        """The declared sort, None for relevance; an unknown name is Invalid."""
        if name == RELEVANCE:
            return None
        for item in self.sorts:
            if item.name == name:
                return item
        raise Invalid(
            f"没有“{name[:20]}”这种排序，请选：relevance（相关度）"
            + "".join(f"、{item.name}（{item.label}）" for item in self.sorts)
            + "。",
            field="sort",
        )
