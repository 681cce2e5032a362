"""Postings by hand: whose they are, what they count for, once each, reversed once."""

import threading
from datetime import date

import pytest
from django.db import connection

from accounts.models import Role
from accounts.selectors import organisation_by_name
from accounts.services import user_create
from common import clock
from common.errors import Conflict, Invalid, NotAllowed
from journal.models import Posting
from journal.services import reverse
from ledger.entries import (
    NewPosting,
    counted_in,
    enterable,
    kinds_for,
    posting_enter,
    posting_reverse,
    postings_visible_to,
)
from products.services import institution_register

DAY = date(2024, 9, 27)
EVENT = {"name": "银企对接会", "mode": "线下"}


@pytest.fixture(autouse=True)
def frozen_clock():
    with clock.at(DAY):
        yield


@pytest.fixture
def clerk(actor, plan):
    """A clerk of a unit of the plan, by its wording there."""

    def make(unit, role=Role.LEAD_UNIT):
        party = organisation_by_name(unit)
        return user_create(
            actor=actor, username=unit, password="correct horse", display_name=unit, party=party, roles=[role]
        )

    return make


def new(user, kind="matching_event", fields=EVENT, **changes):
    content = {"kind": kind, "occurred_on": DAY, "fields": fields, "organisation": user.party} | changes
    return NewPosting(**content)


def enter(user, key="k1", **changes):
    return posting_enter(actor=user, new=new(user, **changes), client_key=key)


def codes(user):
    return {kind.code for kind in kinds_for(user)}


@pytest.mark.django_db
def test_a_lead_unit_posts_what_the_measures_it_leads_speak_of_and_the_office_everything(clerk, firm_user):
    office = clerk("市政府金融办", Role.OFFICE)
    assert codes(office) == {kind.code for kind in enterable()}
    assert codes(clerk("市市场监管局")) == {"ip_park_event", "ip_pledge_campaign"}
    assert "fund_raised" in codes(clerk("市财政局"))
    assert "matching_event" not in codes(clerk("市科技局"))
    assert codes(firm_user) == set()


@pytest.mark.django_db
def test_a_lead_unit_posts_in_its_own_name_and_within_its_measures(clerk):
    hr, market = clerk("市委组织部"), clerk("市市场监管局")
    talent = {"kind": "financial_talent_hired", "fields": {"qualification": "博士"}, "quantity": 2}
    assert enter(hr, **talent).quantity == 2
    with pytest.raises(NotAllowed):
        enter(hr, "k2", **talent, organisation=market.party)
    with pytest.raises(NotAllowed):
        enter(hr, "k2")
    with pytest.raises(NotAllowed, match="牵头"):
        enter(hr, "k2", kind="milestone_reached", fields={"measure": 12, "item": "信用体系和金融超市"})
    done = enter(hr, "k3", kind="milestone_reached", fields={"measure": 10, "item": "金融高端人才引进"})
    assert set(postings_visible_to(hr).values_list("kind", flat=True)) == {"financial_talent_hired", done.kind}
    assert not postings_visible_to(market).exists()


@pytest.mark.django_db
def test_a_page_sent_twice_is_one_posting_and_other_content_conflicts(clerk):
    office = clerk("市政府金融办", Role.OFFICE)
    assert enter(office) == enter(office)
    with pytest.raises(Conflict):
        enter(office, fields={**EVENT, "name": "另一场"})
    assert Posting.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"fields": {"name": "会"}}, "mode"),
        ({"fields": {"name": "会", "mode": "空中"}}, "mode"),
        ({"occurred_on": date(2024, 9, 28)}, "occurred_on"),
        ({"occurred_on": date(1999, 1, 1)}, "occurred_on"),
        ({"organisation": None}, "organisation"),
        ({"kind": "whitelist_pushed", "fields": {}}, "kind"),
        ({"kind": "company_listed", "fields": {"board": "北交所"}}, "party"),
        ({"kind": "fund_raised", "fields": {"fund": "科技创新基金"}}, "amount"),
    ],
)
def test_what_cannot_be_is_refused_by_field(clerk, changes, field):
    office = clerk("市政府金融办", Role.OFFICE)
    with pytest.raises(Invalid) as error:
        enter(office, **changes)
    assert error.value.field == field
    for key in ("", "k" * 61, "k#冲正"):
        with pytest.raises(Invalid):
            enter(office, key)
    assert not Posting.objects.exists()


