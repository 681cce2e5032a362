"""One datum that opens most products, the nearest product, and being told once when a product comes to fit."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from accounts.models import Notification
from common import clock, outbox
from enterprises.facts import SetValue, Subject
from enterprises.models import Need
from enterprises.selectors import subject_of
from enterprises.services import fact_record
from matching.advice import nearest, openings
from matching.selectors import match_need, match_subject
from matching.services.eligibility import tell_eligible
from products.content import VersionContent
from products.rules.cure import shortfall
from products.rules.evaluate import Verdict, judge
from products.rules.language import parse
from products.selectors import listed_versions, rules_for
from products.services import approve, revision_create, submit_for_review

FILLED = {
    "need_amount": [10**5, 10**6, 10**7],
    "need_term_months": [6, 12, 36],
    "age_months": [0, 12, 600],
    "revenue": [0, 10**7, 10**10],
    "debt_ratio": [0, 5_000, 10_000],
    "tax_grade": ["A", "D"],
}


def test_an_opening_is_a_datum_that_really_opens(ten_firms):
    """For fields of few values: one of them makes each counted product fit, and no product is left out."""
    opened = 0
    for need in Need.objects.order_by("pk"):
        whole = subject_of(need.party, need)
        for lost in FILLED:
            subject = replace(whole, values={name: value for name, value in whole.values.items() if name != lost})
            matches = match_subject(subject, listed_versions(), all_verdicts=True)
            found = {one.missing.field: one.products for one in openings(matches, subject, most=99)}
            for name, values in FILLED.items():
                really = [version for version in listed_versions() if _opens(rules_for(version), subject, name, values)]
                assert found.get(name, 0) == len(really)
                opened += len(really)
    assert opened > 20


def _opens(rules, subject, name, values):
    if name in subject.values or judge(rules, subject).verdict is not Verdict.UNKNOWN:
        return False
    filled = (replace(subject, values={**subject.values, name: value}) for value in values)
    return any(judge(rules, one).verdict is Verdict.SATISFIED for one in filled)


def test_the_nearest_misses_fewest_conditions_and_only_when_none_fits(ten_firms):
    seen = 0
    for need in Need.objects.order_by("pk"):
        subject = subject_of(need.party, need)
        found = match_need(need, all_verdicts=True)
        best = nearest(found, subject)
        if any(match.verdict is Verdict.SATISFIED for match in found):
            assert best is None
            continue
        missed = [match for match in found if match.verdict is Verdict.VIOLATED]
        fewest = min(sum(one.hard and one.verdict is Verdict.VIOLATED for one in match.results) for match in missed)
        assert best.violated == fewest
        seen += 1
    assert seen > 0


@pytest.mark.parametrize(
    ("test", "off"),
    [
        ({"op": "ge", "field": "revenue", "value": 1000}, 100),
        ({"op": "ge", "field": "revenue", "value": 900}, 0),
        ({"op": "gt", "field": "revenue", "value": 900}, 1),
        ({"op": "between", "field": "revenue", "low": 1, "high": 450}, 500),
        ({"op": "in", "field": "tax_grade", "values": ["A"]}, 1000),
        ({"op": "ge", "field": "employees", "value": 5}, 0),
        ({"op": "not", "item": {"op": "ge", "field": "revenue", "value": 450}}, 500),
    ],
)
def test_shortfall(test, off):
    subject = Subject("x", date(2026, 1, 1), {"revenue": 900, "tax_grade": "B", "tags": SetValue()})
    node = parse([{"code": "r", "label": "r", "test": test}])[0].test
    assert shortfall(node, subject) == off


@pytest.fixture
def aged(chain):
    """The firm is 11 months old; one product asks for a year, one for nothing."""
    for field, value in (("established_on", "2023-10-01"), ("region", "东胜区")):
        fact_record(
            actor=chain.system, party=chain.firm, field=field, value=value, source="declared", as_of=date(2024, 1, 1)
        )
    return chain, chain.product(0, min_age_months=12), chain.product(1)


def told():
    return list(Notification.objects.filter(key__startswith="eligible").order_by("pk").values_list("key", "path"))


def test_time_makes_a_firm_eligible_and_it_is_told_once(aged):
    _, version, _ = aged
    outbox.relay()
    Notification.objects.all().delete()
    assert (tell_eligible(), told()) == (0, [])
    with clock.at(date(2024, 9, 30)):
        assert tell_eligible() == 0
    with clock.at(date(2024, 10, 1)):
        assert tell_eligible() == 1
        assert told() == [(f"eligible:{version.pk}", "/products/T-00/")]
        assert tell_eligible() == 0
    with clock.at(date(2025, 10, 2)):
        assert tell_eligible() == 0
    assert len(told()) == 1


def test_a_changed_product_tells_through_the_outbox(aged):
    chain, version, _ = aged
    outbox.relay()
    Notification.objects.all().delete()
    draft = revision_create(
        actor=chain.bankers[0], product=version.product, content=VersionContent(name="放宽的科创通", min_age_months=6)
    )
    fresh = approve(actor=chain.checkers[0], version=submit_for_review(actor=chain.bankers[0], version=draft))
    outbox.relay()
    outbox.relay()
    assert told() == [(f"eligible:{fresh.pk}", "/products/T-00/")]
    again = revision_create(actor=chain.bankers[0], product=version.product)
    approve(actor=chain.checkers[0], version=submit_for_review(actor=chain.bankers[0], version=again))
    outbox.relay()
    assert len(told()) == 1


def test_what_the_firm_fills_in_itself_is_no_news(aged):
    chain, _, _ = aged
    outbox.relay()
    Notification.objects.all().delete()
    with clock.at(date(2024, 9, 27) + timedelta(days=1)):
        fact_record(
            actor=chain.system, party=chain.firm, field="established_on", value="2010-01-01", source="verified",
            as_of=date(2024, 9, 28),
        )  # fmt: skip
        assert tell_eligible() == 0
    assert told() == []
