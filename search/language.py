"""What one generation knows of the language: sounds, slips, values. Each part is made on first use."""

from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import Any

from search.analysis.correction import Corrector
from search.analysis.normalise import fold
from search.analysis.romanised import Romanised
from search.analysis.vocabulary import Vocabulary
from search.clauses import Eq
from search.declare import Document
from search.engines.base import Reader
from search.suggesting import Suggester


class Language:
    """The language of one generation of ``document``."""

    def __init__(self, document: Document, stored: Mapping[str, Any]) -> None:
        self._document, self._stored = document, stored

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary.restored(self._stored) if self._stored else Vocabulary()

    @cached_property
    def corrector(self) -> Corrector:
        return Corrector(self.vocabulary)

    @cached_property
    def romanised(self) -> Romanised:
        return Romanised(self.vocabulary)

    @cached_property
    def suggester(self) -> Suggester:
        return Suggester(self.vocabulary)

    @cached_property
    def _values(self) -> dict[str, dict[Eq, None]]:
        table: dict[str, dict[Eq, None]] = {}
        for keyword in self._document.keywords:
            for value, words in keyword.spoken:
                for word in words.split():
                    table.setdefault(fold(word), {})[Eq(keyword.name, value)] = None
        for word, found in self.vocabulary.values.items():
            for name, value in found:
                table.setdefault(word, {})[Eq(name, value)] = None
        return table

    @cached_property
    def _generic(self) -> frozenset[str]:
        spoken = (words for keyword in self._document.keywords for _, words in keyword.spoken)
        return frozenset(fold(word) for words in spoken for word in words.split())

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(item.word for item in self.vocabulary.entries if item.kind == "name")

    @cached_property
    def _known(self) -> str:
        known = (item.word for item in self.vocabulary.entries if item.kind in ("name", "institution", "value"))
        return "\n".join(known)

    def load(self) -> None:
        """Make every part now."""
        _ = self.corrector, self.romanised, self.suggester, self._values, self._names, self._generic, self._known

    def is_generic(self, word: str) -> bool:
        """Whether ``word`` is what people call a whole kind of things: 贷款, 保险."""
        return word in self._generic

    def is_name(self, run: str) -> bool:
        """Whether ``run`` is the whole of a proper name, or of its part before a bracket."""
        return run in self._names

    def is_in_name(self, run: str) -> bool:
        """Whether ``run`` is a part of any name, institution or value."""
        return run in self._known

    def values(self, word: str) -> tuple[Eq, ...]:
        """The keyword values that ``word`` names, as conditions."""
        return tuple(self._values.get(word, ()))


@lru_cache(maxsize=8)
def _made(document: Document, generation: str) -> list[Language]:
    return []


def of(document: Document, reader: Reader) -> Language:
    """The language of the generation that ``reader`` holds; kept while that generation is in use."""
    made = _made(document, reader.manifest.generation)
    if not made:
        made.append(Language(document, reader.manifest.vocabulary))
    return made[0]
