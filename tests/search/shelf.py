"""A document of its own for these tests: rows in a dict, no models, registered once."""

from collections.abc import Iterable, Sequence

from search import registry
from search.registry import Document, Keyword, Number, Row, Sort, Text

STORE: dict[str, Row] = {}


def row(key: str, **values: object) -> Row:
    """A row with every field, empty where ``values`` say nothing."""
    texts, numbers = ("name", "bank", "notes"), ("amount", "floor", "rate", "term")
    empty: dict[str, object] = {**dict.fromkeys(texts, ""), **dict.fromkeys(numbers), "kinds": []}
    return {"key": key, **empty, **values}  # type: ignore[dict-item]


def put(key: str, **values: object) -> None:
    """Store a row under ``key``."""
    STORE[key] = row(key, **values)


def _build(keys: Sequence[str]) -> Iterable[Row]:
    return [STORE[key] for key in keys if key in STORE]


SHELF = Document(
    name="shelf",
    label="货架",
    texts=(Text("name", 300, "名称", grams=True), Text("bank", 200, "机构", grams=True), Text("notes", 60, "说明")),
    keywords=(Keyword("kinds", "种类"), Keyword("bank", "机构")),
    numbers=(
        Number("amount", "额度上限", answers="amount"),
        Number("floor", "额度下限"),
        Number("rate", "利率", answers="rate", ceiling=False),
        Number("term", "期限", answers="term"),
    ),
    sorts=(Sort("rate", "利率从低到高", "rate"), Sort("amount", "额度从高到低", "amount", descending=True)),
    build=_build,
    keys=lambda: list(STORE),
    lexicon="name",
)
registry.register(SHELF)
