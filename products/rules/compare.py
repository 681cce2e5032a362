"""What changed between two rule sets, in words."""

from dataclasses import dataclass

from products.rules.language import Rule, RuleSet
from products.rules.wording import required_text


@dataclass(frozen=True)
class Change:
    """One condition that came, went or changed; the side it is not on is empty."""

    label: str
    before: str
    after: str

    @property
    def kind(self) -> str:
        """新增, 取消 or 改动."""
        return "改动" if self.before and self.after else "新增" if self.after else "取消"


def changes(before: RuleSet, after: RuleSet) -> list[Change]:
    """Conditions by code that are not the same on both sides, in the order of ``after``, then what is gone."""
    old, new = ({rule.code: rule for rule in rules} for rules in (before, after))
    codes = [*new, *(code for code in old if code not in new)]
    return [
        Change((new.get(code) or old[code]).label, _words(old.get(code)), _words(new.get(code)))
        for code in codes
        if _content(old.get(code)) != _content(new.get(code))
    ]


def _content(rule: Rule | None) -> object:
    return rule and (rule.hard, rule.weight, rule.test)


def _words(rule: Rule | None) -> str:
    return "" if rule is None else f"{'' if rule.hard else '（优先考虑）'}{required_text(rule.test)}"
