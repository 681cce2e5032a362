"""The one explanation of a rule's verdict, for firm, bank preview, officer and API alike."""

from dataclasses import dataclass
from datetime import date

from enterprises.facts import FIELDS, Subject
from products.rules.actual import actual_text, only_unlisted_places_open
from products.rules.cure import from_date, gap
from products.rules.evaluate import Verdict, truth, verdict_of
from products.rules.language import Group, Node, Not, Rule
from products.rules.trees import Leaf
from products.rules.wording import required_text

__all__ = ["VERDICT_LABELS", "Missing", "RuleResult", "explain", "required_text"]

VERDICT_LABELS = {Verdict.SATISFIED: "符合", Verdict.UNKNOWN: "缺资料", Verdict.VIOLATED: "不符合"}
ASK_THE_INSTITUTION = "来源未列明全部适用地区，请向金融机构核实"


@dataclass(frozen=True)
class Missing:
    """One field that could decide a rule, and where the proof of it is got."""

    field: str
    label: str
    where: str


@dataclass(frozen=True)
class RuleResult:
    """One rule for one subject. ``gap`` is a Chinese distance; ``from_date`` the day on which age alone cures it."""

    code: str
    label: str
    hard: bool
    verdict: Verdict
    required: str
    actual: str
    missing: tuple[Missing, ...]
    gap: str | None
    from_date: date | None

    @property
    def verdict_label(self) -> str:
        return VERDICT_LABELS[self.verdict]


def explain(rule: Rule, subject: Subject) -> RuleResult:
    """Say what ``rule`` asks, what is known, what is missing, how far off, and from when time cures it."""
    return RuleResult(
        code=rule.code,
        label=rule.label,
        hard=rule.hard,
        verdict=verdict_of(truth(rule.test, subject)),
        required=required_text(rule.test),
        actual=actual_text(rule.test, subject),
        missing=_missing(rule.test, subject),
        gap=gap(rule.test, subject),
        from_date=from_date(rule.test, subject),
    )


def _missing(node: Node, subject: Subject) -> tuple[Missing, ...]:
    found = {leaf.field: _missing_field(leaf, subject) for leaf in _open(node, subject)}
    return tuple(found.values())


def _open(node: Node, subject: Subject) -> list[Leaf]:
    """Unknown tests that could still change the result; what an unknown sits beside may have decided it already."""
    if truth(node, subject) is not None:
        return []
    match node:
        case Group():
            return [leaf for item in node.items for leaf in _open(item, subject)]
        case Not():
            return _open(node.item, subject)
        case _:
            return [node]


def _missing_field(leaf: Leaf, subject: Subject) -> Missing:
    declared = FIELDS[leaf.field]
    where = ASK_THE_INSTITUTION if only_unlisted_places_open(leaf, subject) else declared.where
    return Missing(leaf.field, declared.label, where)
