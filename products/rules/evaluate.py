"""The naive evaluator: three-valued (Kleene) truth of a rule tree for one subject. Every other engine must equal it.

Unknown is never no: a missing value makes a condition unknown unless the rest decides the result anyway. Kleene logic
does not see through tautologies: ``x ≥ 3 or x < 3`` of an unknown x stays unknown.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from enterprises.facts import SetValue, Subject, Value
from products.rules.language import Between, Compare, Group, In, IsTrue, Node, Not, Rule, RuleSet, SetTest

SCALE = 500
NEUTRAL_SCORE = SCALE


class Verdict(StrEnum):
    """The outcome of a rule or a product, as machines read it."""

    SATISFIED = "satisfied"
    UNKNOWN = "unknown"
    VIOLATED = "violated"


@dataclass(frozen=True)
class Judgement:
    """Verdict over the hard rules, score 0..1000 over the weighted ones, and the truth of every rule by code."""

    verdict: Verdict
    score: int
    truths: Mapping[str, bool | None]


def verdict_of(value: bool | None) -> Verdict:
    """True, unknown, False as 符合, 缺资料, 不符合."""
    if value is None:
        return Verdict.UNKNOWN
    return Verdict.SATISFIED if value else Verdict.VIOLATED


def truth(node: Node, subject: Subject) -> bool | None:
    """Whether ``subject`` meets ``node``; None when what is known does not decide it."""
    match node:
        case Not():
            inner = truth(node.item, subject)
            return None if inner is None else not inner
        case Group():
            parts = [truth(item, subject) for item in node.items]
            return all_true(parts) if node.op == "all" else any_true(parts)
        case _:
            value = subject.values.get(node.field)
            return None if value is None else _leaf(node, value)


def all_true(parts: Iterable[bool | None]) -> bool | None:
    """Kleene AND: one False decides; else one unknown leaves it open."""
    found = set(parts)
    if False in found:
        return False
    return None if None in found else True


def any_true(parts: Iterable[bool | None]) -> bool | None:
    """Kleene OR: one True decides; else one unknown leaves it open."""
    found = set(parts)
    if True in found:
        return True
    return None if None in found else False


def judge(rules: RuleSet, subject: Subject) -> Judgement:
    """Judge one product's rules. Without a hard rule the verdict is satisfied; without a weight the score is 500."""
    truths = {rule.code: truth(rule.test, subject) for rule in rules}
    hard = all_true(truths[rule.code] for rule in rules if rule.hard)
    return Judgement(verdict_of(hard), score(rules, truths), truths)


def score(rules: RuleSet, truths: Mapping[str, bool | None]) -> int:
    """Sum of normalised weight times 2 (yes), 1 (unknown) or 0 (no): an integer 0..1000."""
    weights = normalised_weights(rules)
    if not weights:
        return NEUTRAL_SCORE
    return sum(weight * _points(truths[code]) for code, weight in weights.items())


def normalised_weights(rules: RuleSet) -> dict[str, int]:
    """Weights of the weighted rules scaled to sum exactly 500, largest remainder first, earlier rule first on a tie."""
    weighted = [rule for rule in rules if rule.weight > 0]
    total = sum(rule.weight for rule in weighted)
    shares = {rule.code: SCALE * rule.weight // total for rule in weighted}
    left = SCALE - sum(shares.values())

    def remainder(rule: Rule) -> int:
        return -(SCALE * rule.weight % total)

    # sorted() is stable, so equal remainders keep the order of the rules.
    for rule in sorted(weighted, key=remainder)[:left]:
        shares[rule.code] += 1
    return shares


def _points(value: bool | None) -> int:
    return 1 if value is None else 2 * value


def _leaf(node: Compare | Between | In | SetTest | IsTrue, value: Value) -> bool | None:
    match node, value:
        case SetTest(), SetValue():
            held = (value.contains(member) for member in node.values)
            return any_true(held) if node.op == "any_of" else all_true(held)
        case IsTrue(), bool():
            return value
        case In(), str():
            return value in node.values
        case Compare(), int():
            return _compare(node, value)
        case Between(), int():
            return node.low <= value <= node.high
        case _:
            raise TypeError(f"field {node.field!r} holds {type(value).__name__}, which {node.op!r} cannot test")


def _compare(node: Compare, value: int) -> bool:
    match node.op:
        case "ge":
            return value >= node.value
        case "gt":
            return value > node.value
        case "le":
            return value <= node.value
        case "lt":
            return value < node.value
