"""Conditions one by one over columns are the naive evaluator's."""

from random import Random

from enterprises.columns import columns_of
from matching.engine.truths import together, truths
from products.rules.evaluate import judge, truth
from tests.matching.random_rules import rules, subjects

VALUES = {False: 0, None: 1, True: 2}
PLACES = {"violated": 0, "unknown": 1, "satisfied": 2}


def test_every_condition_and_all_of_them_are_what_the_naive_evaluator_says():
    random = Random(11)
    for _ in range(30):
        people, drawn = subjects(random, 70), rules(random)
        columns = columns_of(people)
        found = truths([rule.test for rule in drawn], columns)
        assert found.tolist() == [[VALUES[truth(rule.test, one)] for one in people] for rule in drawn]
        hard = truths([rule.test for rule in drawn if rule.hard], columns)
        assert together(hard).tolist() == [PLACES[judge(drawn, one).verdict.value] for one in people]
