"""Repair of mistyped names before segmentation: one wrong character breaks a name into pieces no engine mends."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from search.analysis import lexicon
from search.analysis.vocabulary import BY_NAME, Vocabulary

_SHORTEST, _LONGEST = 3, 10
# Of so many characters all but one are no accident.
_LONG = 5
_REPLACED = 3
# What is surely meant: a word so long, or so long with a character replaced, or one that sounds or looks the same.
_SURE, _SURE_REPLACED = 4, 6
_MAX_CANDIDATES = 6


@dataclass(frozen=True)
class Repair:
    """``text[start:end]`` is probably one of ``candidates``."""

    start: int
    end: int
    candidates: tuple[str, ...]


class Corrector:
    """Knows the names, values and domain words of one generation: with one character missing, and by their sound."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        entries = [item for item in vocabulary.entries if item.kind in BY_NAME]
        self._weights = {item.word: item.weight for item in entries if _SHORTEST <= len(item.word) <= _LONGEST}
        self._sounds = vocabulary.sounds
        self._shortened: dict[str, list[str]] = defaultdict(list)
        self._spoken: dict[str, list[str]] = defaultdict(list)
        for word in sorted(self._weights):
            self._spoken[self._heard(word)].append(word)
            for short in {word, *_without_one(word)}:
                self._shortened[short].append(word)

    def repair(self, text: str, suspicious: Iterable[int], *, surely: bool = False) -> Repair | None:
        """The longest stretch of ``text`` over a ``suspicious`` position that is one edit from a known word.

        ``surely``: only where much of what was typed is kept; for what may well be meant as it is.
        """
        positions = frozenset(suspicious) - self._understood(text)
        if not positions:
            return None
        for size in range(min(_LONGEST + 1, len(text)), _SHORTEST - 1, -1):
            for start in range(len(text) - size + 1):
                window = text[start : start + size]
                if window in self._weights or positions.isdisjoint(range(start, start + size)):
                    continue
                candidates = self._candidates(window)
                if surely:
                    candidates = tuple(word for word in candidates if self._is_sure(window, word))
                if candidates:
                    return Repair(start, start + size, candidates)
        return None

    def resembling(self, run: str) -> tuple[str, ...]:
        """Known words one edit from the whole of a long ``run``, though every word in it may be right."""
        return self._candidates(run) if _LONG <= len(run) <= _LONGEST + 1 and run not in self._weights else ()

    def _understood(self, text: str) -> set[int]:
        """Positions inside a known word: nothing is wrong there."""
        spans = [
            (start, start + size)
            for size in range(_SHORTEST, min(_LONGEST, len(text)) + 1)
            for start in range(len(text) - size + 1)
            if text[start : start + size] in self._weights
        ]
        return {position for start, end in spans for position in range(start, end)}

    def _candidates(self, window: str) -> tuple[str, ...]:
        """What sounds or looks alike goes before other slips, the likelier slip first, then what many rows hold."""
        found = {word for short in {window, *_without_one(window)} for word in self._shortened.get(short, ())}
        near = {word for word in found if _one_edit_apart(window, word)}
        alike = {word for word in near if self._may_be_taken_for(window, word)} | {
            *self._spoken.get(self._heard(window), ())
        }
        # A known word with something before or after it is no typo.
        chosen = [word for word in alike or near if word not in window]
        likely = sorted(chosen, key=lambda word: (_unlikely(window, word), -self._weights[word], word))
        return tuple(likely[:_MAX_CANDIDATES])

    def _is_sure(self, typed: str, word: str) -> bool:
        least = _SURE_REPLACED if _unlikely(typed, word) == _REPLACED else _SURE
        return len(word) >= least or self._may_be_taken_for(typed, word)

    def _heard(self, word: str) -> str:
        return " ".join(self._sounds.get(char, char).split(" ")[0] for char in word)

    def _may_be_taken_for(self, left: str, right: str) -> bool:
        pairs = zip(left, right, strict=False)
        return len(left) == len(right) and all(one == other or self._are_alike(one, other) for one, other in pairs)

    def _are_alike(self, one: str, other: str) -> bool:
        return other in lexicon.lookalikes().get(one, "") or not {*self._sounds.get(one, "").split()}.isdisjoint(
            self._sounds.get(other, "").split()
        )


def _without_one(word: str) -> Iterator[str]:
    for index in range(len(word)):
        yield word[:index] + word[index + 1 :]


def _unlikely(typed: str, word: str) -> int:
    """Two swapped, one missing, one too many, one replaced: the more of what was typed is kept, the likelier."""
    if sorted(typed) == sorted(word):
        return 0
    return {1: 1, -1: 2}.get(len(word) - len(typed), _REPLACED)


def _one_edit_apart(left: str, right: str) -> bool:
    """One character replaced, missing, added, or two neighbours swapped."""
    if len(left) == len(right):
        differing = [index for index, (a, b) in enumerate(zip(left, right, strict=True)) if a != b]
        if len(differing) == 1:
            return True
        return (
            len(differing) == 2
            and differing[1] == differing[0] + 1
            and (left[differing[0]], left[differing[1]]) == (right[differing[1]], right[differing[0]])
        )
    shorter, longer = sorted((left, right), key=len)
    return len(longer) == len(shorter) + 1 and shorter in _without_one(longer)
