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
FULL_SCORE, UNKNOWN_HEAD = 2 * SCALE, SATISFIED_HEAD >> 1
# What a subject can afford to lose is known in steps of 32 points: finer and coarser are slower (measured).
_STEP_BITS = 5
_STEPS = (FULL_SCORE >> _STEP_BITS) + 1


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
    certain, possible, wanted = np.empty(words, np.uint64), np.empty(words, np.uint64), np.empty(words, np.uint64)
    # The least head that still gets in, by subject.
    least = np.zeros(words * 64, np.int64)
    afford = np.empty((_STEPS, words), np.uint64)
    counters = np.zeros((2, _LEVELS, words), np.uint64)
    _settle(afford, least, SATISFIED_HEAD)
    for place in range(len(lots)):
        _all(bits, hard, place, certain, possible)
        for word in range(words):
            wanted[word] = certain[word]
            by_product[0, place] += np.int64(_ones(certain[word]))
            by_product[1, place] += np.int64(_ones(possible[word]))
            _count(counters[0], word, certain[word])
            _count(counters[1], word, possible[word])
        _promising(bits, weighted, place, afford, wanted)
        _offer(bits, weighted, place, wanted, SATISFIED_HEAD, lots, local, seeds, best, least, afford)
    # Only who has too few products that certainly fit can afford the uncertain ones.
    _settle(afford, least, UNKNOWN_HEAD)
    for place in range(len(lots)):
        _all(bits, hard, place, certain, possible)
        for word in range(words):
            wanted[word] = possible[word] & ~certain[word] & afford[0, word]
        _promising(bits, weighted, place, afford, wanted)
        _offer(bits, weighted, place, wanted, UNKNOWN_HEAD, lots, local, seeds, best, least, afford)
    for plane in range(2):
        _total(counters[plane], by_subject[plane])


@_loop
def _total(levels, found):  # type: ignore[no-untyped-def]
    """The count of each subject."""
    for subject in range(len(found)):
        for level in range(_LEVELS):
            found[subject] += np.int64((levels[level, subject >> 6] >> np.uint64(subject & 63)) & ONE) << level


@_loop
def _settle(afford, least, verdict):  # type: ignore[no-untyped-def]
    """Who can afford which loss among the products of one verdict."""
    afford[:] = ~np.uint64(0)
    for subject in range(len(least)):
        _lower(afford, subject, least[subject], verdict)


@_loop
def _lower(afford, subject, head, verdict):  # type: ignore[no-untyped-def]
    """From now on a product must reach ``head``: the subject affords no loss beyond the slack that leaves."""
    slack = FULL_SCORE - max(0, (head - verdict) >> 1)
    word, others = subject >> 6, ~(ONE << np.uint64(subject & 63))
    for step in range(max(0, (slack >> _STEP_BITS) + 1), _STEPS):
        afford[step, word] &= others


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
def _promising(bits, weighted, place, afford, wanted):  # type: ignore[no-untyped-def]
    """Leave of ``wanted`` who can afford each single loss: a weight where a row is open, two where it fails."""
    for item in range(weighted[0][place], weighted[0][place + 1]):
        weight, row = weighted[2][item], weighted[1][item]
        once, twice = weight >> _STEP_BITS, 2 * weight >> _STEP_BITS
        for word in range(len(wanted)):
            wanted[word] &= (bits[row, 0, word] | afford[once, word]) & (bits[row, 1, word] | afford[twice, word])


@_loop
def _offer(bits, weighted, place, wanted, verdict, lots, local, seeds, best, least, afford):  # type: ignore[no-untyped-def]
    """Offer one product to the subjects of ``wanted``."""
    last = best.shape[1] - 1
    first, end = weighted[0][place], weighted[0][place + 1]
    for word in range(len(wanted)):
        left = wanted[word]
        while left:
            lowest = left & (~left + ONE)
            left ^= lowest
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
                head = np.int64(best[subject, last] >> _HEAD)
                if head > least[subject]:
                    least[subject] = head
                    if head >= verdict:
                        _lower(afford, subject, head, verdict)
