"""Reads of matches: live for a need or a subject with every reason, or as last stored."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet, Sum

from common.errors import Missing
from enterprises import selectors as enterprises
from enterprises.facts import Subject
from enterprises.models import Need
from matching.engine.keys import placings as placings_of
from matching.engine.naive import Placing
from matching.engine.packing import unpacked
from matching.engine.single import keys_of
from matching.models import SPAN, MatchBlock, MatchResult, MatchTally
from matching.programmes import programme_of
from products import selectors as products
from products.models import Product, ProductVersion
from products.rules.cure import from_date
from products.rules.evaluate import Verdict, judge
from products.rules.explain import VERDICT_LABELS, RuleResult, explain
from products.rules.language import Group

_CLAUSES = re.compile(r"[;；\n]")


@dataclass(frozen=True)
class ProductMatch:
    """One product for one subject with a reason per rule. ``from_date``: the day on which age alone makes it fit."""

    version: ProductVersion
    verdict: Verdict
    score: int
    results: tuple[RuleResult, ...]
    from_date: date | None = None

    @property
    def code(self) -> str:
        return self.version.product.code

    @property
    def satisfied(self) -> int:
        return self._count(Verdict.SATISFIED)

    @property
    def unknown(self) -> int:
        return self._count(Verdict.UNKNOWN)

    @property
    def violated(self) -> int:
        return self._count(Verdict.VIOLATED)

    @property
    def to_verify(self) -> tuple[str, ...]:
        """Published conditions in words, which no rule reads and the institution checks itself."""
        clauses = (clause.strip() for clause in _CLAUSES.split(self.version.other_conditions))
        return tuple(clause for clause in (self.version.target.strip(), *clauses) if clause)

    @property
    def verdict_text(self) -> str:
        """The verdict as people read it; 符合 promises no more than the published conditions that were tested."""
        if self.verdict is Verdict.SATISFIED and self.to_verify:
            return f"符合已公开条件（另有 {len(self.to_verify)} 项须机构核实）"
        return VERDICT_LABELS[self.verdict]

    def _count(self, verdict: Verdict) -> int:
        return sum(result.verdict is verdict for result in self.results)


@dataclass(frozen=True)
class StoredMatch:
    """The stored result of one need: exact counts, the best products (never 不符合), and when it was last right."""

    need_id: int
    satisfied: int
    unknown: int
    violated: int
    ranked: tuple[Placing, ...]
    programme_hash: str
    computed_at: datetime


@dataclass(frozen=True)
class StoredTotals:
    """Sums over all stored results: needs matched, and pairs by verdict."""

    needs: int
    satisfied: int
    unknown: int
    violated: int


def need_or_missing(code: str) -> Need:
    """The need with that code, or Missing with what to do next; a draft is not there yet."""
    need = enterprises.need_by_code(code)
    if need is None or need.state == Need.State.DRAFT:
        raise Missing(f"没有编号为“{code[:40]}”的需求，请核对需求编号。")
    return need


def match_need(need: Need, *, on: date | None = None, all_verdicts: bool = False) -> list[ProductMatch]:
    """Listed products for ``need`` as of ``on`` (today), best first; 不符合 only with ``all_verdicts``."""
    subject = enterprises.subject_of(need.party, need, on=on)
    return match_subject(subject, products.listed_versions(), seed=need.code, all_verdicts=all_verdicts)


def match_subject(
    subject: Subject, versions: Iterable[ProductVersion], *, seed: str = "", all_verdicts: bool = False
) -> list[ProductMatch]:
    """Rank and explain ``versions`` for ``subject``; ``seed`` (else the subject's code) settles ties."""
    by_code = {version.product.code: version for version in versions}
    programme = programme_of(by_code.values())
    placings = placings_of(programme, keys_of(programme, seed or subject.code, subject))
    return [
        _explained(subject, by_code[placing.product], placing)
        for placing in placings
        if all_verdicts or placing.verdict is not Verdict.VIOLATED
    ]


def verdicts_of(subject: Subject, versions: Iterable[ProductVersion]) -> dict[str, Verdict]:
    """Verdict by product code, without reasons: for counting a whole list of results."""
    programme = programme_of(versions)
    return {item.product: item.verdict for item in placings_of(programme, keys_of(programme, subject.code, subject))}


def explain_product(subject: Subject, version: ProductVersion) -> ProductMatch:
    """One product for one subject, the same answer as in its list of matches."""
    judgement = judge(products.rules_for(version), subject)
    return _explained(subject, version, Placing(version.product.code, judgement.verdict, judgement.score))


def stored_results(needs: Sequence[Need]) -> dict[int, StoredMatch]:
    """Last stored results by need id; a need never matched has none."""
    rows = list(MatchResult.objects.filter(need__in=needs).select_related("programme").order_by("need"))
    numbers = {row.need_id // SPAN for row in rows}
    blocks = {
        block.number: block for block in MatchBlock.objects.filter(number__in=numbers).select_related("programme")
    }
    codes = _codes(number for row in rows for number, _, _ in unpacked(bytes(row.best)))
    return {row.need_id: _stored(row, blocks.get(row.need_id // SPAN), codes) for row in rows}


def is_current(result: StoredMatch) -> bool:
    """True while the rules on the shelf are the ones ``result`` was computed with."""
    return result.programme_hash == products.programme_hash()


def stored_totals() -> StoredTotals:
    """What was found last, over all needs."""
    sums = MatchResult.objects.aggregate(*(Sum(name, default=0) for name in ("satisfied", "unknown", "violated")))
    return StoredTotals(
        MatchResult.objects.count(), sums["satisfied__sum"], sums["unknown__sum"], sums["violated__sum"]
    )


def fitting_counts(versions: Iterable[ProductVersion]) -> dict[str, tuple[int, int]]:
    """Product code → how many open needs it fits (符合, 缺资料); what changes is counted within half a minute."""
    tallies = MatchTally.objects.filter(product__in=[version.product_id for version in versions]).order_by("product")
    return {code: (sure, maybe) for code, sure, maybe in tallies.values_list("product__code", "satisfied", "unknown")}


def needs_without_fit() -> QuerySet[Need]:
    """Open needs that no listed product fits, not even possibly, oldest first."""
    nothing = MatchResult.objects.filter(satisfied=0, unknown=0)
    return Need.objects.filter(state=Need.State.OPEN, match_result__in=nothing).select_related("party").order_by("pk")


def _codes(numbers: Iterable[int]) -> dict[int, str]:
    return dict(Product.objects.filter(pk__in=set(numbers)).order_by("pk").values_list("pk", "code"))


def _stored(row: MatchResult, block: MatchBlock | None, codes: dict[int, str]) -> StoredMatch:
    """A row speaks for itself until its block was found right after it was written."""
    confirmed = block is not None and block.computed_at is not None and block.computed_at >= row.computed_at
    programme = block.programme if confirmed and block is not None and block.programme else row.programme
    return StoredMatch(
        need_id=row.need_id,
        satisfied=row.satisfied,
        unknown=row.unknown,
        violated=row.violated,
        ranked=tuple(
            Placing(codes[number], verdict, score)
            for number, verdict, score in unpacked(bytes(row.best))
            if number in codes
        ),
        programme_hash=programme.hash,
        computed_at=block.computed_at if confirmed and block and block.computed_at else row.computed_at,
    )


def _explained(subject: Subject, version: ProductVersion, placing: Placing) -> ProductMatch:
    rules = products.rules_for(version)
    hard = tuple(rule.test for rule in rules if rule.hard)
    return ProductMatch(
        version=version,
        verdict=placing.verdict,
        score=placing.score,
        results=tuple(explain(rule, subject) for rule in rules),
        from_date=from_date(Group(op="all", items=hard), subject) if hard else None,
    )
