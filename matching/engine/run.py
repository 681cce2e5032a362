"""All subjects × the whole programme: the best of each, and exact counts. The same bits from every kernel."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from enterprises.columns import Columns
from matching.engine import kernel_numba, kernel_numpy
from matching.engine.keys import Keys
from matching.engine.lots import hashes
from matching.engine.programme import Programme

TOP = 20
KERNELS = {"numpy": kernel_numpy.run, **({"numba": kernel_numba.run} if kernel_numba.AVAILABLE else {})}
# Subjects at a time: what a kernel touches again and again should stay in the processor's cache.
BLOCKS = {"numpy": 1 << 16, "numba": 1 << 14}

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Matched:
    """``best[subject]`` holds keys, largest first, 0 where there are fewer; 不符合 is never among them."""

    best: Keys
    satisfied: Counts
    unknown: Counts
    # By product: how many subjects are 符合, and how many 缺资料.
    product_satisfied: Counts
    product_unknown: Counts


def fastest() -> str:
    """The quickest kernel installed."""
    return "numba" if kernel_numba.AVAILABLE else "numpy"


def match(
    programme: Programme, columns: Columns, *, top: int = TOP, kernel: str | None = None, block: int | None = None
) -> Matched:
    """Match every subject of ``columns``; neither ``kernel`` nor ``block`` changes the result."""
    name = kernel or fastest()
    size = block or BLOCKS[name]
    parts = [
        _part(programme, columns.part(first, first + size), top, name) for first in range(0, max(len(columns), 1), size)
    ]
    return Matched(
        best=np.concatenate([part.best for part in parts]),
        satisfied=np.concatenate([part.satisfied for part in parts]),
        unknown=np.concatenate([part.unknown for part in parts]),
        product_satisfied=np.sum([part.product_satisfied for part in parts], axis=0, dtype=np.int64),
        product_unknown=np.sum([part.product_unknown for part in parts], axis=0, dtype=np.int64),
    )


def _part(programme: Programme, columns: Columns, top: int, kernel: str) -> Matched:
    return Matched(*KERNELS[kernel](programme, columns, hashes(columns.seeds), top))
