"""Conditions in plain Chinese: amounts in 万元, whole months, percent, sets, nested groups."""

from enterprises import places
from enterprises.facts import FIELDS
from products.rules.figures import quantity, span
from products.rules.language import Between, Compare, Group, In, IsTrue, Node, Not, SetTest
from products.rules.trees import Leaf, opposite, simplified

# ≥, >, ≤, < as one says them of an amount, a span of time, a ratio, a count.
_WORDS = {
    "元": {"ge": "不低于", "gt": "高于", "le": "不超过", "lt": "低于"},
    "月": {"ge": "不短于", "gt": "长于", "le": "不超过", "lt": "短于"},
    "基点": {"ge": "不低于", "gt": "高于", "le": "不高于", "lt": "低于"},
}
_COUNT_WORDS = {"ge": "不少于", "gt": "多于", "le": "不超过", "lt": "少于"}


def required_text(node: Node) -> str:
    """What ``node`` asks for, as one phrase that stands beside its rule's label."""
    return _phrase(simplified(node))


def members_text(field: str, members: tuple[str, ...]) -> str:
    """Members of a set or category, joined; place codes by their names."""
    if field != "places":
        return "、".join(members)
    named = "、".join(places.label(member) for member in members if member != places.UNLISTED)
    if places.UNLISTED not in members:
        return named
    return f"{named}等（来源未列明全部适用地区）" if named else "来源未列明适用地区"


def _phrase(node: Node) -> str:
    match node:
        case Group():
            return _listing("以下任一" if node.op == "any" else "以下全部", node)
        case Not():
            return _refused(node.item)
        case _:
            return _asked(node)


def _listing(head: str, group: Group) -> str:
    return f"{head}：{'；'.join(_within(item) for item in group.items)}"


def _within(node: Node) -> str:
    """``node`` inside a group: nested groups in brackets, tests with the name of their field."""
    test = node.item if isinstance(node, Not) else node
    if isinstance(test, Group | Not):
        return f"（{_phrase(node)}）"
    label = FIELDS[test.field].label
    if isinstance(test, IsTrue) or test.field == "age_months":
        # 有过贷款 and 成立满… say their field themselves.
        return _phrase(node)
    if node is test and isinstance(test, In | SetTest):
        return f"{label}为{_phrase(node)}"
    return f"{label}{_phrase(node)}"


def _asked(leaf: Leaf) -> str:
    match leaf:
        case Compare():
            return _compared(leaf)
        case Between(field="age_months"):
            return f"成立满 {leaf.low:,} 个月、不满 {leaf.high + 1:,} 个月"
        case Between():
            return span(leaf.field, leaf.low, leaf.high)
        case IsTrue():
            return FIELDS[leaf.field].label
        case In() | SetTest():
            members = members_text(leaf.field, leaf.values)
            if len(leaf.values) == 1 or places.UNLISTED in leaf.values:
                return members
            return f"{members}，{'全部具备' if leaf.op == 'all_of' else '其一'}"


def _compared(leaf: Compare) -> str:
    if leaf.field == "age_months":
        # Age counts whole months, so "> 18" begins at 19 and "≤ 60" ends only when 61 are full.
        months = leaf.value + (leaf.op in ("gt", "le"))
        return f"成立{'满' if leaf.op in ('ge', 'gt') else '不满'} {months:,} 个月"
    return f"{_words(leaf.field)[leaf.op]} {quantity(leaf.field, leaf.value)}"


def _refused(item: Node) -> str:
    """The opposite of ``item``, which is simplified and no negation."""
    match item:
        case Group():
            return _listing("不属于以下任何一种情形" if item.op == "any" else "以下情形不同时成立", item)
        case IsTrue():
            label = FIELDS[item.field].label
            return f"{'没' if label.startswith('有') else '不'}{label}"
        case In() | SetTest():
            members = members_text(item.field, item.values)
            if len(item.values) == 1:
                return f"不属于{members}"
            return f"不同时具备{members}" if item.op == "all_of" else f"不属于{members}中的任何一项"
        case Between(field="age_months"):
            return f"成立不满 {item.low:,} 个月或满 {item.high + 1:,} 个月"
        case Between():
            words, low, high = _words(item.field), quantity(item.field, item.low), quantity(item.field, item.high)
            return f"{words['lt']} {low}或{words['gt']} {high}"
        case _:
            return _phrase(opposite(item))


def _words(field: str) -> dict[str, str]:
    return _WORDS.get(FIELDS[field].unit, _COUNT_WORDS)
