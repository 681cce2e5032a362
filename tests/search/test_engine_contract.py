"""What every engine must do. An engine joins the suite by joining the ``engine`` fixture."""

import random
from dataclasses import replace

import pytest

from search.clauses import ALL, AllOf, AtLeast, BestOf, Eq, In, Range, Term, Weighted
from search.engines import generations
from search.engines.base import Engine, Reader
from search.engines.generations import Manifest
from search.plan import AnalysedRow, Boundary, Plan
from tests.search import oracle
from tests.search.changing import Changing
from tests.search.shelf import SHELF

PLANS = 150


@pytest.fixture(params=["as built", "under changes"])
def engine(request: pytest.FixtureRequest, engine: Engine) -> Engine:
    """Each engine as built, and with a third of the rows changed since."""
    return Changing(engine) if request.param == "under changes" else engine


def publish(engine: Engine, rows: list[AnalysedRow]) -> Reader:
    manifest = Manifest(version="v", watermark=0, built_at="", rows={row.key: "" for row in rows})
    with generations.building(SHELF.name):
        engine.build(SHELF, rows, manifest)
    reader = engine.reader(SHELF)
    assert reader is not None
    return reader


def all_pages(reader: Reader, plan: Plan) -> list[str]:
    keys: list[str] = []
    while True:
        page = reader.search(plan)
        keys.extend(hit.key for hit in page.hits)
        if len(page.hits) < plan.size:
            return keys
        plan = replace(plan, after=Boundary(page.hits[-1].value, page.hits[-1].key))


def test_totals_facets_and_orders_equal_the_oracle_on_random_plans(engine):
    chance = random.Random(20261123)
    rows = oracle.random_rows(chance, 120)
    reader = publish(engine, chance.sample(rows, len(rows)))
    found_some = 0
    for number in range(PLANS):
        plan = oracle.random_plan(chance)
        page = reader.search(plan)
        expected = oracle.selected(rows, plan)
        assert page.total == reader.count(plan) == len(expected), (number, plan)
        assert page.facets == {name: oracle.facet(rows, plan, name) for name in plan.facets}, (number, plan)
        paged = all_pages(reader, plan)
        if plan.sort:
            assert paged == oracle.in_order(rows, plan, plan.sort), (number, plan)
        else:
            assert sorted(paged) == [row.key for row in expected], (number, plan)
        found_some += bool(expected)
    assert found_some > PLANS // 3


def test_relevance_falls_and_equal_scores_are_in_key_order(engine):
    chance = random.Random(7)
    reader = publish(engine, oracle.random_rows(chance, 200))
    plan = Plan(scoring=(Weighted(Term("name", "信用"), 300), Weighted(Eq("bank", "甲银行"), 100)), size=100)
    hits = reader.search(plan).hits
    places = [(-(hit.value or 0), hit.key) for hit in hits]
    assert places == sorted(places)
    assert len({value for value, _ in places}) < len(places)


def test_paging_by_relevance_passes_through_more_equal_scores_than_the_first_window_holds(engine):
    rows = oracle.random_rows(random.Random(3), 300)
    reader = publish(engine, rows)
    assert all_pages(reader, Plan(size=9)) == [row.key for row in rows]


def test_a_greater_weight_lifts_a_hit_and_best_of_counts_a_word_once(engine):
    def row(key: str, name: list[str], notes: list[str]) -> AnalysedRow:
        tokens = {"name": name, "bank": [], "notes": notes, ALL: name + notes, "grams": []}
        return AnalysedRow(key, tokens, {"kinds": [], "bank": []}, {})

    reader = publish(engine, [row("A", [], ["信用"]), row("B", ["信用"], []), row("C", ["信用"], ["信用"])])
    heavy_name = (Weighted(Term("name", "信用"), 900), Weighted(Term("notes", "信用"), 100))
    summed = [hit.key for hit in reader.search(Plan(scoring=heavy_name)).hits]
    best = {hit.key: hit.value for hit in reader.search(Plan(scoring=(BestOf(heavy_name),))).hits}
    assert summed == ["C", "B", "A"]
    assert best["B"] == best["C"] > best["A"]


@pytest.mark.parametrize(
    ("clause", "keys"),
    [
        (In("kinds", ()), []),
        (AllOf(()), ["A", "B", "C"]),
        (AtLeast((), 1), []),
        (AtLeast((), 0), ["A", "B", "C"]),
        (AtLeast((Eq("kinds", "贷"),), 2), []),
        (Range("amount"), ["A", "B"]),
        (Range("amount", or_unknown=True), ["A", "B", "C"]),
        (Range("amount", low=10**30), []),
        (Range("amount", low=-(10**30), high=10**30), ["A", "B"]),
        (Range("amount", low=9, high=1), []),
        (Eq("kinds", "*"), []),
        (Eq("kinds", ""), []),
    ],
)
def test_clauses_at_their_edges(engine, clause, keys):
    def row(key: str, numbers: dict[str, int]) -> AnalysedRow:
        tokens: dict[str, list[str]] = {name: [] for name in ("name", "bank", "notes", ALL, "grams")}
        return AnalysedRow(key, tokens, {"kinds": ["贷"], "bank": []}, numbers)

    reader = publish(engine, [row("A", {"amount": -5}), row("B", {"amount": 2**62}), row("C", {})])
    assert [hit.key for hit in reader.search(Plan(match=clause)).hits] == keys


def test_the_same_rows_in_another_order_give_the_same_pages_and_scores(engine):
    chance = random.Random(11)
    rows = oracle.random_rows(chance, 150)
    plans = [oracle.random_plan(chance) for _ in range(40)]
    first = [publish(engine, rows).search(plan) for plan in plans]
    second = [publish(engine, chance.sample(rows, len(rows))).search(plan) for plan in plans]
    assert first == second


def test_a_held_reader_keeps_answering_while_generations_are_swapped(engine):
    rows = oracle.random_rows(random.Random(5), 50)
    held = publish(engine, rows)
    before = held.search(Plan(facets=("kinds",), size=50))
    for count in (40, 30, 20):
        assert publish(engine, rows[:count]).count(Plan()) == count
    assert held.search(Plan(facets=("kinds",), size=50)) == before


def test_an_empty_generation_answers(engine):
    page = publish(engine, []).search(Plan(match=Term(ALL, "贷款"), facets=("kinds",), sort=SHELF.sorts[0]))
    assert (page.total, page.hits, page.facets) == (0, [], {"kinds": []})


def test_nothing_built_means_no_reader(engine):
    assert engine.reader(SHELF) is None


def test_share_tells_how_common_a_token_is(engine):
    rows = oracle.random_rows(random.Random(2), 80)
    if isinstance(engine, Changing):
        pytest.skip("told of the generation")
    reader = publish(engine, rows)
    holding = sum("信用" in row.tokens[ALL] for row in rows)
    assert reader.share("信用") == -(-1000 * holding // len(rows))
    assert reader.share("没有的词") == 0
