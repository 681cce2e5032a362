"""Many subjects as columns: one array a field, words and sets as numbers of a dictionary of distinct values.

What a column holds is exactly what :class:`Subject` holds, value for value; absent is unknown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from enterprises.facts import FIELDS, FieldType, SetValue, Subject, Value

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
NOBODY_KNOWS = -1


@dataclass(frozen=True)
class Numbers:
    """int64 values, exact; those not ``known`` are 0 and mean nothing."""

    values: Ints
    known: Bools


@dataclass(frozen=True)
class Coded:
    """Row → number in ``words``, or -1 for unknown. Words are category codes, booleans or sets."""

    codes: NDArray[np.int32]
    words: tuple[str | bool | SetValue, ...]


@dataclass(frozen=True)
class Columns:
    """Subjects 0..n-1. ``keys`` are need ids (or row numbers), ``seeds`` the codes that settle ties."""

    keys: Ints
    seeds: tuple[str, ...]
    numbers: Mapping[str, Numbers] = field(default_factory=dict)
    coded: Mapping[str, Coded] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.keys)

    def part(self, first: int, last: int) -> "Columns":
        """Rows ``first`` to ``last`` (exclusive), without copying."""
        rows = slice(first, last)
        return Columns(
            keys=self.keys[rows],
            seeds=self.seeds[rows],
            numbers={name: Numbers(one.values[rows], one.known[rows]) for name, one in self.numbers.items()},
            coded={name: Coded(one.codes[rows], one.words) for name, one in self.coded.items()},
        )

    def at(self, row: int) -> dict[str, Value]:
        """The values of one row, as :attr:`Subject.values` has them."""
        found: dict[str, Value] = {name: int(one.values[row]) for name, one in self.numbers.items() if one.known[row]}
        for name, one in self.coded.items():
            if one.codes[row] != NOBODY_KNOWS:
                found[name] = one.words[one.codes[row]]
        return found


def columns_of(subjects: Sequence[Subject]) -> Columns:
    """The same subjects as columns."""
    numbers, coded = {}, {}
    for name, declared in FIELDS.items():
        values = [subject.values.get(name) for subject in subjects]
        if declared.type is FieldType.NUMBER:
            numbers[name] = numbers_of(values)
        else:
            coded[name] = coded_of(values)
    return Columns(np.arange(len(subjects), dtype=np.int64), tuple(one.code for one in subjects), numbers, coded)


def numbers_of(values: Sequence[object]) -> Numbers:
    """A column of whole numbers; one that int64 cannot hold raises OverflowError rather than lose a digit."""
    known = np.fromiter((value is not None for value in values), dtype=np.bool_, count=len(values))
    held = np.fromiter((0 if value is None else value for value in values), dtype=np.int64, count=len(values))
    return Numbers(held, known)


def coded_of(values: Iterable[object]) -> Coded:
    """A column of words, booleans or sets."""
    words: dict[object, int] = {}
    codes = [NOBODY_KNOWS if value is None else words.setdefault(value, len(words)) for value in values]
    return Coded(np.array(codes, dtype=np.int32), tuple(words))  # type: ignore[arg-type]
