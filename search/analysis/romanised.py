"""Words typed by sound back into Han: rencaidai, rcd, zjtx dai, 人才dai. Latin that rows hold as it stands is kept."""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from search.analysis import sounds, tokens
from search.analysis.vocabulary import BY_NAME, Entry, Vocabulary

_PHRASE = re.compile(r"[a-z]{1,40}(?: [a-z]{1,40}){0,9}")
_MIXED = re.compile(rf"[{tokens.HAN}a-z]{{2,24}}")
_LATIN = re.compile(r"[a-z]+")
_MOST_LETTERS = 60
_MAX_CHOICES = 4
# A choice of the same sound weighing less than this share of the best one is not meant.
_RIVAL = 3
_UNUSUAL = 3
_FEW = 2


@dataclass(frozen=True)
class Decoded:
    """``text[start:end]`` sounds like one of ``choices``, best first."""

    start: int
    end: int
    choices: tuple[str, ...]


class Romanised:
    """Every way of typing every word of a vocabulary; built once for a generation."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._typed: dict[str, list[tuple[int, Entry]]] = defaultdict(list)
        self._longest = 1
        for entry in vocabulary.entries:
            for spelling, cut in _spellings(entry).items():
                self._typed[spelling].append((cut, entry))
                self._longest = max(self._longest, len(spelling))
        self._sounds = vocabulary.sounds

    def decode(self, text: str, is_written: Callable[[str], bool]) -> list[Decoded]:
        """What Latin in folded ``text`` stands for; ``is_written`` says whether rows hold a run of letters as it is."""
        found = [*self._mixed(text, is_written)]
        taken = {place for item in found for place in range(item.start, item.end)}
        for match in _PHRASE.finditer(text):
            if taken.isdisjoint(range(*match.span())) and len(match[0]) <= _MOST_LETTERS:
                found.extend(self._phrase(match[0], match.start(), is_written))
        return sorted(found, key=lambda item: item.start)

    def _mixed(self, text: str, is_written: Callable[[str], bool]) -> Iterator[Decoded]:
        """人才dai, 科技e贷: a run of both is one word when it sounds like one that has its Han where they stand."""
        for match in _MIXED.finditer(text):
            run = match[0]
            latin = [*_LATIN.finditer(run)]
            if not latin or run.isascii() or all(is_written(part[0]) for part in latin):
                continue
            for begin, end in _around(latin[0].start(), latin[-1].end(), len(run)):
                if fits := self._fitting(run[begin:end]):
                    yield Decoded(match.start() + begin, match.start() + end, _choices(fits))
                    break

    def _fitting(self, run: str) -> list[tuple[int, Entry]]:
        known = self._typed.get(self._heard(run))
        if not known or run.isascii():
            return []
        pattern = re.compile("".join(".+" if _LATIN.fullmatch(part) else part for part in re.split(r"([a-z]+)", run)))
        return [(cut, entry) for cut, entry in known if pattern.fullmatch(entry.word)]

    def _heard(self, run: str) -> str:
        return "".join(char if char.isascii() else self._sounds.get(char, char).split(" ")[0] for char in run)

    def _phrase(self, phrase: str, start: int, is_written: Callable[[str], bool]) -> Iterator[Decoded]:
        words = phrase.split(" ")
        if all(map(is_written, words)):
            return
        letters = "".join(words)
        breaks, length = set(), 0
        for word in words:
            length += len(word)
            breaks.add(length)
        places = [index for index, char in enumerate(phrase) if char != " "]
        pieces = self._cheapest(letters, breaks)
        # 二 in alert: beside letters that nothing explains a single character is chance.
        whole = all(letters[begin:end] in self._typed for begin, end in pieces)
        for begin, end in pieces:
            known = [
                (cut, entry) for cut, entry in self._typed.get(letters[begin:end], ()) if whole or len(entry.word) > 1
            ]
            if known and not is_written(letters[begin:end]):
                yield Decoded(start + places[begin], start + places[end - 1] + 1, _choices(known))

    def _cheapest(self, letters: str, breaks: set[int]) -> list[tuple[int, int]]:
        """The pieces of ``letters`` that together cost least; a letter nothing explains costs most."""
        best: list[tuple[float, int]] = [(0.0, 0)]
        for end in range(1, len(letters) + 1):
            options = [(best[end - 1][0] + 20.0, end - 1)]
            for begin in range(max(0, end - self._longest), end):
                known = self._typed.get(letters[begin:end])
                if known and _is_meant(known, begin, end, breaks):
                    inside = sum(begin < place < end for place in breaks)
                    # A space after every syllable parts nothing.
                    crossed = 0 if any(inside == len(entry.word) - 1 for _, entry in known) else inside
                    options.append((best[begin][0] + _cost(known, end - begin, begin, end, breaks) + crossed, begin))
            best.append(min(options))
        pieces, end = [], len(letters)
        while end:
            pieces.append((best[end][1], end))
            end = best[end][1]
        return pieces[::-1]


def _around(begin: int, end: int, size: int) -> list[tuple[int, int]]:
    """Every stretch of ``size`` characters that holds [``begin``, ``end``), the longest first."""
    stretches = [(first, last) for first in range(begin + 1) for last in range(end, size + 1)]
    return sorted(stretches, key=lambda item: (item[0] - item[1], item))


def _spellings(entry: Entry) -> Mapping[str, int]:
    """Words that nobody knows by name are typed in full."""
    spelled: dict[str, int] = {}
    for place, reading in enumerate(entry.readings):
        forms = sounds.spellings(reading) if entry.kind in BY_NAME else {reading.replace(" ", ""): 0}
        for form, cut in forms.items():
            # Another reading of a character is less likely than anything the usual one leaves out.
            spelled.setdefault(form, cut if not place else cut + _UNUSUAL)
    return spelled


def _is_meant(known: list[tuple[int, Entry]], begin: int, end: int, breaks: set[int]) -> bool:
    """Two initials are a word only where they stand alone: any pair of letters would be one otherwise."""
    apart = (begin == 0 or begin in breaks) and end in breaks
    return apart or end - begin > _FEW or any(not cut for cut, _ in known)


def _cost(known: list[tuple[int, Entry]], size: int, begin: int, end: int, breaks: set[int]) -> float:
    """Few long pieces typed in full win; what is cut short is believed where a person set spaces around it."""
    cut, entry = min(known, key=lambda item: (item[0], -item[1].weight))
    apart = (begin == 0 or begin in breaks) and end in breaks
    short = 0.0 if not cut else (3.0 if apart else 6.0) * min(cut, 2)
    alone = 4.0 if len(entry.word) == 1 else 0.0
    stray = 12.0 if size == 1 else 0.0
    return 6.0 + short + alone + stray - math.log(entry.weight + 1)


def _choices(known: list[tuple[int, Entry]]) -> tuple[str, ...]:
    """The words a spelling may stand for: those cut the least, best first, without what weighs too little."""
    least = min(cut for cut, _ in known)
    ranked = sorted(
        {entry.word: entry.weight for cut, entry in known if cut == least}.items(), key=lambda item: (-item[1], item[0])
    )
    heaviest = ranked[0][1]
    return tuple(word for word, weight in ranked[:_MAX_CHOICES] if weight * _RIVAL >= heaviest)
