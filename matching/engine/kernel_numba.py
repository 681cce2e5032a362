"""The same as a compiled loop, where numba is installed (extra ``fast``). Integers only, so the bits are the same."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from enterprises.columns import Columns
from matching.engine.keys import HEAD_SHIFT, LAST_PLACE, PLACE_BITS, SATISFIED_HEAD, VERDICT_SHIFT, Keys
from matching.engine.lots import FIRST, LOT_BITS, SECOND, Hashes
from matching.engine.planes import planes
from matching.engine.programme import Programme

try:
    import numba
except ImportError:
    AVAILABLE = False
else:
    AVAILABLE = True

Counts = NDArray[np.int64]

ONE, TWO, FOUR, SIX_BITS = np.uint64(1), np.uint64(2), np.uint64(4), np.uint64(56)
_M1, _M2 = np.uint64(0x5555555555555555), np.uint64(0x3333333333333333)
_M4, _H1 = np.uint64(0x0F0F0F0F0F0F0F0F), np.uint64(0x0101010101010101)
_FIRST, _SECOND = np.uint64(FIRST), np.uint64(SECOND)
_S30, _S27, _S31, _LOT = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(64 - LOT_BITS)
_HEAD, _PLACE, _VERDICT = np.uint64(HEAD_SHIFT), np.uint64(PLACE_BITS), np.uint64(VERDICT_SHIFT)
_LEVELS = 21
_CHUNK = 256


def run(programme: Programme, columns: Columns, seeds: Hashes, top: int) -> tuple[Keys, Counts, Counts, Counts, Counts]:
    """(best keys, satisfied, unknown by subject, satisfied, unknown by product) of one block."""
    bits = planes(programme, columns)
    count, words = len(columns), bits.shape[2]
    best = np.zeros((count, top), dtype=np.uint64)
    by_subject = np.zeros((2, words * 64), dtype=np.int64)
    by_product = np.zeros((2, len(programme)), dtype=np.int64)
    for first in range(0, words, _CHUNK):
        chunk = np.ascontiguousarray(bits[:, :, first : first + _CHUNK])
        low, high = first * 64, min((first + _CHUNK) * 64, count)
        _kernel(
            chunk,
            (programme.hard.starts, programme.hard.items),
            (programme.weighted.starts, programme.weighted.items, programme.weights),
            programme.lots,
            programme.local.astype(np.int64),
            seeds[low:high],
            best[low:high],
            by_subject[:, low : low + chunk.shape[2] * 64],
            by_product,
        )
    satisfied, possible = by_subject[0, :count], by_subject[1, :count]
    return best, satisfied, possible - satisfied, by_product[0], by_product[1] - by_product[0]


def _loop(function: Any) -> Any:
    """Compile where that can be done; without numba nothing here runs."""
    return numba.njit(cache=True)(function) if AVAILABLE else function


@_loop
def _ones(word: np.uint64) -> np.uint64:
    word = word - ((word >> ONE) & _M1)
    word = (word & _M2) + ((word >> TWO) & _M2)
    word = (word + (word >> FOUR)) & _M4
    return (word * _H1) >> SIX_BITS


@_loop
def _lot(need: np.uint64, product: np.uint64) -> np.uint64:
    mixed = need ^ product
    mixed = (mixed ^ (mixed >> _S30)) * _FIRST
    mixed = (mixed ^ (mixed >> _S27)) * _SECOND
    return (mixed ^ (mixed >> _S31)) >> _LOT


@_loop
def _count(levels: Any, word: int, carry: np.uint64) -> None:
    """Add a plane to a counter of one bit a level."""
    level = 0
    while carry:
        held = levels[level, word]
        levels[level, word] = held ^ carry
        carry &= held
        level += 1


@_loop
def _insert(best: Any, key: np.uint64) -> None:
    """Put ``key``, larger than the last, in its place."""
    at = best.shape[0] - 1
    while at > 0 and best[at - 1] < key:
        best[at] = best[at - 1]
        at -= 1
    best[at] = key


@_loop
def _kernel(bits, hard, weighted, lots, local, seeds, best, by_subject, by_product):  # type: ignore[no-untyped-def]
    words, last = bits.shape[2], best.shape[1] - 1
    certain, possible = np.empty(words, np.uint64), np.empty(words, np.uint64)
    full = np.zeros(words, np.uint64)
    counters = np.zeros((2, _LEVELS, words), np.uint64)
    for place in range(len(lots)):
        certain[:] = bits[0, 0]
        possible[:] = bits[0, 1]
        for item in range(hard[0][place], hard[0][place + 1]):
            row = hard[1][item]
            certain &= bits[row, 0]
            possible &= bits[row, 1]
        for word in range(words):
            maybe = possible[word]
            if not maybe:
                continue
            sure = certain[word]
            by_product[0, place] += np.int64(_ones(sure))
            by_product[1, place] += np.int64(_ones(maybe))
            _count(counters[0], word, sure)
            _count(counters[1], word, maybe)
            wanted = sure | (maybe & ~full[word])
            if wanted:
                full[word] |= _offer(
                    bits, weighted, place, word, wanted, sure, lots[place], local[place], seeds, best, last
                )
    for word in range(words * 64):
        for level in range(_LEVELS):
            shift = np.uint64(word & 63)
            by_subject[0, word] += np.int64((counters[0, level, word >> 6] >> shift) & ONE) << level
            by_subject[1, word] += np.int64((counters[1, level, word >> 6] >> shift) & ONE) << level


@_loop
def _offer(bits, weighted, place, word, wanted, sure, drawn, local, seeds, best, last):  # type: ignore[no-untyped-def]
    """Offer one product to the subjects of one word; bits of those whose list is now full of 符合."""
    full = np.uint64(0)
    first, end = weighted[0][place], weighted[0][place + 1]
    while wanted:
        lowest = wanted & (~wanted + ONE)
        wanted ^= lowest
        bit = _ones(lowest - ONE)
        subject = word * 64 + np.int64(bit)
        score = np.int64(0)
        for item in range(first, end):
            row = weighted[1][item]
            points = ((bits[row, 0, word] >> bit) & ONE) + ((bits[row, 1, word] >> bit) & ONE)
            score += np.int64(points) * weighted[2][item]
        head = np.uint64((SATISFIED_HEAD if sure & lowest else SATISFIED_HEAD >> 1) | (score << 1) | local)
        least = best[subject, last]
        if head < least >> _HEAD:
            continue
        key = (head << _HEAD) | (_lot(seeds[subject], drawn) << _PLACE) | np.uint64(LAST_PLACE - place)
        if key > least:
            _insert(best[subject], key)
            if best[subject, last] >> _VERDICT == TWO:
                full |= lowest
    return full
