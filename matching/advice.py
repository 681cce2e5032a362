"""What a firm can do about its matches: the one datum that opens most products, and the product it is nearest to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from enterprises.facts import Subject
from matching.selectors import ProductMatch
from products import selectors as products
from products.rules.cure import shortfall
from products.rules.evaluate import Verdict
from products.rules.explain import ASK_THE_INSTITUTION, Missing
from products.rules.opening import opens


@dataclass(frozen=True)
class Opening:
    """With ``missing`` known, up to ``products`` more products fit; ``examples`` are their names, best first."""

    missing: Missing
    products: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Nearest:
    """A product that does not fit: how many hard conditions stand in the way, and when time alone removes them all."""

    match: ProductMatch
    violated: int
    from_date: date | None


def openings(matches: Sequence[ProductMatch], subject: Subject, *, most: int = 5) -> list[Opening]:
    """Data that each alone could decide products for the firm, those that decide most first.

    What only the institution can say is no datum of the firm's.
    """
    opened: dict[str, tuple[Missing, list[str]]] = {}
    for match in matches:
        if match.verdict is not Verdict.UNKNOWN:
            continue
        asked = {item.field: item for result in match.results if result.hard for item in result.missing}
        closed = {
            item.field for result in match.results for item in result.missing if item.where == ASK_THE_INSTITUTION
        }
        hard = [rule.test for rule in products.rules_for(match.version) if rule.hard]
        for name, missing in asked.items():
            if name not in closed and all(opens(test, subject, name) for test in hard):
                opened.setdefault(name, (missing, []))[1].append(match.version.name)
    ordered = sorted(opened.values(), key=lambda pair: (-len(pair[1]), pair[0].label))
    return [Opening(missing, len(names), tuple(names[:3])) for missing, names in ordered[:most]]


def nearest(matches: Sequence[ProductMatch], subject: Subject) -> Nearest | None:
    """The product nearest to fitting when none fits: fewest conditions missed, then the smallest gap, then the earliest
    cure by time. None while one fits."""
    if any(match.verdict is Verdict.SATISFIED for match in matches):
        return None
    missed = [match for match in matches if match.verdict is Verdict.VIOLATED]
    best = min(missed, key=lambda match: _distance(match, subject), default=None)
    if best is None:
        return None
    return Nearest(best, _distance(best, subject)[0], best.from_date)


def _distance(match: ProductMatch, subject: Subject) -> tuple[int, int, date, int, str]:
    gaps = [shortfall(rule.test, subject) for rule in products.rules_for(match.version) if rule.hard]
    cured = match.from_date or date.max
    return sum(gap > 0 for gap in gaps), sum(gaps), cured, -match.score, match.code
