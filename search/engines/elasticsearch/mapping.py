"""How a document is stored: the analysed tokens joined by spaces, cut again by the built-in whitespace analyzer."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from elasticsearch import dsl

from search.clauses import ALL, GRAMS
from search.declare import Document
from search.plan import AnalysedRow

# What the whitespace tokenizer cuts at.
_MAX_TOKEN = 255
# Stands in a field without tokens, so that every document counts in the field's statistics, as in the other engines.
_NOTHING = "\ue000"
_K1, _B = 1.2, 0.75


def text_fields(document: Document) -> dict[str, str]:
    """Name in the index → name in a row's tokens."""
    return {ALL: ALL, GRAMS: GRAMS, **{f"t_{item.name}": item.name for item in document.texts}}


def stored_token(token: str) -> str:
    """The token as the index holds it."""
    return token[:_MAX_TOKEN]


@dataclass(frozen=True)
class Similarity:
    """BM25 of one field that takes the stand-ins out of the average length again: another k1 and b, the same curve.

    The server multiplies by its k1 + 1: ``boost`` makes that the usual constant.
    """

    k1: float
    b: float

    @property
    def boost(self) -> float:
        return (_K1 + 1) / (self.k1 + 1)


def similarities(document: Document, rows: Sequence[AnalysedRow]) -> dict[str, Similarity]:
    """Of each text field in the index."""
    return {name: _similarity([row.tokens[inner] for row in rows]) for name, inner in text_fields(document).items()}


def body(document: Document, fields: Mapping[str, Similarity]) -> dict[str, Any]:
    """Settings and mappings of the index of one generation."""
    return {
        "settings": {
            "number_of_shards": 1,
            "auto_expand_replicas": "0-1",
            # Filled once, refreshed once, never changed.
            "refresh_interval": "-1",
            "similarity": {name: {"type": "BM25", "k1": item.k1, "b": item.b} for name, item in fields.items()},
        },
        "mappings": _mapping(document).to_dict(),
    }


def mapping_hash(document: Document) -> str:
    """Eight hex digits that change with the stored form."""
    content = json.dumps(_mapping(document).to_dict(), sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:8]


def stored(document: Document, row: AnalysedRow, content_hash: str) -> dict[str, Any]:
    """One row as it is sent."""
    texts = {
        name: " ".join(map(stored_token, row.tokens[inner])) or _NOTHING
        for name, inner in text_fields(document).items()
    }
    return {
        "key": row.key,
        "hash": content_hash,
        "source": dict(row.source),
        **texts,
        **{f"k_{name}": values for name, values in row.keywords.items()},
        **{f"n_{name}": value for name, value in row.numbers.items()},
    }


def _mapping(document: Document) -> dsl.Mapping:
    mapping = dsl.Mapping()
    mapping.meta("dynamic", False)
    mapping.field("key", dsl.Keyword())
    mapping.field("hash", dsl.Keyword(index=False, doc_values=False))
    mapping.field("source", dsl.Object(enabled=False))
    for name in text_fields(document):
        mapping.field(name, dsl.Text(analyzer="whitespace", index_options="freqs", similarity=name))
    for keyword in document.keywords:
        mapping.field(f"k_{keyword.name}", dsl.Keyword())
    for number in document.numbers:
        mapping.field(f"n_{number.name}", dsl.Long())
    return mapping


def _similarity(tokens: Sequence[Sequence[str]]) -> Similarity:
    total, empty = sum(map(len, tokens)), sum(not held for held in tokens)
    slope = _K1 * _B * ((total + empty) / total if total else 1)
    k1 = _K1 * (1 - _B) + slope
    return Similarity(k1, slope / k1)
