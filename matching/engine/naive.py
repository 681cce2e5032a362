"""The first true engine: every rule of every product, one after another. Exact; the yardstick of faster ones."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from enterprises.facts import Subject
from products.rules.evaluate import Verdict, judge
from products.rules.language import RuleSet

ORDER = {Verdict.SATISFIED: 0, Verdict.UNKNOWN: 1, Verdict.VIOLATED: 2}


@dataclass(frozen=True)
class Placing:
    """Where one product stands for one subject."""

    product: str
    verdict: Verdict
    score: int


def rank(seed: str, subject: Subject, shelf: Iterable[tuple[str, RuleSet]]) -> list[Placing]:
    """Judge (product code, rules) pairs and order them best first; ``seed`` is the need's code and settles ties."""
    placings = []
    for product, rules in shelf:
        judgement = judge(rules, subject)
        placings.append(Placing(product, judgement.verdict, judgement.score))
    placings.sort(key=lambda placing: sort_key(seed, placing))
    return placings


def sort_key(seed: str, placing: Placing) -> tuple[int, int, bytes]:
    """符合 before 缺资料 before 不符合, then the higher score, then a lot that no product can buy or wait for."""
    # Ties are frequent; a fixed order by code would favour the same products for every firm.
    lot = sha256(f"{seed}{placing.product}".encode()).digest()
    return ORDER[placing.verdict], -placing.score, lot
