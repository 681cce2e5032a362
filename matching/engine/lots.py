"""The lot that settles ties: an exact integer mix of two 64-bit hashes, the same in Python, NumPy and numba.

Ties are frequent. A fixed order by code or age would favour the same products for every firm, so each need draws
its own lot for each product; larger comes first.
"""

from collections.abc import Iterable
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

LOT_BITS = 31
FIRST, SECOND = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_WORD = (1 << 64) - 1


def hash64(code: str) -> int:
    """64 bits of a code, the same on every machine."""
    return int.from_bytes(blake2b(code.encode(), digest_size=8).digest(), "little")


def hashes(codes: Iterable[str]) -> Hashes:
    """:func:`hash64` of many codes."""
    joined = b"".join(blake2b(code.encode(), digest_size=8).digest() for code in codes)
    return np.frombuffer(joined, dtype="<u8").astype(np.uint64, copy=False)


def lot(need: int, product: int) -> int:
    """31 bits that depend on both hashes evenly."""
    mixed = need ^ product
    mixed = (mixed ^ mixed >> 30) * FIRST & _WORD
    mixed = (mixed ^ mixed >> 27) * SECOND & _WORD
    return (mixed ^ mixed >> 31) >> 64 - LOT_BITS


def lots(needs: Hashes | np.uint64, products: Hashes | np.uint64) -> Hashes:
    """:func:`lot` of many pairs at once; unsigned products wrap around."""
    mixed = np.asarray(needs ^ products, dtype=np.uint64)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(FIRST)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(SECOND)
    return (mixed ^ (mixed >> np.uint64(31))) >> np.uint64(64 - LOT_BITS)
