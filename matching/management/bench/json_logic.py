"""The rule language as JSON Logic, so that somebody else's engine can answer too. Two-valued: complete data only."""

from typing import Any

from enterprises.facts import SetValue, Subject
from products.rules.evaluate import normalised_weights
from products.rules.language import Between, Compare, Group, In, IsTrue, Node, Not, RuleSet, SetTest

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


def scored(rules: RuleSet) -> dict[str, Any]:
    """One expression for a product with weights: its score, or -1 where a hard rule fails."""
    weights = normalised_weights(rules)
    hard = [translated(rule.test) for rule in rules if rule.hard]
    points = [{"if": [translated(rule.test), 2 * weights[rule.code], 0]} for rule in rules if weights.get(rule.code)]
    return {"if": [{"and": hard}, {"+": points}, -1]}


def data_of(subject: Subject) -> dict[str, Any]:
    """The values of a subject of whom everything is known, as JSON; sets as sorted lists."""
    return {name: sorted(value.yes) if isinstance(value, SetValue) else value for name, value in subject.values.items()}
