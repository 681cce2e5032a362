"""The compiled shelf: immutable, named by a hash of its content, the same for any order of products.

A rule tree becomes rows. A row is an atom or its opposite (a literal), or the AND or OR of earlier rows (a gate); a
product is a list of rows that must all hold, and a list of (row, weight) for its score. There is no NOT above the
literals, so every row is monotone and two bits a subject decide it: ``certain`` (true whatever the unknown turns
out to be) and ``possible``. Certain → 符合, else possible → 缺资料, else 不符合.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.engine.lots import Hashes

Index = NDArray[np.int32]

# Row 0 holds for everybody: a product without a hard rule asks for it alone, so no list is ever empty.
ALWAYS = 0
MAX_PRODUCTS = 1 << 20


@dataclass(frozen=True)
class AtLeast:
    """``field`` ≥ ``value``; every comparison is this or its opposite."""

    field: str
    value: int


@dataclass(frozen=True)
class Holds:
    """``field`` is ``word``, or as a set holds it; a yes/no field is True."""

    field: str
    word: str | bool


Atom = AtLeast | Holds


@dataclass(frozen=True)
class Lists:
    """Lists one after another: list ``i`` is ``items[starts[i]:starts[i + 1]]``, never empty."""

    starts: Index
    items: Index

    def __getitem__(self, number: int) -> Index:
        return self.items[self.starts[number] : self.starts[number + 1]]

    def __len__(self) -> int:
        return len(self.starts) - 1


@dataclass(frozen=True)
class Programme:
    """Rows: 0, then literals, then gates (each after its parts). Products in the order of their codes."""

    hash: str
    codes: tuple[str, ...]
    numbers: NDArray[np.int64]
    local: NDArray[np.bool_]
    lots: Hashes
    atoms: tuple[Atom, ...]
    # Literal i is row 1 + i: an atom's number, and whether it is meant as it stands.
    literal_atoms: Index
    literal_positive: NDArray[np.bool_]
    gates: Lists
    gate_is_all: NDArray[np.bool_]
    # Gates up to each stop need only rows before them: gates between two stops can be computed together.
    stages: tuple[int, ...]
    hard: Lists
    weighted: Lists
    weights: Index

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def rows(self) -> int:
        return 1 + len(self.literal_atoms) + len(self.gates)

    @property
    def first_gate(self) -> int:
        return 1 + len(self.literal_atoms)
