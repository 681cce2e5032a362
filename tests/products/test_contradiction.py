"""Rules nobody can meet are found, and nobody is accused wrongly."""

import itertools
import os
from random import Random

import pytest

from enterprises.facts import SetValue, Subject
from products.rules.contradiction import never_true
from products.rules.evaluate import Verdict, judge
from products.rules.language import parse
from tests.matching.random_rules import DAY, rules, subjects

ROUNDS = 3_000 if os.environ.get("PROVE") else 300


def rule_set(*tests):
    return parse([{"code": f"r{number}", "label": f"条件{number}", "test": test} for number, test in enumerate(tests)])


def ge(field, value):
    return {"op": "ge", "field": field, "value": value}


def negated(item):
    return {"op": "not", "item": item}


TAGS = {"op": "any_of", "field": "tags", "values": ["小巨人", "专精特新"]}
GRADES = {"op": "in", "field": "tax_grade", "values": ["A", "B"]}


@pytest.mark.parametrize(
    ("tests", "culprits"),
    [
        ((ge("revenue", 10), {"op": "lt", "field": "revenue", "value": 10}), ["r0", "r1"]),
        ((ge("employees", 3), ge("revenue", 10), {"op": "le", "field": "revenue", "value": 9}), ["r1", "r2"]),
        (({"op": "lt", "field": "employees", "value": 0},), ["r0"]),
        ((GRADES, {"op": "in", "field": "tax_grade", "values": ["C", "D"]}), ["r0", "r1"]),
        ((GRADES, negated({"op": "in", "field": "tax_grade", "values": ["B", "A", "M"]})), ["r0", "r1"]),
        ((negated({"op": "in", "field": "tax_grade", "values": ["A", "B", "M", "C", "D"]}),), ["r0"]),
        ((TAGS, negated(TAGS)), ["r0", "r1"]),
        ((negated(negated(TAGS)), negated(TAGS)), ["r0", "r1"]),
        (({"op": "is_true", "field": "on_whitelist"}, negated({"op": "is_true", "field": "on_whitelist"})), 2),
        (
            (
                {"op": "any", "items": [ge("revenue", 10), GRADES]},
                {"op": "lt", "field": "revenue", "value": 5},
                {"op": "in", "field": "tax_grade", "values": ["D"]},
            ),
            3,
        ),
    ],
)
def test_what_contradicts_is_named_and_nothing_else(tests, culprits):
    found = [rule.code for rule in never_true(rule_set(*tests))]
    assert found == culprits if isinstance(culprits, list) else len(found) == culprits


def test_what_can_hold_is_left_alone():
    held = rule_set(ge("revenue", 10), {"op": "le", "field": "revenue", "value": 10}, TAGS, GRADES)
    assert never_true(held) == ()
    other = {"op": "any_of", "field": "tags", "values": ["小巨人"]}
    assert never_true(rule_set(negated(negated(TAGS)), negated(other))) == ()
    open_word = {"op": "in", "field": "industry", "values": ["软件"]}
    assert never_true(rule_set(negated(open_word))) == ()
    soft = parse([{"code": "w", "label": "偏好", "hard": False, "test": {"op": "lt", "field": "revenue", "value": 0}}])
    assert never_true(soft) == ()


def test_whoever_meets_the_rules_proves_them_possible():
    random, proofs = Random(7), 0
    for _ in range(ROUNDS):
        drawn = rules(random)
        people = [one for one in subjects(random, 8, missing=0) if all(_sane(value) for value in one.values.values())]
        if any(judge(drawn, one).verdict is Verdict.SATISFIED for one in people):
            proofs += 1
            assert never_true(drawn) == ()
    assert proofs > ROUNDS // 20


def _sane(value):
    return not isinstance(value, int) or value >= 0


def test_over_a_small_world_it_finds_exactly_what_brute_force_finds():
    random = Random(3)
    words = ["小巨人", "专精特新"]
    people = [
        Subject("x", DAY, {"employees": n, "tax_grade": grade, "tags": SetValue(frozenset(held), complete=True)})
        for n in range(5)
        for grade in "ABMCD"
        for size in range(3)
        for held in itertools.combinations(words, size)
    ]
    impossible = 0
    for _ in range(ROUNDS):
        drawn = rule_set(*(_small(random, 3, words) for _ in range(random.randint(1, 4))))
        nobody = not any(judge(drawn, one).verdict is Verdict.SATISFIED for one in people)
        impossible += nobody
        assert bool(never_true(drawn)) == nobody
    assert impossible > ROUNDS // 20


def _small(random, depth, words):
    shape = random.random()
    if depth > 1 and shape < 0.5:
        items = [_small(random, depth - 1, words) for _ in range(random.randint(1, 3))]
        return {"op": random.choice(["all", "any"]), "items": items}
    if depth > 1 and shape < 0.6:
        return negated(_small(random, depth - 1, words))
    match random.randrange(4):
        case 0:
            return {"op": random.choice(["ge", "le", "gt", "lt"]), "field": "employees", "value": random.randint(0, 3)}
        case 1:
            low, high = sorted(random.choices(range(4), k=2))
            return {"op": "between", "field": "employees", "low": low, "high": high}
        case 2:
            return {"op": "in", "field": "tax_grade", "values": random.sample("ABMCD", random.randint(1, 4))}
        case _:
            op = random.choice(["any_of", "all_of"])
            return {"op": op, "field": "tags", "values": random.sample(words, random.randint(1, 2))}
