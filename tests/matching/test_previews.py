"""Trying draft rules on the whitelist: right counts, coarse ones, and nobody isolated by asking twice."""

import os
from datetime import date, timedelta
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Party, Role
from accounts.services import party_register, user_create
from common import clock
from common.errors import Invalid, NotAllowed
from enterprises.column_bytes import packed, unpacked
from enterprises.facts import CATEGORIES
from enterprises.models import Fact, Need, WhitelistBatch, WhitelistEntry
from enterprises.selectors import columns_of_parties, subjects_of
from enterprises.selectors.subjects import party_subjects
from matching import snapshots, tasks
from matching.models import PreviewAnswer
from matching.services import previews
from matching.services.previews import preview
from matching.services.reading import whitelist_read
from matching.snapshots import last_reading
from products.content import VersionContent
from products.models import InstitutionProfile
from products.rules.evaluate import judge
from products.rules.language import parse
from products.services import draft_create
from tests.enterprises.test_columns import random_world

DAY = date(2026, 12, 1)
PAIRS = 1_000 if os.environ.get("PROVE") else 200
BANNERS = ("东胜区", "康巴什区", "伊金霍洛旗", "准格尔旗")
FIRMS = 240


@pytest.fixture(autouse=True)
def fresh_snapshot():
    snapshots.forget()
    with clock.at(DAY):
        yield
    snapshots.forget()


@pytest.fixture
def draft(actor):
    bank = party_register(actor=actor, kind=Party.Kind.INSTITUTION, name="试算银行")
    InstitutionProfile.objects.create(party=bank, kind="银行", local=True)
    maker = user_create(
        actor=actor, username="maker", password="correct horse", display_name="钱", party=bank, roles=[Role.BANK_MAKER]
    )
    return draft_create(actor=maker, institution=bank, category="贷", content=VersionContent(name="试算贷"))


@pytest.fixture
def town(actor):
    """Firms on the list, each with a revenue of its own; two in three look for a loan."""
    random = Random(5)
    parties = Party.objects.bulk_create(
        Party(kind=Party.Kind.TEAM, name=f"团队{number}", talent_code=f"W{number:04d}") for number in range(FIRMS)
    )
    facts = [
        Fact(party=party, field=field, value=value, source="declared", as_of=DAY, recorded_by=actor)
        for number, party in enumerate(parties)
        for field, value in {
            "region": random.choice(BANNERS),
            "revenue": 1_000_000 + number,
            "employees": random.randint(1, 60),
            "invention_patents": random.randint(0, 4),
            "tax_grade": random.choice("ABM"),
        }.items()
        if field == "revenue" or random.random() < 0.9
    ]
    Fact.objects.bulk_create(facts)
    Need.objects.bulk_create(
        Need(code=f"W{number:04d}", party=party, recorded_by=actor, kinds=random.sample(CATEGORIES, 2), amount=number)
        for number, party in enumerate(parties)
        if number % 3
    )
    batch = WhitelistBatch.objects.create(code="批", department=parties[0], published_on=DAY, published_by=actor)
    WhitelistEntry.objects.bulk_create(WhitelistEntry(batch=batch, party=party) for party in parties)
    return parties


def of(*tests):
    return parse([{"code": f"r{number}", "label": f"条件{number}", "test": test} for number, test in enumerate(tests)])


def ge(field, value):
    return {"op": "ge", "field": field, "value": value}


def only(number):
    return {"op": "between", "field": "revenue", "low": 1_000_000 + number, "high": 1_000_000 + number}


def but(number):
    return {"op": "not", "item": only(number)}


def ask(draft, rules):
    return preview(actor=draft.made_by, version=draft, rules=rules)


