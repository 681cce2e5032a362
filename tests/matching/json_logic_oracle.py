"""The rule language as JSON Logic, so that somebody else's evaluator can answer too. Two-valued: complete data only."""

from typing import Any

from json_logic import jsonLogic

from enterprises.facts import SetValue, Subject
from products.rules.language import Between, Compare, Group, In, IsTrue, Node, Not, SetTest

_SIGNS = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}


def translated(node: Node) -> dict[str, Any]:
    """``node`` as a JSON Logic expression."""
    match node:
        case Group():
            return {"and" if node.op == "all" else "or": [translated(item) for item in node.items]}
        case Not():
            return {"!": [translated(node.item)]}
        case Compare():
            return {_SIGNS[node.op]: [{"var": node.field}, node.value]}
        case Between():
            return {"<=": [node.low, {"var": node.field}, node.high]}
        case In():
            return {"in": [{"var": node.field}, list(node.values)]}
        case SetTest():
            tests = [{"in": [member, {"var": node.field}]} for member in node.values]
            return {"or" if node.op == "any_of" else "and": tests}
        case IsTrue():
            return {"==": [{"var": node.field}, True]}


def data_of(subject: Subject) -> dict[str, Any]:
    """The values of a subject of whom everything is known, as JSON; sets as sorted lists."""
    return {name: sorted(value.yes) if isinstance(value, SetValue) else value for name, value in subject.values.items()}


def holds(expression: dict[str, Any], data: dict[str, Any]) -> bool:
    """What the other evaluator says."""
    return bool(jsonLogic(expression, data))
