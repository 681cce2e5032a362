"""The first true engine: every rule of every product, one after another. Exact; the yardstick of faster ones."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from operator import itemgetter

from enterprises.facts import Subject
from products.rules.evaluate import Verdict, judge
from products.rules.language import RuleSet

ORDER = {Verdict.SATISFIED: 0, Verdict.UNKNOWN: 1, Verdict.VIOLATED: 2}


@dataclass(frozen=True)
class Shelved:
    """What an engine needs of a listed product; ``local`` ones can be applied for, reference ones cannot."""

    product: str
    rules: RuleSet
    local: bool


@dataclass(frozen=True)
class Placing:
    """Where one product stands for one subject."""

    product: str
    verdict: Verdict
    score: int


def rank(seed: str, subject: Subject, shelf: Iterable[Shelved]) -> list[Placing]:
    """Judge the shelf and order it best first; ``seed`` is the need's code and settles ties.

    符合 before 缺资料 before 不符合, then the higher score, then what can be applied for, then a lot.
    """
    placings = []
    for item in shelf:
        judgement = judge(item.rules, subject)
        # Ties are frequent; a fixed order by code would favour the same products for every firm.
        lot = sha256(f"{seed}{item.product}".encode()).digest()
        key = (ORDER[judgement.verdict], -judgement.score, not item.local, lot)
        placings.append((key, Placing(item.product, judgement.verdict, judgement.score)))
    return [placing for _, placing in sorted(placings, key=itemgetter(0))]
