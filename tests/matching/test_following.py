"""What changes is followed through the outbox, and the stored results are those of a full match."""

from datetime import timedelta
from random import Random

import numpy as np
import pytest

from common import clock, outbox
from enterprises.columns import columns_of
from enterprises.models import Fact, Need
from enterprises.services import fact_record, need_close, need_update, whitelist_publish
from matching import tasks
from matching.engine.compiling import compiled
from matching.engine.few import Shelfmarks, keys_of_few, keys_stored, merged
from matching.engine.keys import verdicts_of
from matching.engine.lots import hashes
from matching.engine.naive import Shelved
from matching.engine.packing import packed
from matching.engine.run import TOP, match
from matching.models import MatchResult, MatchTally
from matching.selectors import needs_without_fit, stored_results
from matching.services import blocks, rematch
from products.selectors import listed_versions
from products.services import delist
from tests.matching.random_rules import rules, shelf, subjects


def state():
    """Everything stored, by need and product."""
    results = MatchResult.objects.order_by("need").values_list("need", "satisfied", "unknown", "violated", "best")
    tallies = MatchTally.objects.order_by("product").values_list("product", "satisfied", "unknown")
    return [(*row[:4], bytes(row[4])) for row in results], list(tallies)


def follows_as_a_full_match():
    """Deliver what is owed; a full match after it changes nothing, counts by product included."""
    outbox.relay()
    tasks.count_due()
    followed, current = state(), stored_results(list(Need.objects.order_by("pk")))
    rematch()
    assert followed == state()
    assert len({result.programme_hash for result in current.values()}) == 1
    return followed


def test_a_changed_need_is_followed(ten_firms, actor):
    rematch()
    before, need = state(), Need.objects.get(code="N02")
    need_update(actor=actor, need=need, kinds=["贷"], amount=90_000_000, term_months=12, purpose="", guarantees=None)
    assert follows_as_a_full_match() != before


def test_a_closed_need_is_followed(ten_firms, actor):
    rematch()
    need_close(actor=actor, need=Need.objects.get(code="N01"))
    follows_as_a_full_match()
    assert not MatchResult.objects.filter(need__code="N01").exists()


def test_a_new_fact_is_followed(ten_firms, actor):
    rematch()
    before, party = state(), Need.objects.get(code="N01").party
    fact_record(
        actor=actor, party=party, field="established_on", value="2001-01-01", source=Fact.Source.VERIFIED,
        as_of=clock.today(),
    )  # fmt: skip
    assert follows_as_a_full_match() != before


def test_a_published_list_is_followed(ten_firms, actor):
    rematch()
    need = Need.objects.get(code="N01")
    department = need.party.__class__.objects.create(kind="department", name="市科技局")
    whitelist_publish(
        actor=actor, code="一", department=department, published_on=clock.today(), basis_doc="文", parties=[need.party]
    )
    follows_as_a_full_match()


def test_counts_by_product_follow_a_change_of_shelf_that_comes_first(ten_firms, actor):
    rematch()
    need = Need.objects.get(code="N02")
    need_update(actor=actor, need=need, kinds=["贷"], amount=90_000_000, term_months=12, purpose="", guarantees=None)
    delist(actor=actor, version=listed_versions().first(), reason="额度用完")
    follows_as_a_full_match()


def test_nothing_is_counted_while_nothing_changes(ten_firms):
    rematch()
    assert tasks.count_due() == 0


@pytest.mark.parametrize("later", [timedelta(0), timedelta(days=1)])
def test_a_changed_shelf_is_followed(ten_firms, actor, later):
    rematch()
    before = state()
    with clock.at(clock.now() + later):
        delist(actor=actor, version=listed_versions().first(), reason="额度用完")
        outbox.relay()
        followed = state()
        rematch()
        assert followed == state() != before


def test_a_shelf_is_followed_by_merging_not_by_matching_all(ten_firms, actor, monkeypatch):
    rematch()
    monkeypatch.setattr(blocks, "match_whole", lambda *arguments, **options: pytest.fail("matched all"))
    delist(actor=actor, version=listed_versions().first(), reason="额度用完")
    outbox.relay()
    assert {result.programme_hash for result in stored_results(list(Need.objects.order_by("pk"))).values()} == {
        blocks.current_shelf().programme.hash
    }


@pytest.mark.parametrize("seed", range(6))
def test_merging_equals_matching_anew_or_says_that_it_is_short(seed):
    random = Random(seed)
    old, people = shelf(random, 120, depth=3), subjects(random, 90)
    columns = columns_of(people)
    seeds = hashes(columns.seeds)
    left, kept = old[:3], old[2:]
    came = [Shelved(f"Q{number}", rules(random, 3), True, 20_000 + number) for number in range(3)]
    changed = Shelved(old[2].product, rules(random, 3), old[2].local, old[2].number)
    new = [*kept[1:], changed, *came]
    before, programme = match(compiled(old), columns), compiled(new)
    gone = [(item.number, item.product, item.local) for item in left[:2]]
    best, numbers = keys_stored(Shelfmarks.of(programme, gone), seeds, packed(compiled(old), before.best), TOP)
    fresh = compiled([changed, *came])
    places = np.searchsorted(programme.codes, fresh.codes)
    added = keys_of_few(fresh, columns, seeds) + (np.arange(len(fresh)) - places).astype(np.uint64)
    found = merged(best, np.isin(numbers, [item.number for item in left]), added)
    expected = match(programme, columns)
    assert np.array_equal(found.best[~found.short], expected.best[~found.short])
    assert found.short.sum() < len(people) / 2
    satisfied = before.satisfied - (verdicts_of(keys_of_few(compiled(left), columns, seeds)) == 2).sum(axis=1)
    assert np.array_equal(satisfied + (verdicts_of(added) == 2).sum(axis=1), expected.satisfied)


def test_what_fits_nothing(ten_firms):
    rematch()
    nothing = {need.code for need in needs_without_fit()}
    assert nothing == {
        need for need, row in ten_firms.items() if all(expected.code == "violated" for expected in row.values())
    }
