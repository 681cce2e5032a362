"""Random rule trees and subjects for the property tests, over a vocabulary small enough to enumerate."""

from collections.abc import Iterator
from datetime import date
from itertools import chain, combinations, product
from typing import Any

from dateutil.relativedelta import relativedelta
from hypothesis import strategies as st
from pydantic import TypeAdapter

from enterprises.facts import SetValue, Subject, Value
from products.rules.language import Node

AS_OF = date(2026, 11, 23)
MISSING_PERCENT = 35

NUMBERS = {"need_amount": range(4), "revenue": range(4), "age_months": range(4)}
GRADES = ("A", "B", "M", "C", "D")
TAGS = ("高新技术企业", "专精特新", "小巨人")

_NODE: TypeAdapter[Node] = TypeAdapter(Node)


def node(data: dict[str, Any]) -> Node:
    """A tree from its JSON."""
    return _NODE.validate_python(data)


def numbers() -> st.SearchStrategy[dict[str, Any]]:
    value = st.integers(0, 4)
    compare = st.fixed_dictionaries(
        {"op": st.sampled_from(["ge", "gt", "le", "lt"]), "field": st.sampled_from(list(NUMBERS)), "value": value}
    )
    between = st.builds(
        lambda field, low, width: {"op": "between", "field": field, "low": low, "high": low + width},
        st.sampled_from(list(NUMBERS)),
        value,
        st.integers(0, 2),
    )
    return st.one_of(compare, between)


def leaves() -> st.SearchStrategy[dict[str, Any]]:
    grade = st.lists(st.sampled_from(GRADES), min_size=1, max_size=3, unique=True)
    tags = st.lists(st.sampled_from(TAGS), min_size=1, max_size=3, unique=True)
    return st.one_of(
        numbers(),
        grade.map(lambda values: {"op": "in", "field": "tax_grade", "values": values}),
        st.builds(
            lambda op, values: {"op": op, "field": "tags", "values": values},
            st.sampled_from(["any_of", "all_of"]),
            tags,
        ),
        st.just({"op": "is_true", "field": "has_prior_loan"}),
    )


def trees(depth: int = 5) -> st.SearchStrategy[dict[str, Any]]:
    """Trees of at most ``depth`` levels."""
    if depth == 1:
        return leaves()
    below = trees(depth - 1)
    group = st.fixed_dictionaries(
        {"op": st.sampled_from(["all", "any"]), "items": st.lists(below, min_size=1, max_size=3)}
    )
    return st.one_of(leaves(), group, below.map(lambda item: {"op": "not", "item": item}))


@st.composite
def subjects(draw: st.DrawFn) -> Subject:
    """A subject that lacks about a third of its values; sets may be partly known."""
    values: dict[str, Value] = {}
    for field, choice in _choices().items():
        if draw(st.integers(0, 99)) >= MISSING_PERCENT:
            values[field] = draw(choice)
    age = values.get("age_months")
    born = AS_OF - relativedelta(months=age) if isinstance(age, int) else None
    return Subject("S", AS_OF, values, born)


def _choices() -> dict[str, st.SearchStrategy[Any]]:
    some = st.frozensets(st.sampled_from(TAGS))
    return {
        **{field: st.sampled_from(list(domain)) for field, domain in NUMBERS.items()},
        "tax_grade": st.sampled_from(GRADES),
        "has_prior_loan": st.booleans(),
        "tags": st.builds(
            lambda yes, complete, unsure: SetValue(yes, complete, unsure - yes), some, st.booleans(), some
        ),
    }


def completions(subject: Subject) -> Iterator[dict[str, Any]]:
    """Every fully known state of the world that fits what is known: plain ints, words, bools and sets."""
    domains: dict[str, list[Any]] = {
        **{field: list(domain) for field, domain in NUMBERS.items()},
        "tax_grade": list(GRADES),
        "has_prior_loan": [True, False],
    }
    worlds = {
        field: [subject.values[field]] if field in subject.values else domain for field, domain in domains.items()
    }
    worlds["tags"] = _possible_sets(subject.values.get("tags"))
    for combination in product(*worlds.values()):
        yield dict(zip(worlds, combination, strict=True))


def _possible_sets(value: Value | None) -> list[frozenset[str]]:
    known = value if isinstance(value, SetValue) else SetValue()
    free = [tag for tag in TAGS if known.contains(tag) is None]
    extra = chain.from_iterable(combinations(free, size) for size in range(len(free) + 1))
    return [known.yes | frozenset(more) for more in extra]


def as_subject(world: dict[str, Any]) -> Subject:
    """A completion as a subject in which nothing is unknown."""
    values = {key: SetValue(value, complete=True) if key == "tags" else value for key, value in world.items()}
    return Subject("S", AS_OF, values, AS_OF - relativedelta(months=world["age_months"]))


def holds(data: dict[str, Any], world: dict[str, Any]) -> bool:
    """Two-valued truth of a tree's JSON, written apart from the product's evaluator."""
    op = data["op"]
    if op in ("all", "any"):
        answers = [holds(item, world) for item in data["items"]]
        return min(answers) if op == "all" else max(answers)
    if op == "not":
        return not holds(data["item"], world)
    here = world[data["field"]]
    if op == "between":
        return here in range(data["low"], data["high"] + 1)
    if op in ("any_of", "all_of"):
        shared = len(here & set(data["values"]))
        return shared > 0 if op == "any_of" else shared == len(data["values"])
    if op == "in":
        return here in data["values"]
    if op == "is_true":
        return bool(here)
    sign = (here > data["value"]) - (here < data["value"])
    return sign in {"ge": (0, 1), "gt": (1,), "le": (-1, 0), "lt": (-1,)}[op]