@pytest.mark.django_db
def test_balances_are_held_to_the_rules_of_their_file(actor, clerk):
    office = clerk("市政府金融办", Role.OFFICE)
    bank = institution_register(actor=actor, name="测试银行", kind="银行", local=True)
    said = {"kind": "loan_balance", "organisation": bank, "occurred_on": date(2024, 8, 31)}
    union = {**said, "fields": {"scope": "人才∪科创", "basis": "名录"}, "amount": 50_000}
    first = enter(office, **union)
    assert first.source_key == f"P{bank.pk}/2024-08/人才∪科创/名录"
    assert enter(office, "k2", **union) == first
    with pytest.raises(Invalid, match="不能小于") as error:
        enter(office, "k3", **{**said, "fields": {"scope": "科创", "basis": "名录"}, "amount": 60_000})
    assert error.value.field == "amount"
    with pytest.raises(Invalid, match="最后一天"):
        enter(office, "k4", **{**union, "occurred_on": date(2024, 8, 30)})


@pytest.mark.django_db
def test_the_preview_says_quarter_measure_and_indicator(plan):
    event = counted_in("matching_event", EVENT, DAY)
    assert (str(event.quarter), event.inside) == ("2024Q3", True)
    assert [number for number, _ in event.measures] == [14]
    assert event.indicators == ("线上线下融资对接活动",)
    late = counted_in("fund_established", {"name": "甲", "form": "投资基金"}, date(2026, 3, 1))
    assert (late.inside, late.indicators) == (False, ())
    topic = counted_in("training_held", {"name": "甲", "topic": "上市挂牌"}, DAY)
    assert [number for number, _ in topic.measures] == [8, 14]
    assert counted_in("loan_balance", {"scope": "各项", "basis": "名录"}, DAY).indicators == ()


@pytest.mark.django_db
def test_an_entry_is_reversed_once_with_a_reason_by_whom_it_belongs_to(actor, clerk):
    office, market = clerk("市政府金融办", Role.OFFICE), clerk("市市场监管局")
    posting = enter(office)
    with pytest.raises(NotAllowed):
        posting_reverse(actor=market, posting=posting, reason="重复")
    with pytest.raises(Invalid):
        posting_reverse(actor=office, posting=posting, reason=" ")
    opposite = posting_reverse(actor=office, posting=posting, reason="重复")
    assert (opposite.quantity, opposite.occurred_on, opposite.evidence) == (-1, DAY, ["重复"])
    for again in (posting, opposite):
        with pytest.raises(Conflict):
            posting_reverse(actor=office, posting=again, reason="重复")
    recorded = Posting.objects.create(kind="service_logged", source_key="1", occurred_on=DAY, posted_by=actor)
    with pytest.raises(Conflict, match="原业务"):
        posting_reverse(actor=office, posting=recorded, reason="重复")


@pytest.mark.django_db
def test_every_kind_without_a_record_can_be_entered_and_no_other(plan):
    by_hand = {kind.code for kind in enterable()}
    assert "loan_balance" in by_hand
    assert by_hand.isdisjoint({"loan_disbursed", "whitelist_published", "whitelist_pushed", "service_logged"})
    for kind in enterable():
        known = {*kind.fields, "quantity", "amount"}
        assert known >= {*kind.entry.required, *kind.entry.numbers, *kind.entry.choices}


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_reversed_by_many_at_once_it_is_reversed_once(django_user_model):
    user = django_user_model.objects.create_user("x")
    posting = Posting.objects.create(kind="publicity_released", source_key="1", occurred_on=DAY, posted_by=user)
    results, barrier = [], threading.Barrier(8)

    def attempt():
        barrier.wait()
        try:
            reverse(actor=user, posting=posting, occurred_on=DAY, reason="重复")
            results.append("won")
        except Conflict:
            results.append("conflict")
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["conflict"] * 7 + ["won"]
