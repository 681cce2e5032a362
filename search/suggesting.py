"""What a person may be about to type: in Han, by sound or by initials. Sorted keys and bisection, nothing else."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from search.analysis import lexicon, sounds, tokens
from search.analysis.normalise import fold
from search.analysis.vocabulary import Entry, Vocabulary

MAX_SUGGESTIONS = 8
_PER_KIND = 4
_MAX_PREFIX = 24
# Prefixes so short that most keys share them are answered from a table.
_SHORT = 2
# What begins so goes before what only has it inside, however well known.
_INSIDE = 10_000
_BANK = 4
KINDS = {"name": "产品", "institution": "机构", "value": "标签", "domain": "试试"}


@dataclass(frozen=True)
class Suggestion:
    """``text`` to search for; ``kind`` name | institution | value | domain; ``label`` the group in Chinese."""

    text: str
    kind: str
    label: str


class Suggester:
    """All that one vocabulary can suggest; built once for a generation."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._readings = {item.word: item.readings for item in vocabulary.entries}
        occurring = {item.word for item in vocabulary.entries if item.occurs}
        known = [
            item
            for item in vocabulary.entries
            if item.kind in KINDS and _is_worth_typing(item.word) and _finds(item.word, occurring)
        ]
        self._sounds = vocabulary.sounds
        self._entries = sorted(known, key=lambda item: (-item.weight, item.word))
        ranked = sorted(
            (key, place + (_INSIDE if inside else 0), place)
            for place, entry in enumerate(self._entries)
            for key, inside in self._keys_of(entry).items()
        )
        self._begun = [key for key, _, _ in ranked]
        self._places = [(rank, place) for _, rank, place in ranked]
        by_prefix: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for key, placed in zip(self._begun, self._places, strict=True):
            for size in range(1, min(_SHORT, len(key)) + 1):
                by_prefix[key[:size]].append(placed)
        self._short = {prefix: self._best(places) for prefix, places in by_prefix.items()}

    def suggest(self, text: str) -> tuple[Suggestion, ...]:
        """At most eight for what was typed so far, grouped in the order of ``KINDS``; nothing for nothing."""
        prefix = "".join(tokens.name_runs(fold(text[:_MAX_PREFIX])))
        if not prefix or (len(prefix) <= _SHORT and prefix in self._short):
            return self._short.get(prefix, ())
        places = self._beginning(prefix)
        if not places and (fits := _mixed(prefix)):
            # 科c, 人才d: what was chosen is kept, the rest is still being typed by sound.
            heard = "".join(self._sounds.get(char, char).split(" ")[0] for char in prefix)
            places = [placed for placed in self._beginning(heard) if fits.match(self._entries[placed[1]].word)]
        return self._best(places)

    def _beginning(self, prefix: str) -> list[tuple[int, int]]:
        start = bisect_left(self._begun, prefix)
        end = bisect_left(self._begun, prefix + "\U0010ffff", start)
        return self._places[start:end]

    def _keys_of(self, entry: Entry) -> dict[str, bool]:
        """Everything a word may be begun with → whether that is only inside it."""
        word = entry.word
        keys = {word[start:]: start > 0 for start in range(len(word) - 1, -1, -1)}
        # 积 may be read zhi, but who types zhi hardly means it.
        for place, reading in reversed(list(enumerate(entry.readings))):
            keys.update(dict.fromkeys(sounds.spellings(reading), place > 0))
        # 工行 and gonghang begin 工商银行上海市分行.
        for known in lexicon.equals(word[:_BANK]):
            keys[known] = False
            for reading in self._readings.get(known, ())[:1] if entry.kind == "institution" else ():
                keys.update(dict.fromkeys(sounds.spellings(reading), False))
        return keys

    def _best(self, places: Iterable[tuple[int, int]]) -> tuple[Suggestion, ...]:
        chosen: dict[str, list[Entry]] = {kind: [] for kind in KINDS}
        taken: set[int] = set()
        for _, place in sorted(places):
            entry = self._entries[place]
            if place not in taken and len(chosen[entry.kind]) < _PER_KIND and len(taken) < MAX_SUGGESTIONS:
                taken.add(place)
                chosen[entry.kind].append(entry)
        return tuple(Suggestion(item.word, kind, KINDS[kind]) for kind, found in chosen.items() for item in found)


def _mixed(prefix: str) -> re.Pattern[str] | None:
    """Han as it stands and anything for letters; None unless ``prefix`` is Han followed by letters."""
    match = re.fullmatch(rf"(?P<han>[{tokens.HAN}]+)[a-z]+", prefix)
    return re.compile(match["han"]) if match else None


def _is_worth_typing(word: str) -> bool:
    return len(word) > 1 and not word[-1].isdigit()


def _finds(word: str, occurring: set[str]) -> bool:
    """Whether rows hold ``word``, both halves of it, or what the language data put in its place."""
    halves = ((word[:place], word[place:]) for place in range(2, len(word) - 1))
    return not occurring.isdisjoint((word, *lexicon.synonyms().get(word, ()))) or any(
        occurring.issuperset(pair) for pair in halves
    )
