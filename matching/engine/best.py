"""The best keys of many subjects at once, with the least one that still gets in."""

import numpy as np
from numpy.typing import NDArray

from matching.engine.keys import HEAD_SHIFT, VERDICT_SHIFT, Keys
from matching.engine.planes import Words

_WAITING = 16


class Best:
    """``top`` largest keys a subject. New ones wait in a short row and are sorted in together."""

    def __init__(self, count: int, top: int) -> None:
        self._top = top
        self._keys = np.zeros((count, top + _WAITING), dtype=np.uint64)
        self._waiting = np.zeros(count, dtype=np.int64)
        self._least = np.zeros(count, dtype=np.uint64)
        # A key can only get in when its head is at least this.
        self.least_head = np.zeros(count, dtype=np.int64)
        # Subjects whose least key is 符合 already.
        self.full: Words = np.zeros(-(-count // 64), dtype=np.uint64)

    def offer(self, subjects: NDArray[np.int64], keys: Keys) -> None:
        """One key for each of ``subjects``, which differ."""
        passing = keys > self._least[subjects]
        chosen = subjects[passing]
        if not len(chosen):
            return
        waiting = self._waiting[chosen]
        self._keys[chosen, self._top + waiting] = keys[passing]
        self._waiting[chosen] = waiting + 1
        if waiting.max() + 1 == _WAITING:
            self._sort_in(np.flatnonzero(self._waiting >= _WAITING // 2))

    def ranked(self) -> Keys:
        """Keys of each subject, largest first."""
        return np.ascontiguousarray(np.sort(self._keys, axis=1)[:, : -self._top - 1 : -1])

    def _sort_in(self, rows: NDArray[np.int64]) -> None:
        held = np.partition(self._keys[rows], _WAITING, axis=1)
        self._keys[rows, : self._top] = held[:, _WAITING:]
        self._keys[rows, self._top :] = 0
        self._waiting[rows] = 0
        least = held[:, _WAITING]
        self._least[rows] = least
        self.least_head[rows] = (least >> np.uint64(HEAD_SHIFT)).astype(np.int64)
        full = rows[(least >> np.uint64(VERDICT_SHIFT)) == 2]
        np.bitwise_or.at(self.full, full >> 6, np.uint64(1) << (full & 63).astype(np.uint64))
