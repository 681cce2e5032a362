"""Counting bits of the same subject over many planes without unpacking any of them."""

import numpy as np
from numpy.typing import NDArray

from matching.engine.planes import Words, unpacked


class BitCounter:
    """How often each subject's bit was set. Three planes of one weight become two (a full adder), so a plane costs
    five operations however many there are."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._levels: list[list[Words]] = []

    def add(self, plane: Words) -> None:
        """Count one plane."""
        level = 0
        while True:
            if level == len(self._levels):
                self._levels.append([])
            held = self._levels[level]
            held.append(plane)
            if len(held) < 3:
                return
            first, second, third = held
            either = first ^ second
            self._levels[level] = [either ^ third]
            plane = (first & second) | (either & third)
            level += 1

    def totals(self) -> NDArray[np.int64]:
        """The count of each subject."""
        found = np.zeros(self._count, dtype=np.int64)
        for level, held in enumerate(self._levels):
            for plane in held:
                found += unpacked(plane, self._count).astype(np.int64) << level
        return found
