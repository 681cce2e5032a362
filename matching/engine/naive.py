"""The first true engine: every rule of every product, one after another. Exact; the yardstick of faster ones."""

from collections.abc import Iterable
from dataclasses import dataclass
from operator import itemgetter

from enterprises.facts import Subject
from matching.engine.lots import hash64, lot
from products.rules.evaluate import Verdict, judge
from products.rules.language import RuleSet

ORDER = {Verdict.SATISFIED: 0, Verdict.UNKNOWN: 1, Verdict.VIOLATED: 2}


@dataclass(frozen=True)
class Shelved:
    """What an engine needs of a listed product; ``local`` ones can be applied for, reference ones cannot.

    ``number`` is how results are stored; ``content`` a hash that changes with the rules, made of them when empty.
    """

    product: str
    rules: RuleSet
    local: bool
    number: int = 0
    content: str = ""


@dataclass(frozen=True)
class Placing:
    """Where one product stands for one subject."""

    product: str
    verdict: Verdict
    score: int


def rank(seed: str, subject: Subject, shelf: Iterable[Shelved]) -> list[Placing]:
    """Judge the shelf and order it best first; ``seed`` is the need's code and settles ties.

    符合 before 缺资料 before 不符合, then the higher score, then what can be applied for, then the larger lot.
    """
    own, placings = hash64(seed), []
    for item in shelf:
        judgement = judge(item.rules, subject)
        drawn = lot(own, hash64(item.product))
        key = (ORDER[judgement.verdict], -judgement.score, not item.local, -drawn, item.product)
        placings.append((key, Placing(item.product, judgement.verdict, judgement.score)))
    return [placing for _, placing in sorted(placings, key=itemgetter(0))]
