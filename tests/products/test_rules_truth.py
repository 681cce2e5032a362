"""Three-valued truth: the tables by hand, then laws over random trees, then an independent brute force."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enterprises.facts import SetValue, Subject
from products.rules.evaluate import all_true, any_true, truth
from products.rules.language import Group, Not
from products.rules.trees import opposite, simplified
from tests.products.rule_trees import AS_OF, as_subject, completions, holds, node, subjects, trees

YES = {"op": "ge", "field": "need_amount", "value": 1}
NO = {"op": "gt", "field": "need_amount", "value": 9}
OPEN = {"op": "ge", "field": "revenue", "value": 1}
LEAF = {True: YES, False: NO, None: OPEN}
SUBJECT = Subject("S", AS_OF, {"need_amount": 5})

AND = [
    (True, True, True), (True, None, None), (True, False, False),
    (None, True, None), (None, None, None), (None, False, False),
    (False, True, False), (False, None, False), (False, False, False),
]  # fmt: skip
OR = [
    (True, True, True), (True, None, True), (True, False, True),
    (None, True, True), (None, None, None), (None, False, None),
    (False, True, True), (False, None, None), (False, False, False),
]  # fmt: skip


@pytest.mark.parametrize(("left", "right", "expected"), AND)
def test_all_follows_the_kleene_table(left, right, expected):
    tree = node({"op": "all", "items": [LEAF[left], LEAF[right]]})
    assert truth(tree, SUBJECT) is expected
    assert all_true([left, right]) is expected


@pytest.mark.parametrize(("left", "right", "expected"), OR)
def test_any_follows_the_kleene_table(left, right, expected):
    tree = node({"op": "any", "items": [LEAF[left], LEAF[right]]})
    assert truth(tree, SUBJECT) is expected
    assert any_true([left, right]) is expected


@pytest.mark.parametrize(("inner", "expected"), [(True, False), (False, True), (None, None)])
def test_not_follows_the_kleene_table(inner, expected):
    assert truth(node({"op": "not", "item": LEAF[inner]}), SUBJECT) is expected


@pytest.mark.parametrize(
    ("op", "value", "expected"),
    [
        ("ge", 5, True),
        ("ge", 6, False),
        ("gt", 4, True),
        ("gt", 5, False),
        ("le", 5, True),
        ("le", 4, False),
        ("lt", 6, True),
        ("lt", 5, False),
    ],
)
def test_comparisons_at_their_bounds(op, value, expected):
    assert truth(node({"op": op, "field": "need_amount", "value": value}), SUBJECT) is expected


@pytest.mark.parametrize(
    ("low", "high", "expected"), [(5, 5, True), (5, 9, True), (1, 5, True), (6, 9, False), (1, 4, False)]
)
def test_between_includes_both_ends(low, high, expected):
    assert truth(node({"op": "between", "field": "need_amount", "low": low, "high": high}), SUBJECT) is expected


@pytest.mark.parametrize(
    ("op", "asked", "value", "expected"),
    [
        ("any_of", ["甲", "乙"], SetValue(frozenset({"甲"})), True),
        ("any_of", ["甲", "乙"], SetValue(frozenset({"丙"})), None),
        ("any_of", ["甲", "乙"], SetValue(frozenset({"丙"}), complete=True), False),
        ("any_of", ["甲", "乙"], SetValue(complete=True, unsure=frozenset({"乙"})), None),
        ("any_of", ["甲"], SetValue(complete=True, unsure=frozenset({"乙"})), False),
        ("all_of", ["甲", "乙"], SetValue(frozenset({"甲", "乙"})), True),
        ("all_of", ["甲", "乙"], SetValue(frozenset({"甲"})), None),
        ("all_of", ["甲", "乙"], SetValue(frozenset({"甲"}), complete=True), False),
        ("all_of", ["甲", "乙"], SetValue(complete=True, unsure=frozenset({"乙"})), False),
        ("any_of", ["甲"], SetValue(complete=True), False),
        ("any_of", ["甲"], SetValue(), None),
    ],
)
def test_sets_know_yes_no_and_unsure(op, asked, value, expected):
    subject = Subject("S", AS_OF, {"tags": value})
    assert truth(node({"op": op, "field": "tags", "values": asked}), subject) is expected


def test_zero_and_no_are_values_and_not_unknown():
    subject = Subject("S", AS_OF, {"revenue": 0, "has_prior_loan": False})
    assert truth(node(OPEN), subject) is False
    assert truth(node({"op": "is_true", "field": "has_prior_loan"}), subject) is False


def test_a_tautology_over_an_unknown_value_stays_unknown():
    tree = node({"op": "any", "items": [OPEN, {"op": "lt", "field": "revenue", "value": 1}]})
    assert truth(tree, SUBJECT) is None


def test_a_value_of_the_wrong_type_is_an_error_and_not_a_verdict():
    with pytest.raises(TypeError, match="revenue"):
        truth(node(OPEN), Subject("S", AS_OF, {"revenue": "很多"}))


@settings(max_examples=300, deadline=None)
@given(trees(), subjects())
def test_double_negation_changes_nothing(data, subject):
    tree = node(data)
    assert truth(Not(op="not", item=Not(op="not", item=tree)), subject) is truth(tree, subject)


@settings(max_examples=300, deadline=None)
@given(st.lists(trees(4), min_size=1, max_size=3), subjects())
def test_de_morgan(items, subject):
    parts = tuple(node(item) for item in items)
    negated = tuple(Not(op="not", item=part) for part in parts)
    assert truth(Not(op="not", item=Group(op="all", items=parts)), subject) is truth(
        Group(op="any", items=negated), subject
    )
    assert truth(Not(op="not", item=Group(op="any", items=parts)), subject) is truth(
        Group(op="all", items=negated), subject
    )


@settings(max_examples=300, deadline=None)
@given(trees(), subjects())
def test_opposite_and_simplified_forms_keep_the_meaning(data, subject):
    tree = node(data)
    assert truth(opposite(tree), subject) is truth(Not(op="not", item=tree), subject)
    assert truth(simplified(tree), subject) is truth(tree, subject)


@settings(max_examples=300, deadline=None)
@given(trees(), subjects(), st.data())
def test_filling_in_an_unknown_never_turns_a_decided_verdict(data, subject, draw):
    before = truth(node(data), subject)
    filled = _fill_some(subject, draw)
    if before is not None:
        assert truth(node(data), filled) is before


@settings(max_examples=150, deadline=None)
@given(trees(), subjects())
def test_a_decided_verdict_holds_in_every_possible_world(data, subject):
    value = truth(node(data), subject)
    if value is None:
        return
    for world in completions(subject):
        assert holds(data, world) is value


@settings(max_examples=100, deadline=None)
@given(trees(), subjects())
def test_with_nothing_unknown_the_evaluator_equals_the_brute_force(data, subject):
    for world in list(completions(subject))[:40]:
        assert truth(node(data), as_subject(world)) is holds(data, world)


CONTINGENT = {
    "need_amount": {"op": "ge", "field": "need_amount", "value": 2},
    "revenue": {"op": "between", "field": "revenue", "low": 1, "high": 2},
    "tax_grade": {"op": "in", "field": "tax_grade", "values": ["A", "B"]},
    "has_prior_loan": {"op": "is_true", "field": "has_prior_loan"},
    "tags": {"op": "any_of", "field": "tags", "values": ["小巨人"]},
}


@settings(max_examples=150, deadline=None)
@given(st.permutations(list(CONTINGENT)), st.lists(st.sampled_from(["all", "any"]), min_size=4, max_size=4), subjects())
def test_unknown_is_said_only_where_both_answers_are_possible(order, ops, subject):
    """Trees that read each field once have no tautologies, so there Kleene logic misses nothing."""
    data: dict[str, Any] = CONTINGENT[order[0]]
    for op, field in zip(ops, order[1:], strict=True):
        data = {"op": op, "items": [{"op": "not", "item": data}, CONTINGENT[field]]}
    answers = {holds(data, world) for world in completions(subject)}
    value = truth(node(data), subject)
    assert answers == ({True, False} if value is None else {value})


def _fill_some(subject: Subject, draw: st.DataObject) -> Subject:
    worlds = list(completions(subject))
    whole = as_subject(worlds[draw.draw(st.integers(0, len(worlds) - 1))])
    chosen = draw.draw(st.sets(st.sampled_from(sorted(whole.values))))
    filled = {field: value for field, value in whole.values.items() if field in chosen or field in subject.values}
    for field in set(subject.values) - chosen:
        filled[field] = subject.values[field]
    return replace(subject, values=filled)
