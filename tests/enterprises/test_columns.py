"""Needs and facts by columns are the subjects, value for value."""

from datetime import date, timedelta
from random import Random

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Party
from common import clock
from config.demo import load
from enterprises.columns import columns_of
from enterprises.facts import CATEGORIES, GUARANTEES
from enterprises.models import Fact, Need, TalentRole, WhitelistBatch, WhitelistEntry
from enterprises.selectors import columns, columns_of_parties, columns_on, subjects_of
from enterprises.selectors.subjects import party_subjects
from talents.models import TITLES, TalentTitle

DAY = date(2026, 12, 1)
VALUES = {
    "region": ["东胜区", "鄂尔多斯", "内蒙古", "不是地方"],
    "established_on": ["2020-01-31", "2026-11-30", "2026-12-01"],
    "industry": ["软件", "煤化工"],
    "revenue": [0, 1, 2**53, 2**53 + 1, 10**13],
    "employees": [0, 12],
    "debt_ratio": [0, 6_999, 7_000],
    "tags": [[], ["小巨人"], ["高企", "博士"], ["专精特新"]],
    "tax_grade": ["A", "D"],
    "has_prior_loan": [True, False],
    "leader_titles": [[], ["草原英才"], ["市草原英才"]],
    "on_whitelist": [True],
    "unheard_of": ["x"],
}


def same(needs, day):
    """Columns of all needs against subjects, on ``day``."""
    found = columns_on(Need.objects.all(), day)
    ordered = list(Need.objects.order_by("pk"))
    subjects = subjects_of(ordered, on=day)
    assert found.keys.tolist() == [need.pk for need in ordered]
    assert list(found.seeds) == [need.code for need in ordered]
    assert [found.at(row) for row in range(len(found))] == [dict(subjects[need.pk].values) for need in ordered]
    return len(ordered)


def random_world(actor, random, parties=60):
    """Firms with competing, expired and future facts, talents with dated roles, list entries with exits."""
    made = Party.objects.bulk_create(
        Party(kind=Party.Kind.TEAM, name=f"团队{number}", talent_code=f"T{number:04d}") for number in range(parties)
    )
    days = [DAY + timedelta(days=shift) for shift in (-400, -30, -1, 0, 1, 30)]
    facts = {}
    for party in made:
        for field in VALUES:
            for _ in range(random.choice([0, 1, 1, 3])):
                source, as_of = random.choice(Fact.Source.values), random.choice(days)
                valid_to = random.choice([None, None, as_of, as_of + timedelta(days=30)])
                facts[party.pk, field, source, as_of] = Fact(
                    party=party, field=field, value=random.choice(VALUES[field]), source=source, as_of=as_of,
                    valid_to=valid_to, recorded_by=actor,
                )  # fmt: skip
    Fact.objects.bulk_create(facts.values())
    talents = made[: parties // 3]
    TalentTitle.objects.bulk_create(
        TalentTitle(party=talent, title=random.choice([*TITLES, "草原英才"]),
                    level=random.choice(["", "自治区级", "市级"]),
                    valid_to=random.choice([None, *days]))
        for talent in talents
    )  # fmt: skip
    TalentRole.objects.bulk_create(
        TalentRole(talent=talent, firm=random.choice(made), role=random.choice(TalentRole.Role.values),
                   since=random.choice([None, *days[:3]]), until=random.choice([None, *days[3:]]))
        for talent in talents
    )  # fmt: skip
    batch = WhitelistBatch.objects.create(code="批次", department=made[0], published_on=days[1], published_by=actor)
    WhitelistEntry.objects.bulk_create(
        WhitelistEntry(batch=batch, party=party, **random.choice([{}, {"exit_on": days[3], "exit_reason": "迁出"}]))
        for party in random.sample(made, parties // 2)
    )
    Need.objects.bulk_create(
        Need(
            code=f"N{number:04d}", party=random.choice(made), recorded_by=actor,
            kinds=random.sample(CATEGORIES, random.randint(1, 3)),
            amount=random.choice([None, 1, 2**53 + 1]), term_months=random.choice([None, 12]),
            guarantees=random.choice([None, [], random.sample(GUARANTEES, 2)]),
        )
        for number in range(parties * 2)
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("many", [1, 500])
def test_columns_equal_subjects_on_every_day(actor, seed, many, monkeypatch):
    monkeypatch.setattr(columns, "_MANY", many)
    random_world(actor, Random(seed))
    for shift in (-500, -30, 0, 1, 40):
        assert same(Need.objects.all(), DAY + timedelta(days=shift)) == 120


def test_parties_by_columns_are_their_needs_or_themselves(actor):
    random_world(actor, Random(4))
    Need.objects.filter(pk__in=Need.objects.order_by("pk").values_list("pk", flat=True)[:30]).update(state="closed")
    parties = Party.objects.filter(kind=Party.Kind.TEAM)
    found = columns_of_parties(parties, DAY)
    needs = list(Need.objects.filter(state=Need.State.OPEN).order_by("party", "pk"))
    asking = subjects_of(needs, on=DAY)
    rows = [(need.party_id, need.pk, dict(asking[need.pk].values)) for need in needs]
    silent = set(parties.values_list("pk", flat=True)) - {need.party_id for need in needs}
    rows += [(party, 0, dict(one.values)) for party, one in party_subjects(silent, on=DAY).items()]
    assert silent
    assert needs
    assert [(int(key), found.at(row)) for row, key in enumerate(found.keys)] == [
        (party, values) for party, _, values in sorted(rows, key=lambda row: row[:2])
    ]


def test_before_the_first_list_nobody_is_known_to_be_off_it(actor):
    random_world(actor, Random(1), parties=6)
    before, after = (columns_on(Need.objects.all(), DAY - timedelta(days=shift)) for shift in (31, 30))
    assert all("on_whitelist" not in before.at(row) for row in range(12))
    assert all("on_whitelist" in after.at(row) for row in range(12))


def test_no_needs_are_no_rows(db):
    found = columns_on(Need.objects.all(), DAY)
    assert (len(found), found.numbers["revenue"].values.tolist()) == (0, [])


def test_the_number_of_queries_does_not_depend_on_the_needs(actor):
    random_world(actor, Random(1))
    counts = []
    for needs in (Need.objects.filter(code="N0001"), Need.objects.all()):
        with CaptureQueriesContext(connection) as queries:
            columns_on(needs, DAY)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 7


def test_a_part_is_the_same_rows_and_today_is_the_default(actor):
    random_world(actor, Random(2), parties=8)
    with clock.at(DAY):
        whole = columns_on(Need.objects.all())
    part = whole.part(3, 7)
    assert [part.at(row) for row in range(4)] == [whole.at(row) for row in range(3, 7)]
    assert part.seeds == whole.seeds[3:7]


def test_a_number_beyond_int64_is_refused_rather_than_rounded():
    class Huge:
        values = {"revenue": 2**63}
        code = "N"

    with pytest.raises(OverflowError):
        columns_of([Huge()])
    assert columns_of([]).numbers["revenue"].values.dtype == np.int64


def test_the_demo_city_by_columns_is_its_subjects(db, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    load.load(progress=lambda text: None)
    for day in (clock.today(), date(2024, 6, 30)):
        assert same(Need.objects.all(), day) > 50
