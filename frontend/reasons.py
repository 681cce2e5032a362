"""A match in words: worst rule first, one sentence for the card, the way out for the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from matching.selectors import ProductMatch
from products.rules.evaluate import Verdict
from products.rules.explain import ASK_THE_INSTITUTION, VERDICT_LABELS, RuleResult

WORST_FIRST = (Verdict.VIOLATED, Verdict.UNKNOWN, Verdict.SATISFIED)
GROUP_SHOWN = 20


@dataclass(frozen=True)
class Reasons:
    """What a page says of one product for one subject."""

    match: ProductMatch
    results: tuple[RuleResult, ...]

    @property
    def verdict(self) -> Verdict:
        return self.match.verdict

    @property
    def heading(self) -> str:
        """The verdict with its number: 符合, 缺 1 项资料, 不符合 2 项."""
        match self.verdict:
            case Verdict.UNKNOWN:
                return f"缺 {self.match.unknown} 项资料"
            case Verdict.VIOLATED:
                return f"不符合 {self.match.violated} 项"
        return VERDICT_LABELS[self.verdict]

    @property
    def open(self) -> tuple[RuleResult, ...]:
        """Rules not met, worst first."""
        return tuple(result for result in self.results if result.verdict != Verdict.SATISFIED)

    @property
    def met(self) -> tuple[RuleResult, ...]:
        return tuple(result for result in self.results if result.verdict == Verdict.SATISFIED)

    @property
    def first(self) -> str:
        """One sentence with the first reason and the size of the gap."""
        if not self.results:
            return "没有可自动核对的条件"
        worst = self.results[0]
        match worst.verdict:
            case Verdict.SATISFIED:
                told = len(self.match.to_verify)
                return f"已核对的 {len(self.results)} 项条件全部符合{f'，另有 {told} 项须机构核实' if told else ''}"
            case Verdict.UNKNOWN if all(item.where == ASK_THE_INSTITUTION for item in worst.missing):
                return f"{worst.label}：{ASK_THE_INSTITUTION}"
            case Verdict.UNKNOWN:
                return f"{worst.label}：还没填{'、'.join(item.label for item in worst.missing)}"
        if worst.from_date:
            return f"{worst.label}{worst.gap or f'要求{worst.required}'}，{worst.from_date:%Y-%m-%d} 起符合"
        return f"{worst.label}要求{worst.required}，您的是{worst.actual}"

    @property
    def told(self) -> str:
        """The same to somebody who is not the firm."""
        return self.first.replace("您的", "这一户的")

    @property
    def to_fill(self) -> int:
        """How many things the firm can fill in."""
        return len(self.missing_fields)

    @property
    def fill_decides(self) -> bool:
        """True where filling in is what stands between the firm and a verdict."""
        return self.to_fill > 0 and self.verdict == Verdict.UNKNOWN

    @property
    def missing_fields(self) -> tuple[str, ...]:
        """Labels of what the firm can fill in itself, each once."""
        found = (item for result in self.results for item in result.missing if item.where != ASK_THE_INSTITUTION)
        return tuple(dict.fromkeys(item.label for item in found))

    @property
    def way_out(self) -> str:
        """What to do, in one sentence: fill what is missing, what then still stands, from when time cures it."""
        refused = [result for result in self.results if result.verdict == Verdict.VIOLATED]
        fill = f"补齐{'、'.join(self.missing_fields)}" if self.missing_fields else ""
        if not refused:
            return self._way_out_of_unknown(fill)
        stands = "、".join(result.label for result in refused)
        cured = cure_date(refused)
        if cured is not None:
            return f"{fill + '后，' if fill else ''}只差{stands}；{cured:%Y-%m-%d} 起符合，无需操作。"
        return f"{stands}不符合，可先看更接近的产品。"

    def _way_out_of_unknown(self, fill: str) -> str:
        if self.verdict == Verdict.SATISFIED:
            return "已公开的条件全部符合，可以向机构提出申请。"
        return f"{fill}后即可得出结论。" if fill else "还有条件须向机构核实。"


def reasons(match: ProductMatch) -> Reasons:
    """Order the results worst first, otherwise as the product lists them."""
    return Reasons(match, tuple(sorted(match.results, key=lambda result: WORST_FIRST.index(result.verdict))))


def cure_date(refused: Sequence[RuleResult]) -> date | None:
    """The day from which time alone cures every one of ``refused``; None when it does not."""
    days = [result.from_date for result in refused]
    return max(day for day in days if day) if days and all(days) else None


@dataclass(frozen=True)
class Group:
    """Matches of one verdict, best first; ``shown`` of ``total``."""

    verdict: Verdict
    label: str
    total: int
    shown: tuple[Reasons, ...]

    @property
    def cut(self) -> bool:
        return len(self.shown) < self.total


def grouped(matches: Sequence[ProductMatch], *, whole: str) -> list[Group]:
    """Three groups, best verdict first; only the group named ``whole`` is shown beyond its first page."""
    groups = []
    for verdict in reversed(WORST_FIRST):
        held = [match for match in matches if match.verdict is verdict]
        shown = held if whole == verdict else held[:GROUP_SHOWN]
        groups.append(Group(verdict, VERDICT_LABELS[verdict], len(held), tuple(reasons(match) for match in shown)))
    return groups
