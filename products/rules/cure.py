"""How far a failed condition is off, and when time alone cures it."""

from dataclasses import replace
from datetime import date

from dateutil.relativedelta import relativedelta

from enterprises.facts import FIELDS, Subject
from products.rules.evaluate import truth
from products.rules.figures import difference
from products.rules.language import Between, Compare, Group, Node, Not
from products.rules.trees import fields, leaves, opposite

# A cure a lifetime away is none; it also keeps dates inside the calendar.
HORIZON_MONTHS = 100 * 12
# Fields counted one by one: the nearest number above or below a bound is one away. Money and ratios are continuous.
_COUNTED_UNITS = ("月", "人", "件")


def gap(node: Node, subject: Subject) -> str | None:
    """The distance to a number asked for ("差 2 个月"); None when met, unknown, or not a matter of degree."""
    if truth(node, subject) is not False:
        return None
    return _gap(node, subject, named=len(fields(node)) > 1)


def shortfall(node: Node, subject: Subject) -> int:
    """How far a failed condition is off in thousandths of the larger number; 1000 where it is no matter of degree, 0
    where it has not failed."""
    if truth(node, subject) is not False:
        return 0
    match node:
        case Compare() | Between():
            value, ends = subject.values[node.field], _ends(node)
            if not isinstance(value, int):
                raise TypeError(f"field {node.field!r} is no number")
            target = min(ends, key=lambda end: abs(end - value))
            return min(1000, max(1, abs(target - value) * 1000 // max(abs(target), abs(value), 1)))
        case Group():
            parts = [shortfall(item, subject) for item in node.items if truth(item, subject) is False]
            return min(parts) if node.op == "any" else max(parts)
        case Not():
            turned = opposite(node.item)
            return 1000 if isinstance(turned, Not) else shortfall(turned, subject)
        case _:
            return 1000


def _ends(leaf: Compare | Between) -> tuple[int, ...]:
    return (leaf.low, leaf.high) if isinstance(leaf, Between) else (leaf.value,)


def from_date(node: Node, subject: Subject) -> date | None:
    """The first day on which age alone makes ``node`` true, all else unchanged; None when true already or never."""
    age, born = subject.values.get("age_months"), subject.established_on
    if not isinstance(age, int) or born is None or "age_months" not in fields(node) or truth(node, subject):
        return None
    for months in _turning_ages(node):
        if age < months <= age + HORIZON_MONTHS:
            older = replace(subject, values={**subject.values, "age_months": months})
            if truth(node, older):
                # Added to the base date at once: 01-31 plus one month is 02-28 or 02-29, plus two is 03-31.
                return born + relativedelta(months=months)
    return None


def _turning_ages(node: Node) -> list[int]:
    """Ages at which some test on age changes its answer, ascending; between them nothing changes."""
    ages: set[int] = set()
    for leaf in leaves(node):
        match leaf:
            case Compare(field="age_months"):
                ages.add(leaf.value + (leaf.op in ("gt", "le")))
            case Between(field="age_months"):
                ages.update((leaf.low, leaf.high + 1))
    return sorted(ages)


def _gap(node: Node, subject: Subject, *, named: bool) -> str | None:
    match node:
        case Compare() | Between():
            text = _distance(node, subject)
            return f"{FIELDS[node.field].label}{text}" if named else text
        case Group():
            parts = [_gap(item, subject, named=named) for item in node.items if truth(item, subject) is False]
            known = [part for part in parts if part is not None]
            if node.op == "any":
                return "，或".join(known) or None
            # Half of the way is no cure: silent when another failed condition has no distance.
            return "，且".join(known) if len(known) == len(parts) else None
        case Not():
            turned = opposite(node.item)
            return None if isinstance(turned, Not) else _gap(turned, subject, named=named)
        case _:
            return None


def _distance(leaf: Compare | Between, subject: Subject) -> str:
    value = subject.values[leaf.field]
    if not isinstance(value, int):
        raise TypeError(f"field {leaf.field!r} is no number")
    match leaf:
        case Between():
            target = leaf.low if value < leaf.low else leaf.high
        case _:
            step = {"gt": 1, "lt": -1}.get(leaf.op, 0)
            target = leaf.value + (step if FIELDS[leaf.field].unit in _COUNTED_UNITS else 0)
    if value == target:
        return "正好相等，须再高一些" if isinstance(leaf, Compare) and leaf.op == "gt" else "正好相等，须再低一些"
    return f"{'差' if value < target else '超出'} {difference(leaf.field, abs(target - value))}"
