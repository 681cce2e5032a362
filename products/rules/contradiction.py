"""Rules nobody can ever meet (永远为假), found by reasoning alone: no data of anybody is read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from enterprises.facts import FIELDS
from products.rules.language import Between, Compare, Group, In, IsTrue, Node, Not, Rule, SetTest
from products.rules.trees import opposite

# Steps of reasoning before giving up; giving up accuses nobody.
_PATIENCE = 20_000
_NUMBER_LOW = 0


@dataclass(frozen=True)
class _World:
    """What one subject would have to be so far; every part is about one field."""

    lows: Mapping[str, int] = field(default_factory=dict)
    highs: Mapping[str, int] = field(default_factory=dict)
    # Values still possible of a category (absent: any), and excluded ones of those not listed.
    words: Mapping[str, frozenset[str]] = field(default_factory=dict)
    not_words: Mapping[str, frozenset[str]] = field(default_factory=dict)
    # Members a set must have and must not have; a yes/no field is a set of one.
    members: Mapping[str, frozenset[str]] = field(default_factory=dict)
    not_members: Mapping[str, frozenset[str]] = field(default_factory=dict)


class _GivenUp(Exception):
    pass


def never_true(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """The hard rules that cannot all hold of anybody, as few of them as contradict each other; empty when they can.

    Amounts, counts and ratios are taken as 0 or more. Reasoning that takes too long finds nothing.
    """
    hard = tuple(rule for rule in rules if rule.hard)
    if _possible(hard):
        return ()
    for rule in hard:
        fewer = tuple(other for other in hard if other is not rule)
        if not _possible(fewer):
            hard = fewer
    return hard


def _possible(rules: Sequence[Rule]) -> bool:
    steps = [_PATIENCE]
    try:
        return _some_world(tuple(rule.test for rule in rules), _World(), steps)
    except _GivenUp:
        return True


def _some_world(open_nodes: tuple[Node, ...], world: _World, steps: list[int]) -> bool:
    """True when some subject within ``world`` meets all of ``open_nodes``."""
    steps[0] -= 1
    if steps[0] < 0:
        raise _GivenUp
    branching: list[Group] = []
    waiting = list(open_nodes)
    while waiting:
        node = _without_not(waiting.pop())
        match node:
            case Group(op="all") | Group(items=(_,)):
                waiting += node.items
            case Group():
                branching.append(node)
            case _:
                narrower = _narrowed(world, node)
                if narrower is None:
                    return False
                world = narrower
    if not branching:
        return True
    first, *others = sorted(branching, key=lambda group: len(group.items))
    return any(_some_world((item, *others), world, steps) for item in first.items)


def _without_not(node: Node) -> Node:
    """``node`` with a negation pushed down, and a test of several members as a group of tests of one."""
    match node:
        case Not(item=SetTest() as test):
            flipped = tuple(Not(op="not", item=_one(test.field, member)) for member in test.values)
            return flipped[0] if len(flipped) == 1 else Group(op="all" if test.op == "any_of" else "any", items=flipped)
        case Not(item=In() | IsTrue()):
            return node
        case Not():
            return _without_not(opposite(node.item))
        case SetTest() if len(node.values) > 1:
            parts = tuple(_one(node.field, member) for member in node.values)
            return Group(op="any" if node.op == "any_of" else "all", items=parts)
        case _:
            return node


def _one(name: str, member: str) -> SetTest:
    return SetTest(op="any_of", field=name, values=(member,))


def _narrowed(world: _World, node: Node) -> _World | None:
    """``world`` with one more test met, or None where nobody is left."""
    match node:
        case Compare() | Between():
            return _within(world, node)
        case In():
            left = frozenset(node.values) & world.words.get(node.field, frozenset(node.values))
            left -= world.not_words.get(node.field, frozenset())
            return replace(world, words={**world.words, node.field: left}) if left else None
        case Not(item=In() as test):
            return _excluding(world, test)
        case SetTest():
            return _member(world, node.field, node.values[0], held=True)
        case Not(item=SetTest() as test):
            return _member(world, test.field, test.values[0], held=False)
        case IsTrue():
            return _member(world, node.field, "", held=True)
        case Not(item=IsTrue() as test):
            return _member(world, test.field, "", held=False)
        case _:
            raise TypeError(f"{node!r} is no single test")


def _within(world: _World, node: Compare | Between) -> _World | None:
    least: int | None = None
    most: int | None = None
    match node:
        case Between():
            least, most = node.low, node.high
        case Compare(op="ge" | "gt"):
            least = node.value + (node.op == "gt")
        case _:
            most = node.value - (node.op == "lt")
    low = max(world.lows.get(node.field, _NUMBER_LOW), _NUMBER_LOW if least is None else least)
    tops = [top for top in (world.highs.get(node.field), most) if top is not None]
    if tops and min(tops) < low:
        return None
    highs = {**world.highs, node.field: min(tops)} if tops else world.highs
    return replace(world, lows={**world.lows, node.field: low}, highs=highs)


def _excluding(world: _World, test: In) -> _World | None:
    gone = world.not_words.get(test.field, frozenset()) | frozenset(test.values)
    declared = FIELDS[test.field]
    left = world.words.get(test.field)
    if left is None and not declared.open:
        left = frozenset(declared.vocabulary)
    if left is not None:
        left -= gone
        if not left:
            return None
        return replace(
            world,
            words={**world.words, test.field: left},
            not_words={**world.not_words, test.field: gone},
        )
    return replace(world, not_words={**world.not_words, test.field: gone})


def _member(world: _World, name: str, member: str, *, held: bool) -> _World | None:
    inside, outside = world.members.get(name, frozenset()), world.not_members.get(name, frozenset())
    if member in (outside if held else inside):
        return None
    if held:
        return replace(world, members={**world.members, name: inside | {member}})
    return replace(world, not_members={**world.not_members, name: outside | {member}})
