"""The same as a compiled loop, where numba is installed (extra ``fast``). Integers only, so the bits are the same."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from enterprises.columns import Columns
from matching.engine.keys import HEAD_SHIFT, LAST_PLACE, PLACE_BITS, SATISFIED_HEAD, Keys
from matching.engine.lots import FIRST, LOT_BITS, SECOND, Hashes
from matching.engine.planes import literal_planes
from matching.engine.programme import Programme
from products.rules.evaluate import SCALE

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
_HEAD, _PLACE = np.uint64(HEAD_SHIFT), np.uint64(PLACE_BITS)
_LEVELS = 21
_CHUNK = 32
_STALE = 16
FULL_SCORE, UNKNOWN_HEAD = 2 * SCALE, SATISFIED_HEAD >> 1


def run(programme: Programme, columns: Columns, seeds: Hashes, top: int) -> tuple[Keys, Counts, Counts, Counts, Counts]:
    """(best keys, satisfied, unknown by subject, satisfied, unknown by product) of one block."""
    literals = literal_planes(programme, columns)
    count, words = len(columns), literals.shape[2]
    best = np.zeros((count, top), dtype=np.uint64)
    by_subject = np.zeros((2, words * 64), dtype=np.int64)
    by_product = np.zeros((2, len(programme)), dtype=np.int64)
    for first in range(0, words, _CHUNK):
        width = min(_CHUNK, words - first)
        bits = np.empty((programme.rows, 2, width), dtype=np.uint64)
        bits[: programme.first_gate] = literals[:, :, first : first + width]
        _gates(bits, programme.first_gate, programme.gates.starts, programme.gates.items, programme.gate_is_all)
        low, high = first * 64, min((first + width) * 64, count)
        _kernel(
            bits,
            (programme.hard.starts, programme.hard.items),
            (programme.weighted.starts, programme.weighted.items, programme.weights),
            programme.lots,
            programme.local.astype(np.int64),
            seeds[low:high],
            best[low:high],
            by_subject[:, low : low + width * 64],
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
def _gates(bits, first_gate, starts, items, is_all):  # type: ignore[no-untyped-def]
    """Rows of gates from the rows before them."""
    for gate in range(len(is_all)):
        row, first = first_gate + gate, starts[gate]
        bits[row] = bits[items[first]]
        for item in range(first + 1, starts[gate + 1]):
            part = items[item]
            for plane in range(2):
                for word in range(bits.shape[2]):
                    if is_all[gate]:
                        bits[row, plane, word] &= bits[part, plane, word]
                    else:
                        bits[row, plane, word] |= bits[part, plane, word]


@_loop
def _kernel(bits, hard, weighted, lots, local, seeds, best, by_subject, by_product):  # type: ignore[no-untyped-def]
    words = bits.shape[2]
    certain, possible = np.empty(words, np.uint64), np.empty(words, np.uint64)
    # The least head that still gets in, by subject; which lists are full of 符合; and by word the least score that
    # gets into one of those, or of the others.
    least, full, floors = np.zeros(words * 64, np.int64), np.zeros(words, np.uint64), np.zeros((2, words), np.int64)
    counters = np.zeros((2, _LEVELS, words), np.uint64)
    for place in range(len(lots)):
        _all(bits, hard, place, certain, possible)
        for word in range(words):
            sure, maybe = certain[word], possible[word]
            by_product[0, place] += np.int64(_ones(sure))
            by_product[1, place] += np.int64(_ones(maybe))
            _count(counters[0], word, sure)
            _count(counters[1], word, maybe)
            wanted = _promising(bits, weighted, place, word, sure & full[word], floors[0, word]) | (sure & ~full[word])
            if wanted:
                _offer(bits, weighted, place, word, wanted, SATISFIED_HEAD, lots, local, seeds, best, least)
        if place % _STALE == 0:
            _refresh(least, full, floors)
    _refresh(least, full, floors)
    # Only who has too few products that certainly fit is offered the uncertain ones.
    for place in range(len(lots)):
        _all(bits, hard, place, certain, possible)
        for word in range(words):
            wanted = possible[word] & ~certain[word] & ~full[word]
            wanted = _promising(bits, weighted, place, word, wanted, floors[1, word])
            if wanted:
                _offer(bits, weighted, place, word, wanted, UNKNOWN_HEAD, lots, local, seeds, best, least)
        if place % _STALE == 0:
            _refresh(least, full, floors)
    for plane in range(2):
        _total(counters[plane], by_subject[plane])


@_loop
def _total(levels, found):  # type: ignore[no-untyped-def]
    """The count of each subject."""
    for subject in range(len(found)):
        for level in range(_LEVELS):
            found[subject] += np.int64((levels[level, subject >> 6] >> np.uint64(subject & 63)) & ONE) << level


@_loop
def _refresh(least, full, floors):  # type: ignore[no-untyped-def]
    """Bring what is known of each word up to date; an old floor is lower, which costs time and changes nothing."""
    for word in range(len(full)):
        filled, settled, others = np.uint64(0), FULL_SCORE, FULL_SCORE
        for bit in range(64):
            here = least[word * 64 + bit]
            if here >= SATISFIED_HEAD:
                filled |= ONE << np.uint64(bit)
                settled = min(settled, (here - SATISFIED_HEAD) >> 1)
            else:
                others = min(others, max(0, (here - UNKNOWN_HEAD) >> 1))
        full[word], floors[0, word], floors[1, word] = filled, settled, others


@_loop
def _all(bits, hard, place, certain, possible):  # type: ignore[no-untyped-def]
    """Who has every hard row of a product."""
    for word in range(len(certain)):
        certain[word], possible[word] = bits[0, 0, word], bits[0, 1, word]
    for item in range(hard[0][place], hard[0][place + 1]):
        row = hard[1][item]
        for word in range(len(certain)):
            certain[word] &= bits[row, 0, word]
        for word in range(len(possible)):
            possible[word] &= bits[row, 1, word]


@_loop
def _promising(bits, weighted, place, word, wanted, floor):  # type: ignore[no-untyped-def]
    """Of ``wanted`` who can reach the score ``floor``: it loses a weight where a row is open, two where it fails."""
    slack = FULL_SCORE - floor
    if not wanted:
        return wanted
    for item in range(weighted[0][place], weighted[0][place + 1]):
        weight, row = weighted[2][item], weighted[1][item]
        if weight > slack:
            wanted &= bits[row, 0, word]
        elif 2 * weight > slack:
            wanted &= bits[row, 1, word]
    return wanted


@_loop
def _offer(bits, weighted, place, word, wanted, verdict, lots, local, seeds, best, least):  # type: ignore[no-untyped-def]
    """Offer one product to the subjects of one word."""
    last = best.shape[1] - 1
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
        head = verdict | (score << 1) | local[place]
        if head < least[subject]:
            continue
        drawn = _lot(seeds[subject], lots[place])
        key = (np.uint64(head) << _HEAD) | (drawn << _PLACE) | np.uint64(LAST_PLACE - place)
        if key > best[subject, last]:
            _insert(best[subject], key)
            least[subject] = np.int64(best[subject, last] >> _HEAD)
