"""How words are read aloud, and typed by sound. Only building an index loads pypinyin; a query uses what it left.

A reading is syllables joined by spaces, letters and digits as they stand: 科技e贷 → "ke ji e dai".
"""

from collections.abc import Iterator
from itertools import product

_MAX_READINGS = 6
_ALL_MIXES = 4


def readings(word: str) -> list[str]:
    """The reading as a phrase first, then those with one character read in its other common way, at most six."""
    from pypinyin import Style, pinyin

    phrase = [found[0].strip() for found in pinyin(word, style=Style.NORMAL)]
    spoken = {" ".join(phrase): None}
    if len(phrase) == len(word):
        for place, char in enumerate(word):
            for other in pinyin(char, style=Style.NORMAL, heteronym=True)[0][:2]:
                spoken[" ".join((*phrase[:place], other, *phrase[place + 1 :]))] = None
    return list(spoken)[:_MAX_READINGS]


def common_sounds() -> dict[str, str]:
    """Common character (GB 2312) → its syllables, the usual one first, joined by spaces."""
    from pypinyin import Style, pinyin

    return {char: " ".join(pinyin(char, style=Style.NORMAL, heteronym=True)[0]) for char in _common_characters()}


def spellings(reading: str) -> dict[str, int]:
    """Ways of typing a reading → how much is left out: rencaidai 0, rencaid and rcdai 1, rcd 2."""
    syllables = reading.split(" ")
    count = len(syllables)
    typed = {"".join(syllables): 0}
    if count < 2:
        return typed
    for cut in _mixes(count):
        parts = [syllable[0] if short else syllable for syllable, short in zip(syllables, cut, strict=True)]
        typed.setdefault("".join(parts), 1 if not all(cut) else 2)
    return typed


def _mixes(count: int) -> Iterator[tuple[bool, ...]]:
    """Which syllables are cut to their first letter: any of a short word, the head or the tail of a long one."""
    if count <= _ALL_MIXES:
        yield from product((False, True), repeat=count)
        return
    for length in range(1, count):
        yield tuple(index < length for index in range(count))
        yield tuple(index >= length for index in range(count))
    yield (True,) * count


def _common_characters() -> Iterator[str]:
    for high in range(0xB0, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                yield bytes((high, low)).decode("gb2312")
            except UnicodeDecodeError:
                # The standard leaves a few places of this plane empty.
                continue
