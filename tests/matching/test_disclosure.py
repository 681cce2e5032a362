"""No two previews that one party tells apart differ, and no small set has a number."""

import os
from random import Random

import numpy as np
import pytest

from accounts.small_counts import SMALLEST_SHOWN
from matching.disclosure import STEP, Told, coarse

PAIRS = 1_000 if os.environ.get("PROVE") else 200


def members(numbers, size=400):
    found = np.zeros(size, dtype=np.bool_)
    found[list(numbers)] = True
    return found


def told():
    return Told.to(np.ones(400, dtype=np.bool_), [])


def test_far_sets_are_counted_exactly_and_near_ones_answered_as_before():
    one = told()
    assert one.count(members(range(100))) == 100
    assert one.count(members(range(104))) == 100
    assert one.count(members(range(105))) == 100  # one away from the set before it
    assert one.count(members(range(110))) == 110
    assert one.count(members(range(99, 400))) == 300  # what the first leaves, and one more


def test_hardly_anybody_and_nearly_everybody_are_nobody_and_everybody():
    one = told()
    assert [one.count(members(range(size))) for size in (0, 1, 4, 396, 399, 400)] == [0, 0, 0, 400, 400, 400]


def test_what_was_stored_goes_on_to_count():
    one = told()
    one.count(members(range(100)))
    again = Told.to(np.ones(800, dtype=np.bool_), [one.added()])
    assert again.count(members(range(101), 800)) == 100


def test_coarse_counts_are_multiples_and_small_ones_take_another_along():
    seen = coarse({"a": 123, "b": 0, "c": 17, "d": 40})
    assert seen == {"a": 120, "b": None, "c": None, "d": 40}
    assert coarse({"": 4})[""] is None


@pytest.mark.parametrize("seed", range(2))
def test_adversarial_pairs_over_many_sets_never_isolate_a_member(seed):
    """Chains of sets a member apart, asked in any order among others: the answer of both is one."""
    random, one = Random(seed), told()
    for _ in range(PAIRS):
        base = set(random.sample(range(400), random.choice([3, 4, 5, 6, 50, 200, 395, 396])))
        target = random.randrange(400)
        first, second = (base - {target}, base | {target})
        if random.random() < 0.3:
            one.count(members(set(base) ^ set(random.sample(range(400), random.randint(1, 6)))))
        order = [first, second] if random.random() < 0.5 else [second, first]
        answers = [one.count(members(some)) for some in order]
        assert answers[0] == answers[1]
        assert all(
            value is None or (value >= SMALLEST_SHOWN and value % STEP == 0)
            for value in coarse({"": answers[0]}).values()
        )
