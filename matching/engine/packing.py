"""Results as bytes: six a product in a need's list, twelve a product in a tally. Products go by their own number, which
outlives any programme."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from matching.engine.keys import VERDICTS, Keys, places_of, scores_of, verdicts_of
from matching.engine.programme import Programme
from products.rules.evaluate import Verdict

# ``place`` is the verdict's number in VERDICTS above ten bits of score.
PLACED = np.dtype([("product", "<u4"), ("place", "<u2")])
TALLIED = np.dtype([("product", "<u4"), ("satisfied", "<u4"), ("unknown", "<u4")])
SCORE_BITS = 10
_SCORE = (1 << SCORE_BITS) - 1

Placed = tuple[int, Verdict, int]


def packed(programme: Programme, best: Keys) -> list[bytes]:
    """Each row of keys as bytes, best first, without the empty places."""
    held = best > 0
    rows = np.zeros(best.shape, dtype=PLACED)
    if len(programme):
        rows["product"] = programme.numbers[np.where(held, places_of(best), 0)]
    rows["place"] = verdicts_of(best) << SCORE_BITS | scores_of(best)
    return [row[:count].tobytes() for row, count in zip(rows, held.sum(axis=1).tolist(), strict=True)]


def unpacked(content: bytes) -> list[Placed]:
    """(product number, verdict, score), best first."""
    rows = np.frombuffer(content, dtype=PLACED)
    return [(number, VERDICTS[place >> SCORE_BITS], place & _SCORE) for number, place in rows.tolist()]


def tally(programme: Programme, satisfied: NDArray[np.int64], unknown: NDArray[np.int64]) -> bytes:
    """How many subjects each product fits, certainly and possibly."""
    rows = np.zeros(len(programme), dtype=TALLIED)
    rows["product"], rows["satisfied"], rows["unknown"] = programme.numbers, satisfied, unknown
    return rows.tobytes()


def summed(tallies: Iterable[bytes]) -> dict[int, tuple[int, int]]:
    """Product number → (satisfied, unknown) over several tallies."""
    rows = np.frombuffer(b"".join(tallies), dtype=TALLIED)
    numbers, places = np.unique(rows["product"], return_inverse=True)
    sums = np.zeros((2, len(numbers)), dtype=np.int64)
    np.add.at(sums[0], places, rows["satisfied"])
    np.add.at(sums[1], places, rows["unknown"])
    return dict(zip(numbers.tolist(), zip(*sums.tolist(), strict=True), strict=True))


def tally_moved(content: bytes, left: Programme, came: Programme, verdicts: NDArray[np.int64]) -> bytes:
    """A tally without the products that ``left``, and with those that ``came``: ``verdicts`` [subject, product]."""
    rows = np.frombuffer(content, dtype=TALLIED)
    kept = rows[~np.isin(rows["product"], left.numbers)]
    return kept.tobytes() + tally(came, (verdicts == 2).sum(axis=0), (verdicts == 1).sum(axis=0))
