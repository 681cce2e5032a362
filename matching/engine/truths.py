"""Conditions one by one × many subjects: whom each of them shuts out, and how many together."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from enterprises.columns import Columns
from matching.engine.compiling import compiled
from matching.engine.naive import Shelved
from matching.engine.planes import planes, unpacked
from products.rules.language import Node, Rule

# 2 true, 1 unknown, 0 false.
Truths = NDArray[np.uint8]


def truths(tests: Sequence[Node], columns: Columns) -> Truths:
    """[test, subject], the same as :func:`products.rules.evaluate.truth` of each."""
    shelf = [
        Shelved(f"{number:06d}", (Rule(code="test", label="条件", test=test),), local=False, number=number)
        for number, test in enumerate(tests)
    ]
    programme = compiled(shelf)
    bits, count = planes(programme, columns), len(columns)
    found = np.empty((len(shelf), count), dtype=np.uint8)
    for place in range(len(shelf)):
        certain, possible = np.bitwise_and.reduce(bits[programme.hard[place]], axis=0)
        found[place] = unpacked(certain, count).astype(np.uint8) + unpacked(possible, count)
    return found


def together(found: Truths) -> NDArray[np.uint8]:
    """The verdict of all tests together by subject; of none it is 2."""
    return found.min(axis=0) if len(found) else np.full(found.shape[1], 2, dtype=np.uint8)
