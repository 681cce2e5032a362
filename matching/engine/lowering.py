"""From rule trees to rows: negation pushed into the atoms, lists of values to one atom a value, equal parts shared."""

from collections.abc import Iterable

from matching.engine.programme import ALWAYS, AtLeast, Atom, Holds
from products.rules.language import Between, Compare, Group, In, IsTrue, Node, Not, SetTest

Literal = tuple[Atom, bool]
Gate = tuple[bool, tuple[int, ...]]


class Rows:
    """Grows row by row; the same literal or gate is one row. A gate's parts come before it.

    Nothing is simplified beyond what Kleene logic allows: ``x or not x`` of an unknown x is unknown.
    """

    def __init__(self) -> None:
        self.literals: dict[int, Literal] = {}
        self.gates: dict[int, Gate] = {}
        self._numbers: dict[Literal | Gate, int] = {}

    def of(self, node: Node, positive: bool = True) -> int:
        """The row that is ``node``, or its opposite."""
        match node:
            case Not():
                return self.of(node.item, not positive)
            case Group():
                parts = (self.of(item, positive) for item in node.items)
                return self.gate((node.op == "all") is positive, parts)
            case Compare():
                # On whole numbers > 3 is ≥ 4, and < and ≤ are opposites of those.
                bound = AtLeast(node.field, node.value + (node.op in ("gt", "le")))
                return self._literal(bound, (node.op in ("ge", "gt")) is positive)
            case Between():
                low = self._literal(AtLeast(node.field, node.low), positive)
                return self.gate(positive, (low, self._literal(AtLeast(node.field, node.high + 1), not positive)))
            case In() | SetTest():
                parts = (self._literal(Holds(node.field, word), positive) for word in node.values)
                return self.gate((node.op == "all_of") is positive, parts)
            case IsTrue():
                return self._literal(Holds(node.field, True), positive)

    def gate(self, is_all: bool, parts: Iterable[int]) -> int:
        """The AND (or OR) of rows: nested ones of the same kind are joined, a group of one is its part."""
        flat: set[int] = set()
        for part in parts:
            flat.update(self.parts(part, is_all))
        if is_all:
            flat.discard(ALWAYS)
        if not flat:
            return ALWAYS
        if len(flat) == 1:
            return flat.pop()
        gate = (is_all, tuple(sorted(flat)))
        row = self._number(gate)
        self.gates[row] = gate
        return row

    def parts(self, row: int, is_all: bool) -> tuple[int, ...]:
        """The rows whose AND (or OR) ``row`` is; itself when it is nothing of the kind."""
        gate = self.gates.get(row)
        return gate[1] if gate is not None and gate[0] is is_all else (row,)

    def _literal(self, atom: Atom, positive: bool) -> int:
        row = self._number((atom, positive))
        self.literals[row] = (atom, positive)
        return row

    def _number(self, content: Literal | Gate) -> int:
        return self._numbers.setdefault(content, 1 + len(self._numbers))
