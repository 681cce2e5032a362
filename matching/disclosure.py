"""Counts that give nobody away, however many are asked for.

Three locks, each open to a different key. A set of fewer than :data:`SMALLEST_SHOWN` parties has no number, and a
number is a multiple of :data:`STEP`. A set that differs by fewer parties than that from one told of before, or from
what such a one leaves, or from everybody or nobody, gets the very answer given then: so two questions that a single
party tells apart have one answer. And the questions of a day are numbered (matching/services/previews.py), because
from unlimited coarse answers the exact one can be had.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from accounts.small_counts import SMALLEST_SHOWN, shown_counts

Bools = NDArray[np.bool_]
Packed = NDArray[np.uint8]
Key = TypeVar("Key", bound=Hashable)

STEP = 5


@dataclass
class Told:
    """Sets told of: a row of ``sets`` (a bit a member, ``everybody`` likewise) and what was said of it."""

    everybody: Packed
    sets: Packed
    counts: list[int]
    # Rows that were added since, not yet stored.
    fresh: list[int] = field(default_factory=list)

    @classmethod
    def to(cls, everybody: Bools, rows: list[tuple[bytes, int, list[int]]]) -> "Told":
        """``rows`` hold packed sets, their width in bytes and their counts, as they were stored; oldest first."""
        whole = packed(everybody)
        width = max([len(whole), *(size for _, size, _ in rows)])
        held = [_widened(np.frombuffer(content, np.uint8).reshape(-1, size), width) for content, size, _ in rows]
        sets = np.concatenate([np.zeros((1, width), np.uint8), *held])
        counts = [0, *(count for _, _, said in rows for count in said)]
        return cls(_widened(whole[None], width)[0], sets, counts)

    def count(self, members: Bools) -> int:
        """How many ``members`` there are, or what was said of a set nearly the same; remembers that it was asked."""
        wanted = _widened(packed(members)[None], len(self.everybody))[0]
        apart = _ones(self.sets ^ wanted)
        # What a set leaves of everybody is known with it.
        left = _ones((self.sets ^ self.everybody) ^ wanted)
        nearest, other = int(apart.argmin()), int(left.argmin())
        if min(apart[nearest], left[other]) >= SMALLEST_SHOWN:
            said = int(_ones(wanted[None])[0])
        elif apart[nearest] <= left[other]:
            said = self.counts[nearest]
        else:
            said = int(_ones(self.everybody[None])[0]) - self.counts[other]
        if apart[nearest]:
            self.fresh.append(len(self.counts))
            self.sets = np.concatenate([self.sets, wanted[None]])
            self.counts.append(said)
        return said

    def added(self) -> tuple[bytes, int, list[int]]:
        """What is to be stored of the new sets: packed, width, counts."""
        rows = self.sets[self.fresh]
        return rows.tobytes(), len(self.everybody), [self.counts[row] for row in self.fresh]


def coarse(counts: Mapping[Key, int]) -> dict[Key, int | None]:
    """``counts`` of parts of one whole as they may be read: small ones None, and with one alone the next smallest."""
    # None at all must look like a few.
    seen = shown_counts({key: max(count, 1) for key, count in counts.items()})
    return {key: None if count is None else count // STEP * STEP for key, count in seen.items()}


def packed(members: Bools) -> Packed:
    """A bit a member."""
    return np.packbits(members, bitorder="little")


def _widened(rows: Packed, width: int) -> Packed:
    return np.pad(rows, ((0, 0), (0, width - rows.shape[1])))


def _ones(rows: Packed) -> NDArray[np.int64]:
    found: NDArray[np.int64] = np.bitwise_count(rows).sum(axis=1, dtype=np.int64)
    return found
