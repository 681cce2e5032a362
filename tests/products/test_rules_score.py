"""Verdict over several rules, and the arithmetic of the score."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enterprises.facts import Subject
from products.rules.evaluate import Verdict, judge, normalised_weights
from products.rules.language import Rule
from tests.products.rule_trees import AS_OF, node, subjects, trees

MET = {"op": "ge", "field": "revenue", "value": 1}
MISSED = {"op": "ge", "field": "revenue", "value": 9}
OPEN = {"op": "ge", "field": "need_amount", "value": 1}
SUBJECT = Subject("S", AS_OF, {"revenue": 5})


def _rules(*parts: tuple[dict[str, object], bool, int]) -> tuple[Rule, ...]:
    return tuple(
        Rule(code=f"r{number}", label="条件", hard=hard, weight=weight, test=node(test))
        for number, (test, hard, weight) in enumerate(parts)
    )


@pytest.mark.parametrize(
    ("parts", "verdict"),
    [
        ([(MET, True, 1), (MET, True, 1)], Verdict.SATISFIED),
        ([(MET, True, 1), (OPEN, True, 1)], Verdict.UNKNOWN),
        ([(OPEN, True, 1), (MISSED, True, 1)], Verdict.VIOLATED),
        ([(MET, True, 1), (MISSED, False, 5)], Verdict.SATISFIED),
        ([(OPEN, False, 5)], Verdict.SATISFIED),
        ([], Verdict.SATISFIED),
    ],
)
def test_only_hard_rules_decide_the_verdict(parts, verdict):
    assert judge(_rules(*parts), SUBJECT).verdict is verdict


@pytest.mark.parametrize(
    ("parts", "score"),
    [
        ([], 500),
        ([(MISSED, True, 0)], 500),
        ([(MET, True, 1)], 1000),
        ([(OPEN, True, 1)], 500),
        ([(MISSED, True, 1)], 0),
        # 500 = 167 + 167 + 166: 2×167 + 1×167 + 0
        ([(MET, True, 1), (OPEN, True, 1), (MISSED, True, 1)], 501),
        # 500 over 1:2:4 = 71.4, 142.9, 285.7 → 71, 143, 286: 2×71 + 143
        ([(MET, True, 1), (OPEN, False, 2), (MISSED, False, 4)], 285),
        # a rule without weight takes no share
        ([(MET, False, 3), (MISSED, True, 0)], 1000),
    ],
)
def test_score_by_hand(parts, score):
    assert judge(_rules(*parts), SUBJECT).score == score


def test_equal_remainders_favour_the_earlier_rule():
    assert normalised_weights(_rules(*[(MET, True, 1)] * 3)) == {"r0": 167, "r1": 167, "r2": 166}


def test_truths_are_given_by_rule_code():
    assert judge(_rules((MET, True, 1), (OPEN, True, 1), (MISSED, False, 1)), SUBJECT).truths == {
        "r0": True,
        "r1": None,
        "r2": False,
    }


@given(st.lists(st.integers(1, 100), min_size=1, max_size=40))
def test_normalised_weights_sum_to_500_and_stay_within_one_of_their_share(weights):
    shares = normalised_weights(_rules(*[(MET, True, weight) for weight in weights]))
    assert sum(shares.values()) == 500
    for weight, share in zip(weights, shares.values(), strict=True):
        assert abs(share * sum(weights) - 500 * weight) < sum(weights)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(trees(2), st.booleans(), st.integers(0, 9)), max_size=6), subjects())
def test_score_is_an_integer_from_0_to_1000(parts, subject):
    score = judge(_rules(*parts), subject).score
    assert type(score) is int
    assert 0 <= score <= 1000
