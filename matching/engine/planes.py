"""Two bit planes a row over many subjects: who certainly has it, who possibly has it. 64 subjects a word."""

import numpy as np
from numpy.typing import NDArray

from enterprises.columns import Coded, Columns, Numbers
from enterprises.facts import SetValue
from matching.engine.programme import ALWAYS, AtLeast, Atom, Holds, Programme

Words = NDArray[np.uint64]
Bools = NDArray[np.bool_]

CERTAIN, POSSIBLE = 0, 1
_INT64 = np.iinfo(np.int64)


def planes(programme: Programme, columns: Columns) -> Words:
    """Bits [row, certain | possible, word] of all rows; those beyond the last subject are 0 in row 0 alone."""
    literals = literal_planes(programme, columns)
    found = np.empty((programme.rows, *literals.shape[1:]), dtype=np.uint64)
    found[: programme.first_gate] = literals
    for gate, is_all in enumerate(programme.gate_is_all):
        join = np.bitwise_and if is_all else np.bitwise_or
        join.reduce(found[programme.gates[gate]], axis=0, out=found[programme.first_gate + gate])
    return found


def literal_planes(programme: Programme, columns: Columns) -> Words:
    """The same of the rows below the gates."""
    words = -(-len(columns) // 64)
    found = np.empty((programme.first_gate, 2, words), dtype=np.uint64)
    found[ALWAYS] = _packed(np.ones(len(columns), dtype=np.bool_), words)
    known: dict[int, Words] = {}
    meant = zip(programme.literal_atoms.tolist(), programme.literal_positive.tolist(), strict=True)
    for row, (atom, positive) in enumerate(meant, start=1):
        if atom not in known:
            certain, possible = atom_truth(programme.atoms[atom], columns)
            known[atom] = np.stack([_packed(certain, words), _packed(possible, words)])
        # The opposite is certain where the atom is impossible.
        found[row] = known[atom] if positive else ~known[atom][::-1]
    return found


def atom_truth(atom: Atom, columns: Columns) -> tuple[Bools, Bools]:
    """(certain, possible) of one atom for each subject."""
    match atom:
        case AtLeast():
            return _at_least(atom.value, columns.numbers.get(atom.field), len(columns))
        case Holds():
            return _holds(atom.word, columns.coded.get(atom.field), len(columns))


def _at_least(value: int, column: Numbers | None, count: int) -> tuple[Bools, Bools]:
    if column is None:
        return _unknown(count)
    if value > _INT64.max:
        return np.zeros(count, dtype=np.bool_), ~column.known
    reached = column.values >= max(value, _INT64.min)
    return reached & column.known, reached | ~column.known


def _holds(word: str | bool, column: Coded | None, count: int) -> tuple[Bools, Bools]:
    if column is None:
        return _unknown(count)
    # Answers of the distinct values, and of "unknown" at the end, where -1 finds it.
    answers = [_contains(value, word) for value in column.words] + [None]
    certain = np.array([answer is True for answer in answers])
    possible = np.array([answer is not False for answer in answers])
    return certain[column.codes], possible[column.codes]


def _contains(value: str | bool | SetValue, word: str | bool) -> bool | None:
    return value.contains(str(word)) if isinstance(value, SetValue) else value == word


def _unknown(count: int) -> tuple[Bools, Bools]:
    return np.zeros(count, dtype=np.bool_), np.ones(count, dtype=np.bool_)


def _packed(bits: Bools, words: int) -> Words:
    packed = np.zeros(words * 8, dtype=np.uint8)
    packed[: -(-len(bits) // 8)] = np.packbits(bits, bitorder="little")
    return packed.view("<u8").astype(np.uint64, copy=False)


def unpacked(words: Words, count: int) -> Bools:
    """Bits of words as booleans."""
    octets = np.ascontiguousarray(words).astype("<u8", copy=False).view(np.uint8)
    return np.unpackbits(octets, count=count, bitorder="little").view(np.bool_)
