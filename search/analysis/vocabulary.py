"""The words one generation knows: names, institutions, values, domain words and what its texts say, with readings.

Gathered while an index is built and kept in its manifest, so that every process reads and repairs queries alike.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from search.analysis import lexicon, sounds, tokens
from search.analysis.normalise import fold

# Weight of a kind beside the number of rows that hold the word: a name typed by sound is meant as the name.
_KINDS = {"name": 40, "value": 30, "institution": 30, "domain": 20, "word": 2, "char": 1}
# What people know by name: typed short, by sound or with a slip. Other words are typed in full.
BY_NAME = frozenset({"name", "value", "institution", "domain"})
_LONGEST = 24
_INSTITUTION = re.compile(rf"(?P<stem>(?!试点|合作)[{tokens.HAN}]{{2}})(?:银行|保险|财险|产险|租赁|担保)")


@dataclass(frozen=True)
class Entry:
    """One word: its most telling ``kind``, its weight among words of the same sound, and its readings."""

    word: str
    kind: str
    weight: int
    readings: tuple[str, ...]

    @property
    def occurs(self) -> bool:
        """Whether a row holds the word, not only the language data."""
        return self.weight > _KINDS[self.kind]


@dataclass(frozen=True)
class Vocabulary:
    """``values``: word → (keyword field, value) it names; ``sounds``: common character → its syllables."""

    entries: tuple[Entry, ...] = ()
    values: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    sounds: Mapping[str, str] = field(default_factory=dict)

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @classmethod
    def restored(cls, stored: Mapping[str, Any]) -> "Vocabulary":
        """Read back :meth:`stored`."""
        entries = (
            Entry(item["word"], item["kind"], item["weight"], tuple(item["readings"])) for item in stored["entries"]
        )
        values = {word: tuple((name, value) for name, value in found) for word, found in stored["values"].items()}
        return cls(tuple(entries), values, stored["sounds"])


class Gatherer:
    """Collects the vocabulary row by row."""

    def __init__(self) -> None:
        self._kinds: dict[str, dict[str, None]] = defaultdict(dict)
        self._counts: Counter[str] = Counter()
        self._values: dict[str, dict[tuple[str, str], None]] = defaultdict(dict)

    def add(
        self, names: Iterable[str], others: Iterable[str], keywords: Mapping[str, list[str]], seen: set[str]
    ) -> None:
        """One row: its proper ``names``, ``others`` known by name (institutions), keyword values, and its tokens."""
        told: set[str] = set()
        for kind, texts in (("name", names), ("institution", others)):
            for text in texts:
                folded = tokens.respelled(fold(text))
                for run in tokens.proper_runs(folded):
                    self._kinds[run][kind] = None
                if kind == "institution":
                    told.update(short := _short_names(folded))
                    self._kinds.update((word, {**self._kinds[word], kind: None}) for word in short)
                for run in tokens.name_runs(folded):
                    told.add(run)
                    told.update(char for char in run if tokens.is_han(char))
        for name, values in keywords.items():
            for value in values:
                word = fold(value)
                told.add(word)
                self._kinds[word]["value"] = None
                self._values[word][name, value] = None
        self._counts.update(told | {token for token in seen if len(token) > 1})

    def vocabulary(self) -> Vocabulary:
        """Everything collected, with readings."""
        words = {*self._counts, *lexicon.domain_words()}
        entries = [self._entry(word) for word in sorted(words) if _is_word(word)]
        values = {word: tuple(found) for word, found in sorted(self._values.items())}
        return Vocabulary(tuple(entries), values, sounds.common_sounds())

    def _entry(self, word: str) -> Entry:
        kinds = [*self._kinds.get(word, ())]
        if word in lexicon.domain_words():
            kinds.append("domain")
        kind = max(kinds or ["char" if len(word) == 1 else "word"], key=_KINDS.__getitem__)
        return Entry(word, kind, _KINDS[kind] + self._counts[word], tuple(sounds.readings(word)))


def _short_names(institution: str) -> list[str]:
    """What people call 徽商银行安庆分行 beside what the synonyms know: 徽商银行, 徽商. A place names nobody."""
    match = _INSTITUTION.match(institution)
    if not match:
        return []
    stem = [] if match["stem"] in lexicon.parents() or lexicon.equals(match[0]) else [match["stem"]]
    return [match[0], *stem]


def _is_word(text: str) -> bool:
    return len(text) <= _LONGEST and bool(re.fullmatch(rf"[{tokens.HAN}a-z0-9]+", text)) and not text.isascii()