def test_first_answers_are_the_naive_counts_made_coarse(draft, town):
    rules = of(ge("employees", 20), {"op": "in", "field": "tax_grade", "values": ["A", "B"]})
    found = ask(draft, rules)
    subjects = [*subjects_of(Need.objects.all()).values()]
    silent = {party.pk for number, party in enumerate(town) if number % 3 == 0}
    subjects += party_subjects(silent).values()
    tally = [judge(rules, one).verdict.value for one in subjects]
    exact = {name: tally.count(name) for name in ("satisfied", "unknown", "violated")}
    assert {name: getattr(found, name) for name in exact} == {name: n // 5 * 5 for name, n in exact.items()}
    assert found.total == FIRMS
    assert sum(count or 0 for _, count in found.banners) <= exact["satisfied"]
    assert found.excluding[0][0] == "条件0"


def test_one_party_behind_a_rule_has_no_number(draft, town):
    for test in (only(7), but(7)):
        found = ask(draft, of(test))
        assert (found.satisfied, found.violated) in {(None, FIRMS), (FIRMS, None), (None, None)}
        assert all(count is None or count >= 5 for _, count in found.banners)


def test_the_same_rules_again_cost_nothing_and_a_day_has_an_end(draft, town, monkeypatch):
    monkeypatch.setattr(previews, "QUOTA", 2)
    first = ask(draft, of(ge("employees", 20)))
    assert first.left == 1
    assert ask(draft, of(ge("employees", 20))) == first
    assert ask(draft, of(ge("employees", 30))).left == 0
    assert ask(draft, of(ge("employees", 20))).satisfied == first.satisfied
    with pytest.raises(Invalid, match="明天"):
        ask(draft, of(ge("employees", 40)))
    assert PreviewAnswer.objects.count() == 2


def test_another_institution_is_refused(draft, actor):
    other = party_register(actor=actor, kind=Party.Kind.INSTITUTION, name="别的银行")
    stranger = user_create(
        actor=actor, username="other", password="correct horse", display_name="孙", party=other, roles=[Role.BANK_MAKER]
    )
    with pytest.raises(NotAllowed):
        preview(actor=stranger, version=draft, rules=of(ge("employees", 1)))


def test_what_a_firm_fills_in_today_counts_from_tomorrow(draft, town, actor):
    before = ask(draft, of(ge("employees", 20)))
    Fact.objects.filter(field="employees").update(value=1)
    assert ask(draft, of(ge("employees", 20), ge("revenue", 0))).satisfied == before.satisfied


def facts_read(asking):
    """How many statements of ``asking`` touched the facts."""
    with CaptureQueriesContext(connection) as queries:
        asking()
    return sum(Fact._meta.db_table in query["sql"] for query in queries)


def test_a_process_that_has_just_started_answers_from_the_reading_of_another(draft, town):
    before = whitelist_read()
    snapshots.forget()
    assert facts_read(lambda: ask(draft, of(ge("employees", 20)))) == 0
    assert facts_read(whitelist_read) == 0
    assert last_reading().digest == before.digest


def test_the_first_answer_of_all_reads_and_leaves_it_for_others(draft, town):
    assert last_reading() is None
    assert facts_read(lambda: ask(draft, of(ge("employees", 20)))) > 0
    snapshots.forget()
    assert facts_read(lambda: ask(draft, of(ge("employees", 30)))) == 0


def test_an_older_reading_says_so_until_a_worker_has_read_again(draft, town):
    rules, early = of(ge("employees", 20)), ask(draft, of(ge("employees", 20)))
    Fact.objects.filter(field="employees").update(value=60)
    with clock.at(DAY + timedelta(days=1)):
        late = ask(draft, rules)
        assert (late.stale, late.read_at, late.satisfied) == (True, early.read_at, early.satisfied)
        tasks.read_whitelist()
        fresh = ask(draft, rules)
        assert (fresh.stale, fresh.read_at) == (False, clock.now())
        assert fresh.satisfied > early.satisfied


def test_a_list_that_changes_is_read_again_the_same_day(draft, town, actor):
    rules = of({"op": "is_true", "field": "on_whitelist"})
    assert ask(draft, rules).total == FIRMS
    WhitelistEntry.objects.filter(party__in=town[:40]).update(exit_on=DAY, exit_reason="迁出")
    assert (ask(draft, rules).total, ask(draft, rules).stale) == (FIRMS, True)
    whitelist_read()
    fresh = ask(draft, rules)
    assert (fresh.total, fresh.stale) == (FIRMS - 40, False)
    # The same rules on another reading are another question: what is said of it is remembered too.
    assert PreviewAnswer.objects.count() == 2


def test_a_reading_is_what_was_read_value_for_value(actor):
    random_world(actor, Random(7))
    parties = Party.objects.filter(kind=Party.Kind.TEAM)
    whole = columns_of_parties(parties, DAY)
    again = unpacked(packed(whole))
    assert again.seeds == whole.seeds
    assert again.keys.tolist() == whole.keys.tolist()
    assert [again.at(row) for row in range(len(again))] == [whole.at(row) for row in range(len(whole))]
    assert [type(value) for value in again.at(0).values()] == [type(value) for value in whole.at(0).values()]


def _base(random):
    """Rules as banks write them, of every width."""
    tests = [ge("employees", random.randint(1, 55))]
    if random.random() < 0.5:
        tests.append({"op": "in", "field": "tax_grade", "values": random.sample("ABM", random.randint(1, 3))})
    if random.random() < 0.5:
        low, high = sorted(random.sample(range(FIRMS), 2))
        tests.append({"op": "between", "field": "revenue", "low": 1_000_000 + low, "high": 1_000_000 + high})
    if random.random() < 0.3:
        patents = ge("invention_patents", random.randint(1, 4))
        tests.append(random.choice([patents, {"op": "not", "item": patents}]))
    return tests


def _numbers(answer, labels):
    return [
        answer.satisfied,
        answer.unknown,
        answer.violated,
        answer.banners,
        sorted((label, count or 0) for label, count in answer.excluding if label in labels),
    ]


def test_adversarial_pairs_of_rules_cannot_isolate_a_firm(draft, town, monkeypatch):
    """Two rule sets that only one firm tells apart have one answer: in every number, in any order."""
    monkeypatch.setattr(previews, "QUOTA", 10 * PAIRS)
    monkeypatch.setattr(previews, "REMEMBERED", 10 * PAIRS)
    random, numbered = Random(9), 0
    for _ in range(PAIRS):
        target, base = random.randrange(FIRMS), _base(random)
        whole = {"op": "all", "items": base}
        rest = {"op": "not", "item": whole}
        pair = random.choice(
            [
                [of(*base), of(*base, but(target))],
                [of(whole), of({"op": "any", "items": [whole, only(target)]})],
                [of(rest), of({"op": "any", "items": [rest, only(target)]})],
            ]
        )
        random.shuffle(pair)
        one, other = (ask(draft, rules) for rules in pair)
        numbered += one.satisfied is not None
        labels = {label for label, _ in one.excluding} & {label for label, _ in other.excluding}
        assert _numbers(one, labels) == _numbers(other, labels)
    assert numbered > PAIRS // 3
