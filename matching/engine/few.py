"""A few products × many subjects, every pair kept; and what a changed product does to lists that are already there."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from enterprises.columns import Columns
from matching.engine.keys import HEAD_SHIFT, LAST_PLACE, PLACE_BITS, VERDICT_SHIFT, Keys, heads, keys
from matching.engine.lots import Hashes, hashes, lots
from matching.engine.packing import PLACED, SCORE_BITS
from matching.engine.planes import planes, unpacked
from matching.engine.programme import Programme


def keys_of_few(programme: Programme, columns: Columns, seeds: Hashes) -> Keys:
    """Keys [subject, product], all verdicts; for a few products. ``seeds`` are hashes of the columns' own."""
    count = len(columns)
    bits = planes(programme, columns)
    found = np.empty((count, len(programme)), dtype=np.uint64)
    starts = programme.weighted.starts
    for place in range(len(programme)):
        certain, possible = np.bitwise_and.reduce(bits[programme.hard[place]], axis=0)
        verdicts = unpacked(certain, count).astype(np.int64) + unpacked(possible, count)
        scores = np.zeros(count, dtype=np.int64)
        weights = programme.weights[starts[place] : starts[place + 1]]
        for row, weight in zip(programme.weighted[place], weights, strict=True):
            scores += (unpacked(bits[row, 0], count).astype(np.int64) + unpacked(bits[row, 1], count)) * int(weight)
        head = heads(verdicts, scores, bool(programme.local[place]))
        found[:, place] = keys(head, seeds, programme.lots[place], place)
    return found


@dataclass(frozen=True)
class Shelfmarks:
    """What makes a key of a product's number: hash of its code, whether local, place. Numbers ascend."""

    numbers: NDArray[np.int64]
    lots: Hashes
    local: NDArray[np.bool_]
    places: NDArray[np.int64]

    @classmethod
    def of(cls, programme: Programme, gone: Sequence[tuple[int, str, bool]]) -> "Shelfmarks":
        """Products of ``programme``, and (number, code, local) of products no longer in it.

        Those stand first among equal lots: then a list that lost one is held short rather than wrongly complete.
        """
        numbers = np.concatenate([programme.numbers, np.array([number for number, _, _ in gone], dtype=np.int64)])
        order = np.argsort(numbers)
        drawn = np.concatenate([programme.lots, hashes(code for _, code, _ in gone)])
        local = np.concatenate([programme.local, np.array([is_local for _, _, is_local in gone], dtype=np.bool_)])
        places = np.concatenate([np.arange(len(programme)), np.zeros(len(gone), dtype=np.int64)])
        return cls(numbers[order], drawn[order], local[order], places[order])


def keys_stored(marks: Shelfmarks, seeds: Hashes, stored: Sequence[bytes], top: int) -> tuple[Keys, NDArray[np.int64]]:
    """Keys [subject, rank] of packed lists, and the product numbers behind them (0 where there is none)."""
    counts = np.array([len(content) // PLACED.itemsize for content in stored], dtype=np.int64)
    held = np.arange(top) < counts[:, None]
    rows = np.zeros((len(stored), top), dtype=PLACED)
    rows[held] = np.frombuffer(b"".join(stored), dtype=PLACED)
    numbers = rows["product"].astype(np.int64)
    if not len(marks.numbers):
        return np.zeros(rows.shape, dtype=np.uint64), numbers
    at = np.minimum(np.searchsorted(marks.numbers, numbers), len(marks.numbers) - 1)
    placed = rows["place"].astype(np.int64)
    head = heads(placed >> SCORE_BITS, placed & ((1 << SCORE_BITS) - 1), marks.local[at])
    drawn = lots(seeds[:, None], marks.lots[at]) << np.uint64(PLACE_BITS)
    last = (LAST_PLACE - marks.places[at]).astype(np.uint64)
    found = (head.astype(np.uint64) << np.uint64(HEAD_SHIFT)) | drawn | last
    return np.where(held, found, np.uint64(0)), numbers


@dataclass(frozen=True)
class Merged:
    """Lists with products taken out and put in; ``short`` says whose list may lack one that nobody wrote down."""

    best: Keys
    short: NDArray[np.bool_]


def merged(best: Keys, gone: NDArray[np.bool_], added: Keys) -> Merged:
    """Take the keys where ``gone`` out of ``best`` and put ``added`` [subject, product] in; all keys of one programme.

    A full list had rivals nobody wrote down, all behind its last entry: what now stands last must not be behind that.
    """
    top, least = best.shape[1], best[:, -1]
    fitting = np.where(added >> np.uint64(VERDICT_SHIFT) > 0, added, np.uint64(0))
    touched = np.flatnonzero(gone.any(axis=1) | (fitting > least[:, None]).any(axis=1))
    left = np.where(gone[touched], np.uint64(0), best[touched])
    joined = np.sort(np.concatenate([left, fitting[touched]], axis=1), axis=1)[:, : -top - 1 : -1]
    found, short = best.copy(), np.zeros(len(best), dtype=np.bool_)
    found[touched], short[touched] = joined, joined[:, -1] < least[touched]
    return Merged(found, short)
