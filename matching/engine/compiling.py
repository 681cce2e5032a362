"""Listed products → one programme."""

import hashlib
import json
from collections.abc import Iterable, Sequence

import numpy as np

from matching.engine.lots import hashes
from matching.engine.lowering import Rows
from matching.engine.naive import Shelved
from matching.engine.programme import ALWAYS, MAX_PRODUCTS, Index, Lists, Programme
from products.content import shelf_hash
from products.rules.evaluate import NEUTRAL_SCORE, normalised_weights
from products.rules.language import RuleSet, dump

# Rows a product must have, and (row, weight) for its score.
Lowered = tuple[tuple[int, ...], tuple[tuple[int, int], ...]]


def compiled(shelf: Iterable[Shelved]) -> Programme:
    """The programme of ``shelf``; the same for every order of it. Codes must differ."""
    items = sorted(shelf, key=lambda item: item.product)
    if len({item.product for item in items}) != len(items):
        raise ValueError("a product is on the shelf twice")
    if len(items) >= MAX_PRODUCTS:
        raise ValueError(f"the shelf holds {len(items)} products, a programme at most {MAX_PRODUCTS - 1}")
    rows = Rows()
    lowered = [_lowered(rows, item.rules) for item in items]
    order = _used(rows, lowered)
    renumbered = {old: new for new, old in enumerate(order)}
    literals = [rows.literals[row] for row in order if row in rows.literals]
    gates = [rows.gates[row] for row in order if row in rows.gates]
    atoms = {atom: number for number, atom in enumerate(dict.fromkeys(atom for atom, _ in literals))}
    parts = [sorted(renumbered[part] for part in members) for _, members in gates]
    return Programme(
        hash=shelf_hash((item.product, item.content or _content(item.rules)) for item in items),
        codes=tuple(item.product for item in items),
        numbers=np.array([item.number for item in items], dtype=np.int64),
        local=np.array([item.local for item in items], dtype=np.bool_),
        lots=hashes(item.product for item in items),
        atoms=tuple(atoms),
        literal_atoms=_index([atoms[atom] for atom, _ in literals]),
        literal_positive=np.array([positive for _, positive in literals], dtype=np.bool_),
        gates=_lists(parts),
        gate_is_all=np.array([is_all for is_all, _ in gates], dtype=np.bool_),
        stages=_stages(parts, 1 + len(literals)),
        hard=_lists([sorted(renumbered[row] for row in hard) for hard, _ in lowered]),
        weighted=_lists([[renumbered[row] for row, _ in weighted] for _, weighted in lowered]),
        weights=_index([weight for _, weighted in lowered for _, weight in weighted]),
    )


def _content(rules: RuleSet) -> str:
    return hashlib.sha256(json.dumps(dump(rules), sort_keys=True).encode()).hexdigest()


def _lowered(rows: Rows, rules: RuleSet) -> Lowered:
    """The rows a product must have, and its weighted rows."""
    tests = {rule.code: rows.of(rule.test) for rule in rules}
    hard = rows.parts(rows.gate(True, (tests[rule.code] for rule in rules if rule.hard)), True)
    # What always holds earns two points a weight.
    weights: dict[int, int] = {} if any(rule.weight for rule in rules) else {ALWAYS: NEUTRAL_SCORE // 2}
    for code, weight in normalised_weights(rules).items():
        weights[tests[code]] = weights.get(tests[code], 0) + weight
    # The heaviest first: they tell soonest that a score stays low.
    return hard, tuple(sorted(weights.items(), key=lambda pair: (-pair[1], pair[0])))


def _used(rows: Rows, lowered: Iterable[Lowered]) -> list[int]:
    """Rows in use: 0, literals, then gates by depth so that those of one depth can be computed together."""
    depths: dict[int, int] = {ALWAYS: -1}

    def visit(row: int) -> int:
        if row not in depths:
            parts = rows.gates[row][1] if row in rows.gates else ()
            depths[row] = 1 + max((visit(part) for part in parts), default=-1)
        return depths[row]

    for hard, weighted in lowered:
        for row in (*hard, *(row for row, _ in weighted)):
            visit(row)
    return sorted(depths, key=lambda row: (depths[row], row))


def _stages(parts: Sequence[Sequence[int]], first_gate: int) -> tuple[int, ...]:
    """Numbers of gates at which a new stage begins, and their end."""
    stops = [0]
    for number, members in enumerate(parts):
        if max(members) >= first_gate + stops[-1]:
            stops.append(number)
    return tuple(dict.fromkeys([*stops, len(parts)]))


def _lists(lists: Sequence[Sequence[int]]) -> Lists:
    ends = np.cumsum([0, *(len(some) for some in lists)])
    return Lists(_index(ends), _index([item for some in lists for item in some]))


def _index(values: object) -> Index:
    return np.array(values, dtype=np.int32)
