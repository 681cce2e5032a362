"""One subject against the whole programme, in the time of a few array operations."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from enterprises.facts import SetValue, Subject
from matching.engine.keys import VERDICT_SHIFT, Keys, heads, keys, places_of, verdicts_of
from matching.engine.lots import hash64
from matching.engine.programme import AtLeast, Atom, Lists, Programme
from matching.engine.run import TOP, Matched

Bits = NDArray[np.uint8]


def keys_of(programme: Programme, seed: str, subject: Subject) -> Keys:
    """The keys of every product for ``subject``, best first, all verdicts."""
    if not len(programme):
        return np.zeros(0, dtype=np.uint64)
    certain, possible = _rows(programme, subject)
    verdicts = _all(certain, programme.hard).astype(np.int64) + _all(possible, programme.hard)
    points = (certain.astype(np.int64) + possible)[programme.weighted.items] * programme.weights
    scores = np.add.reduceat(points, programme.weighted.starts[:-1])
    head = heads(verdicts, scores, programme.local)
    found = keys(head, np.uint64(hash64(seed)), programme.lots, np.arange(len(programme)))
    return np.sort(found)[::-1]


def _rows(programme: Programme, subject: Subject) -> tuple[Bits, Bits]:
    """Certain and possible, 0 or 1, of each row."""
    answers = [_atom(atom, subject) for atom in programme.atoms]
    yes = np.array([answer is True for answer in answers], dtype=np.uint8)
    maybe = np.array([answer is not False for answer in answers], dtype=np.uint8)
    both = np.ones((2, programme.rows), dtype=np.uint8)
    atoms, positive = programme.literal_atoms, programme.literal_positive
    both[0, 1 : programme.first_gate] = np.where(positive, yes[atoms], 1 - maybe[atoms])
    both[1, 1 : programme.first_gate] = np.where(positive, maybe[atoms], 1 - yes[atoms])
    for first, last in pairwise(programme.stages):
        starts = programme.gates.starts[first : last + 1]
        parts = both[:, programme.gates.items[starts[0] : starts[-1]]]
        offsets = starts[:-1] - starts[0]
        is_all = programme.gate_is_all[first:last]
        alls = np.minimum.reduceat(parts, offsets, axis=1)
        anys = np.maximum.reduceat(parts, offsets, axis=1)
        both[:, programme.first_gate + first : programme.first_gate + last] = np.where(is_all, alls, anys)
    return both[0], both[1]


def _all(bits: Bits, lists: Lists) -> Bits:
    found: Bits = np.minimum.reduceat(bits[lists.items], lists.starts[:-1])
    return found


def _atom(atom: Atom, subject: Subject) -> bool | None:
    value = subject.values.get(atom.field)
    if value is None:
        return None
    if isinstance(atom, AtLeast):
        return value >= atom.value  # type: ignore[operator]
    return value.contains(str(atom.word)) if isinstance(value, SetValue) else value == atom.word


def match_each(programme: Programme, subjects: Sequence[Subject], top: int = TOP) -> Matched:
    """What :func:`matching.engine.run.match` says of a few subjects, one after another."""
    best = np.zeros((len(subjects), top), dtype=np.uint64)
    verdicts = np.zeros((len(subjects), len(programme)), dtype=np.int64)
    for row, subject in enumerate(subjects):
        found = keys_of(programme, subject.code, subject)
        fitting = found[found >> np.uint64(VERDICT_SHIFT) > 0][:top]
        best[row, : len(fitting)] = fitting
        verdicts[row, places_of(found)] = verdicts_of(found)
    sure, maybe = verdicts == 2, verdicts == 1
    return Matched(best, sure.sum(axis=1), maybe.sum(axis=1), sure.sum(axis=0), maybe.sum(axis=0))
