"""What is measured: process CPU seconds, the least of several runs, since others may share the machine."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from enterprises.columns import Columns
from matching.engine.compiling import compiled
from matching.engine.few import Shelfmarks, keys_of_few, keys_stored, merged
from matching.engine.lots import hashes
from matching.engine.naive import Shelved, rank
from matching.engine.packing import packed
from matching.engine.programme import Programme
from matching.engine.run import KERNELS, TOP, match
from matching.engine.single import keys_of
from matching.management.bench import data
from products.rules.evaluate import judge

NAIVE_NEEDS = 4
TEN = 10


def least(function: Callable[[], object], times: int = 3) -> float:
    """CPU seconds of the quickest of ``times`` runs."""
    best = float("inf")
    for _ in range(times):
        started = time.process_time()
        function()
        best = min(best, time.process_time() - started)
    return best


def full_match(shelf: list[Shelved], rows: Columns) -> dict[str, Any]:
    """All pairs by each kernel, and a sample of them by the naive engine."""
    programme = compiled(shelf)
    pairs = len(shelf) * len(rows)
    few = [data.subject(rows, row) for row in range(NAIVE_NEEDS)]
    sample = len(shelf) * NAIVE_NEEDS
    naive = sample / least(lambda: [rank(one.code, one, shelf) for one in few])
    found: dict[str, Any] = {"pairs": pairs, "naive_pairs_per_second": naive, "naive_is_a_sample_of_pairs": sample}
    for kernel in KERNELS:
        match(programme, rows.part(0, 64), kernel=kernel)
        seconds = least(partial(match, programme, rows, kernel=kernel))
        # The prototype kept ten; what is stored is TOP.
        with_ten = least(partial(match, programme, rows, kernel=kernel, top=TEN))
        found[kernel] = {
            "seconds": seconds,
            "pairs_per_second": pairs / seconds,
            "top": TOP,
            "top_10_seconds": with_ten,
            "top_10_pairs_per_second": pairs / with_ten,
            "times_naive": pairs / seconds / naive,
        }
    return found


def one_need(shelf: list[Shelved], rows: Columns) -> dict[str, Any]:
    """One need × the shelf, all verdicts in order."""
    programme, person = compiled(shelf), data.subject(rows, 0)
    naive = least(lambda: rank(person.code, person, shelf))
    ours = least(lambda: [keys_of(programme, person.code, person) for _ in range(50)]) / 50
    return {"naive_seconds": naive, "seconds": ours, "times_naive": naive / ours}


def one_product(shelf: list[Shelved], rows: Columns) -> dict[str, Any]:
    """A new product × all needs: judged, and merged into lists that are already there."""
    before, newcomer = compiled(shelf[1:]), shelf[0]
    programme = compiled(shelf)
    stored = packed(before, match(before, rows).best)
    marks, seeds = Shelfmarks.of(programme, []), hashes(rows.seeds)
    lists, _ = keys_stored(marks, seeds, stored, TOP)

    def ours() -> None:
        fresh: Programme = compiled([newcomer])
        place = programme.codes.index(newcomer.product)
        added = keys_of_few(fresh, rows, seeds) - np.uint64(place)
        merged(lists, np.zeros(lists.shape, dtype=np.bool_), added)

    few = [data.subject(rows, row) for row in range(min(2_000, len(rows)))]
    naive = least(lambda: [judge(newcomer.rules, one) for one in few]) / len(few) * len(rows)
    seconds = least(ours)
    return {
        "naive_seconds": naive,
        "naive_is_scaled_from_needs": len(few),
        "seconds": seconds,
        "times_naive": naive / seconds,
    }
