"""The kernel that is always there: product by product, over planes of many subjects."""

import numpy as np
from numpy.typing import NDArray

from enterprises.columns import Columns
from matching.engine.best import Best
from matching.engine.counters import BitCounter
from matching.engine.keys import SATISFIED_HEAD, Keys, keys
from matching.engine.lots import Hashes
from matching.engine.planes import CERTAIN, POSSIBLE, planes, unpacked
from matching.engine.programme import Programme

Counts = NDArray[np.int64]


def run(programme: Programme, columns: Columns, seeds: Hashes, top: int) -> tuple[Keys, Counts, Counts, Counts, Counts]:
    """(best keys, satisfied, unknown by subject, satisfied, unknown by product) of one block."""
    count = len(columns)
    bits = planes(programme, columns)
    points = _points(programme, bits, count)
    best = Best(count, top)
    satisfied, possible = BitCounter(count), BitCounter(count)
    by_product = np.zeros((2, len(programme)), dtype=np.int64)
    valid = bits[0, POSSIBLE]
    for place in range(len(programme)):
        both = np.bitwise_and.reduce(bits[programme.hard[place]], axis=0) & valid
        by_product[:, place] = np.bitwise_count(both).sum(axis=1)
        satisfied.add(both[CERTAIN])
        possible.add(both[POSSIBLE])
        # Whoever has enough products that certainly fit needs no uncertain one.
        wanted = both[CERTAIN] | (both[POSSIBLE] & ~best.full)
        subjects = np.flatnonzero(unpacked(wanted, count))
        if not len(subjects):
            continue
        head = np.zeros(len(subjects), dtype=np.int64)
        for row, weight in zip(programme.weighted[place], _weights(programme, place), strict=True):
            head += points[row][subjects] * np.int64(weight)
        head <<= 1
        head |= np.where(unpacked(both[CERTAIN], count)[subjects], SATISFIED_HEAD, SATISFIED_HEAD >> 1)
        head |= int(programme.local[place])
        passing = head >= best.least_head[subjects]
        chosen = subjects[passing]
        best.offer(chosen, keys(head[passing], seeds[chosen], programme.lots[place], place))
    found = satisfied.totals()
    return best.ranked(), found, possible.totals() - found, by_product[0], by_product[1] - by_product[0]


def _points(programme: Programme, bits: NDArray[np.uint64], count: int) -> dict[int, NDArray[np.uint8]]:
    """2, 1 or 0 of each subject for every row that counts in a score."""
    return {
        int(row): unpacked(bits[row, CERTAIN], count).astype(np.uint8) + unpacked(bits[row, POSSIBLE], count)
        for row in np.unique(programme.weighted.items)
    }


def _weights(programme: Programme, place: int) -> NDArray[np.int32]:
    starts = programme.weighted.starts
    return programme.weights[starts[place] : starts[place + 1]]
