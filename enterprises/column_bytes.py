"""Columns as bytes and back, the same values: arrays as ``.npz``, words as JSON. Nothing is ever unpickled."""

import json
from io import BytesIO
from typing import Any

import numpy as np

from enterprises.columns import Coded, Columns, Numbers
from enterprises.facts import SetValue


def packed(columns: Columns) -> bytes:
    """``columns`` compressed: about 40 bytes a row."""
    arrays: dict[str, Any] = {"keys": columns.keys}
    for name, numbers in columns.numbers.items():
        arrays |= {f"values {name}": numbers.values, f"known {name}": numbers.known}
    for name, coded in columns.coded.items():
        arrays[f"codes {name}"] = coded.codes
    words = {name: [_plain(word) for word in coded.words] for name, coded in columns.coded.items()}
    texts = {"seeds": columns.seeds, "numbers": list(columns.numbers), "words": words}
    held = BytesIO()
    np.savez_compressed(held, texts=np.frombuffer(json.dumps(texts).encode(), dtype=np.uint8), **arrays)
    return held.getvalue()


def unpacked(content: bytes) -> Columns:
    """What :func:`packed` was given."""
    with np.load(BytesIO(content), allow_pickle=False) as arrays:
        texts = json.loads(arrays["texts"].tobytes())
        return Columns(
            keys=arrays["keys"],
            seeds=tuple(texts["seeds"]),
            numbers={name: Numbers(arrays[f"values {name}"], arrays[f"known {name}"]) for name in texts["numbers"]},
            coded={
                name: Coded(arrays[f"codes {name}"], tuple(_word(word) for word in words))
                for name, words in texts["words"].items()
            },
        )


def _plain(word: str | bool | SetValue) -> Any:
    return [sorted(word.yes), word.complete, sorted(word.unsure)] if isinstance(word, SetValue) else word


def _word(plain: Any) -> str | bool | SetValue:
    if not isinstance(plain, list):
        return plain  # type: ignore[no-any-return]
    yes, complete, unsure = plain
    return SetValue(frozenset(yes), complete, frozenset(unsure))
