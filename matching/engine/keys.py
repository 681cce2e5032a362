"""One 64-bit number says where a product stands for a subject; the larger comes first.

Verdict (2 bits: 2 符合, 1 缺资料, 0 不符合), score (10 bits, 0..1000), can be applied for (1), lot (31), and last the
product's place in the order of codes, earlier first (20), so that no two are ever equal.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from matching.engine.lots import LOT_BITS, Hashes, lots
from matching.engine.naive import Placing
from matching.engine.programme import MAX_PRODUCTS, Programme
from products.rules.evaluate import Verdict

Keys = NDArray[np.uint64]

VERDICTS = (Verdict.VIOLATED, Verdict.UNKNOWN, Verdict.SATISFIED)
PLACE_BITS = 20
HEAD_SHIFT = PLACE_BITS + LOT_BITS
SCORE_SHIFT = HEAD_SHIFT + 1
VERDICT_SHIFT = SCORE_SHIFT + 10
LAST_PLACE = MAX_PRODUCTS - 1
# The head, above lot and place, is all of a key that needs no lot.
SATISFIED_HEAD = 2 << VERDICT_SHIFT - HEAD_SHIFT

_SCORE = np.uint64((1 << 10) - 1)
_PLACE = np.uint64(LAST_PLACE)


def heads(verdicts: NDArray[np.int64], scores: NDArray[np.int64], local: NDArray[np.bool_] | bool) -> NDArray[np.int64]:
    """The upper part of keys; ``verdicts`` as places in :data:`VERDICTS`."""
    return (verdicts << 11) | (scores << 1) | local


def keys(head: NDArray[np.int64], needs: Hashes | np.uint64, products: Hashes | np.uint64, places: object) -> Keys:
    """Whole keys of pairs; ``places`` are products' places in the programme."""
    last = np.uint64(LAST_PLACE) - np.asarray(places).astype(np.uint64)
    drawn = lots(needs, products) << np.uint64(PLACE_BITS)
    found: Keys = (head.astype(np.uint64) << np.uint64(HEAD_SHIFT)) | drawn | last
    return found


def places_of(found: Keys) -> NDArray[np.int64]:
    """Products' places in the programme."""
    return LAST_PLACE - (found & _PLACE).astype(np.int64)


def verdicts_of(found: Keys) -> NDArray[np.int64]:
    """Places in :data:`VERDICTS`."""
    return (found >> np.uint64(VERDICT_SHIFT)).astype(np.int64)


def scores_of(found: Keys) -> NDArray[np.int64]:
    """Scores, 0..1000."""
    return ((found >> np.uint64(SCORE_SHIFT)) & _SCORE).astype(np.int64)


def placings(programme: Programme, found: Iterable[np.uint64] | Keys) -> list[Placing]:
    """Keys as products, verdicts and scores."""
    some = np.asarray(found, dtype=np.uint64)
    rows = zip(places_of(some).tolist(), verdicts_of(some).tolist(), scores_of(some).tolist(), strict=True)
    return [Placing(programme.codes[place], VERDICTS[verdict], score) for place, verdict, score in rows]
