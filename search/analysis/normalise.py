"""One form for every way of writing: NFKC, simplified characters, lower case, with a map back to the original."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from search.analysis import lexicon

# What an input method sets between syllables that would run together: xi'an.
_SYLLABLE_MARKS = "'’＇"


@dataclass(frozen=True)
class Folded:
    """``text`` is the folded form; ``origins[i]`` is the place in the original that gave ``text[i]``."""

    text: str
    origins: tuple[int, ...]


def clean(text: str, limit: int) -> str:
    """At most ``limit`` characters that can be stored and shown: no lone surrogates, controls become spaces."""
    kept = text[:limit].encode("utf-8", "ignore").decode("utf-8")
    return "".join(" " if unicodedata.category(char) == "Cc" else char for char in kept)


@lru_cache(maxsize=8192)
def _fold_char(char: str) -> str:
    if char in _SYLLABLE_MARKS:
        return " "
    normal = unicodedata.normalize("NFKC", char)
    return "".join(lexicon.simplified().get(part, part) for part in normal).lower()


def fold(text: str) -> str:
    """The folded form alone."""
    return "".join(map(_fold_char, text))


@lru_cache(maxsize=8192)
def fold_with_origins(text: str) -> Folded:
    """The folded form with its way back, for marking hits in the original text."""
    parts: list[str] = []
    origins: list[int] = []
    for index, char in enumerate(text):
        folded = _fold_char(char)
        parts.append(folded)
        origins.extend([index] * len(folded))
    return Folded("".join(parts), tuple(origins))
