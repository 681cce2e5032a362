"""Walks over rule trees that more than one reader needs: leaves, fields, simpler and opposite forms."""

from collections.abc import Iterator

from products.rules.language import Between, Compare, Group, In, IsTrue, Node, Not, SetTest

Leaf = Compare | Between | In | SetTest | IsTrue

_OPPOSITE = {"ge": "lt", "lt": "ge", "gt": "le", "le": "gt"}


def leaves(node: Node) -> Iterator[Leaf]:
    """Every test on a field, left to right."""
    match node:
        case Group():
            for item in node.items:
                yield from leaves(item)
        case Not():
            yield from leaves(node.item)
        case _:
            yield node


def fields(node: Node) -> tuple[str, ...]:
    """Codes of the fields tested, each once, in order of appearance."""
    return tuple(dict.fromkeys(leaf.field for leaf in leaves(node)))


def simplified(node: Node) -> Node:
    """The same tree without groups of one and without double negations."""
    match node:
        case Group() if len(node.items) == 1:
            return simplified(node.items[0])
        case Group():
            return Group(op=node.op, items=tuple(simplified(item) for item in node.items))
        case Not():
            inner = simplified(node.item)
            return inner.item if isinstance(inner, Not) else Not(op="not", item=inner)
        case _:
            return node


def opposite(node: Node) -> Node:
    """A tree equal to "not ``node``" for every subject, the negation pushed to where no positive form exists."""
    match node:
        case Not():
            return node.item
        case Group():
            flipped = tuple(opposite(item) for item in node.items)
            return Group(op="any" if node.op == "all" else "all", items=flipped)
        case Compare():
            return Compare.model_validate({"op": _OPPOSITE[node.op], "field": node.field, "value": node.value})
        case Between():
            low = Compare(op="lt", field=node.field, value=node.low)
            return Group(op="any", items=(low, Compare(op="gt", field=node.field, value=node.high)))
        case _:
            return Not(op="not", item=node)
