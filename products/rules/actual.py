"""What is known of a subject, in plain Chinese: its value, or 未填 with the reason."""

from enterprises import places
from enterprises.facts import FIELDS, SetValue, Subject, Value
from products.rules.evaluate import truth
from products.rules.figures import quantity
from products.rules.language import Group, In, Node, Not, SetTest
from products.rules.trees import Leaf, fields, leaves
from products.rules.wording import members_text

UNFILLED = "未填"
MOST_MEMBERS_SHOWN = 6


def actual_text(node: Node, subject: Subject) -> str:
    """The values that ``node`` turns on, each with its field's name where it reads several fields."""
    shown = list(_deciding(node, subject))
    several = len(fields(node)) > 1
    texts = []
    for field in dict.fromkeys(leaf.field for leaf in shown):
        text = _value_text(field, [leaf for leaf in shown if leaf.field == field], subject)
        texts.append(f"{FIELDS[field].label}：{text}" if several else text)
    return "；".join(texts)


def only_unlisted_places_open(leaf: Leaf, subject: Subject) -> bool:
    """True when the firm's place is known and only the product's unnamed regions leave the test open."""
    value = subject.values.get(leaf.field)
    return (
        leaf.field == "places"
        and isinstance(leaf, SetTest)
        and isinstance(value, SetValue)
        and not any(_is_listed(member) and value.contains(member) is None for member in leaf.values)
        and truth(leaf, subject) is None
    )


def _deciding(node: Node, subject: Subject) -> list[Leaf]:
    """Tests behind the result: the ones met of "any", the ones missed of "all", otherwise all of them."""
    match node:
        case Group():
            decided_by = node.op == "any"
            result = truth(node, subject)
            chosen = [item for item in node.items if result is not decided_by or truth(item, subject) is decided_by]
            return [leaf for item in chosen for leaf in _deciding(item, subject)]
        case Not():
            return _deciding(node.item, subject)
        case _:
            return list(leaves(node))


def _value_text(field: str, tests: list[Leaf], subject: Subject) -> str:
    value = subject.values.get(field)
    open_tests = [test for test in tests if truth(test, subject) is None]
    asked = tuple(dict.fromkeys(member for test in tests if isinstance(test, In | SetTest) for member in test.values))
    text = UNFILLED if value is None else _known(field, value, asked, undecided=bool(open_tests))
    if open_tests and all(only_unlisted_places_open(test, subject) for test in open_tests):
        # What the firm could add to its own data would not help here, so its note stays out.
        return text
    note = subject.notes.get(field) if open_tests else None
    return f"{text}（{note}）" if note else text


def _known(field: str, value: Value, asked: tuple[str, ...], *, undecided: bool) -> str:
    match value:
        case SetValue() if field == "places":
            return _where(value, asked, undecided=undecided)
        case SetValue():
            return _held(field, value, asked, undecided=undecided)
        case bool():
            return "是" if value else "否"
        case int():
            return f"成立 {quantity(field, value)}" if field == "age_months" else quantity(field, value)
        case _:
            return value


def _held(field: str, value: SetValue, asked: tuple[str, ...], *, undecided: bool) -> str:
    """Members asked for that are held (else all held), and those asked for that nobody has filled in."""
    hits = [member for member in asked if member in value.yes]
    held = _some(hits or _in_order(field, value.yes))
    left = "、".join(member for member in asked if undecided and value.contains(member) is None)
    if not held:
        return f"{left}{UNFILLED}" if value.complete and left else "无" if value.complete else UNFILLED
    return f"{held}；{left}{UNFILLED}" if left else held


def _some(members: list[str]) -> str:
    shown = "、".join(members[:MOST_MEMBERS_SHOWN])
    return shown if len(members) <= MOST_MEMBERS_SHOWN else f"{shown}等 {len(members)} 项"


def _in_order(field: str, members: frozenset[str]) -> list[str]:
    vocabulary = FIELDS[field].vocabulary
    position = {member: place for place, member in enumerate(vocabulary)}
    return sorted(members, key=lambda member: (position.get(member, len(vocabulary)), member))


def _where(value: SetValue, asked: tuple[str, ...], *, undecided: bool) -> str:
    if not value.yes:
        return UNFILLED
    # The finest place is the one that lies in the most others.
    finest = max(sorted(value.yes), key=lambda place: len(places.membership(place).yes))
    left = tuple(place for place in asked if value.contains(place) is None and _is_listed(place))
    here = places.label(finest)
    return f"{here}；是否在{members_text('places', left)}{UNFILLED}" if undecided and left else here


def _is_listed(place: str) -> bool:
    """False for the part of a country, province or city that the source leaves open."""
    return place in places.PLACES
