"""The compiled engine equals the naive evaluator: every verdict, score, place and count, from every kernel."""

import os
import sys
from random import Random

import numpy as np
import pytest

from enterprises.columns import columns_of
from matching.engine.compiling import compiled
from matching.engine.keys import places_of, placings
from matching.engine.lots import hash64, hashes, lot, lots
from matching.engine.naive import Placing, Shelved, rank
from matching.engine.run import KERNELS, TOP, match
from matching.engine.single import keys_of
from matching.management.bench.json_logic import data_of, translated
from products.rules.evaluate import Verdict
from tests.matching.json_logic_oracle import holds
from tests.matching.random_rules import shelf, subjects

PROVE = bool(os.environ.get("PROVE"))
# (products, subjects, seeds): 13,500 pairs in the suite, more than a million as a proof.
PRODUCTS, SUBJECTS, SEEDS = (150, 700, range(10)) if PROVE else (45, 100, range(3))
BLOCKS = (1, 7, 64, 1000, None)


def expected(items, people):
    """Per subject every placing by the naive engine."""
    return [rank(person.code, person, items) for person in people]


def differences(programme, matched, ranked, top=TOP):
    """Subjects for which anything differs."""
    wrong = 0
    for row, placed in enumerate(ranked):
        fitting = [one for one in placed if one.verdict is not Verdict.VIOLATED]
        best = matched.best[row]
        counts = [sum(one.verdict is verdict for one in placed) for verdict in (Verdict.SATISFIED, Verdict.UNKNOWN)]
        wrong += placings(programme, best[best > 0]) != fitting[:top]
        wrong += [int(matched.satisfied[row]), int(matched.unknown[row])] != counts
    return wrong


def tallies(programme, ranked):
    """By product: how many subjects are 符合, how many 缺资料."""
    found = {code: [0, 0] for code in programme.codes}
    for placed in ranked:
        for one in placed:
            if one.verdict is not Verdict.VIOLATED:
                found[one.product][one.verdict is Verdict.UNKNOWN] += 1
    return [found[code] for code in programme.codes]


@pytest.fixture(scope="module", params=SEEDS)
def drawn(request):
    """(shelf, subjects, columns, what the naive engine says of every pair)."""
    random = Random(request.param)
    items, people = shelf(random, PRODUCTS), subjects(random, SUBJECTS)
    return items, people, columns_of(people), expected(items, people)


@pytest.mark.parametrize("kernel", KERNELS)
def test_no_pair_differs_whatever_the_kernel_the_block_and_the_order(drawn, kernel, capsys):
    items, people, columns, ranked = drawn
    for number, block in enumerate(BLOCKS):
        mixed = Random(number).sample(items, len(items))
        programme = compiled(mixed)
        matched = match(programme, columns, kernel=kernel, block=block)
        wrong = differences(programme, matched, ranked)
        counted = np.stack([matched.product_satisfied, matched.product_unknown], axis=1).tolist()
        with capsys.disabled():
            sys.stdout.write(
                f"\n{kernel} block={block}: {len(items) * len(people)} pairs, {wrong} differences" if PROVE else ""
            )
        assert (wrong, counted) == (0, tallies(programme, ranked))


def test_one_subject_is_placed_as_by_the_naive_engine(drawn):
    items, people, _, ranked = drawn
    programme = compiled(items)
    for person, placed in zip(people, ranked, strict=True):
        assert placings(programme, keys_of(programme, person.code, person)) == placed


def test_columns_hold_what_the_subjects_hold(drawn):
    _, people, columns, _ = drawn
    assert [columns.at(row) for row in range(len(people))] == [dict(person.values) for person in people]


def test_the_programme_is_the_same_for_any_order_of_the_shelf():
    items = shelf(Random(5), 30)
    one, other = compiled(items), compiled(reversed(items))
    assert (one.hash, one.codes, one.atoms) == (other.hash, other.codes, other.atoms)
    assert np.array_equal(one.hard.items, other.hard.items)
    changed = [*items[1:], Shelved(items[0].product, items[1].rules, items[0].local)]
    assert compiled(changed).hash != one.hash


def test_a_product_twice_on_the_shelf_is_refused():
    item = Shelved("P1", (), True)
    with pytest.raises(ValueError, match="twice"):
        compiled([item, item])


@pytest.mark.parametrize("kernel", KERNELS)
def test_nothing_on_the_shelf_or_nobody_to_match(kernel):
    empty, people = compiled([]), columns_of(subjects(Random(1), 3))
    assert match(empty, people, kernel=kernel).best.tolist() == [[0] * TOP] * 3
    assert keys_of(empty, "N", subjects(Random(1), 1)[0]).tolist() == []
    nobody = match(compiled([Shelved("P1", (), True)]), columns_of([]), kernel=kernel)
    assert (nobody.best.shape, nobody.product_satisfied.tolist()) == ((0, TOP), [0])


def test_a_product_without_rules_fits_everybody_with_the_neutral_score():
    (person,) = subjects(Random(1), 1)
    programme = compiled([Shelved("P1", (), True)])
    assert placings(programme, keys_of(programme, "N", person)) == [Placing("P1", Verdict.SATISFIED, 500)]


def test_lots_are_the_same_in_python_and_in_arrays_and_favour_nobody():
    needs, codes = [f"N{number}" for number in range(300)], [f"P{number}" for number in range(10)]
    table = [[lot(hash64(need), hash64(code)) for code in codes] for need in needs]
    assert [lots(np.uint64(hash64(need)), hashes(codes)).tolist() for need in needs] == table
    wins = [sum(max(row) == row[place] for row in table) for place in range(len(codes))]
    assert min(wins) > 10
    assert max(wins) < 60


def test_json_logic_agrees_where_everything_is_known():
    random = Random(99)
    size = 400 if PROVE else 60
    items, people = shelf(random, size), subjects(random, size, missing=0)
    programme = compiled(items)
    matched = match(programme, columns_of(people), top=len(items))
    wrong, data = 0, [data_of(person) for person in people]
    for item in items:
        hard = [translated(rule.test) for rule in item.rules if rule.hard]
        place = programme.codes.index(item.product)
        said = [all(holds(expression, one) for expression in hard) for one in data]
        fits = places_of(matched.best) == place
        wrong += sum(fits[row, matched.best[row] > 0].any() != answer for row, answer in enumerate(said))
    assert (wrong, int(matched.unknown.sum())) == (0, 0)
