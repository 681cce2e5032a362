"""Whitelist batches: published whole, never changed, left with date and reason, readable for any past day."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Party, Role
from accounts.services import party_register, user_create
from common import clock
from common.errors import Conflict, Invalid, Missing, NotAllowed
from enterprises.models import WhitelistBatch, WhitelistEntry
from enterprises.selectors import batches, whitelist_on
from enterprises.services import enterprise_register, whitelist_exit, whitelist_publish
from journal.models import Posting
from talents.services import talent_register
from tests.codes import credit_code

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def frozen_clock():
    with clock.at(date(2026, 11, 23)):
        yield


@pytest.fixture
def department(actor):
    return party_register(actor=actor, kind=Party.Kind.DEPARTMENT, name="市科技局")


@pytest.fixture
def other(actor):
    return enterprise_register(actor=actor, uscc=credit_code(2), name="另一家有限公司")


@pytest.fixture
def publish(actor, department):
    def _publish(code, published_on, *parties, **changes):
        content = {"department": department, "basis_doc": "鄂科发1号", **changes}
        return whitelist_publish(actor=actor, code=code, published_on=published_on, parties=parties, **content)

    return _publish


def on(day):
    return {party.name for party in whitelist_on(day)}


def test_the_list_of_any_past_day_can_be_had(actor, firm, other, publish):
    first = publish("第一批", date(2023, 3, 31), firm, other)
    whitelist_exit(actor=actor, party=firm, batch=first, exit_on=date(2023, 9, 30), reason="注销")
    publish("第二批", date(2024, 3, 31), firm)
    assert on(date(2023, 3, 30)) == set()
    assert on(date(2023, 3, 31)) == on(date(2023, 9, 29)) == {firm.name, other.name}
    assert on(date(2023, 9, 30)) == {other.name}
    assert on(date(2024, 3, 31)) == {firm.name, other.name}
    assert [(batch.code, batch.members, batch.exits) for batch in batches()] == [("第二批", 1, 0), ("第一批", 2, 1)]


def test_a_party_on_two_batches_is_listed_once(firm, publish):
    publish("第一批", date(2023, 3, 31), firm)
    publish("第二批", date(2024, 3, 31), firm)
    assert list(whitelist_on(date(2024, 4, 1))) == [firm]


def test_publishing_posts_once_with_the_number_of_parties(firm, other, department, publish):
    publish("第一批", date(2023, 3, 31), firm, other)
    posting = Posting.objects.get(kind="whitelist_published")
    assert (posting.source_key, posting.occurred_on, posting.quantity) == ("第一批", date(2023, 3, 31), 2)
    assert posting.organisation == department


def test_a_published_batch_is_never_published_again(firm, other, publish):
    publish("第一批", date(2023, 3, 31), firm)
    with pytest.raises(Conflict, match="另发一个批次"):
        publish("第一批", date(2023, 3, 31), other)
    assert WhitelistEntry.objects.count() == Posting.objects.count() == 1


def test_the_database_refuses_to_change_a_published_batch(firm, other, publish):
    batch = publish("第一批", date(2023, 3, 31), firm)
    attempts = [
        lambda: WhitelistEntry.objects.update(party=other),
        lambda: WhitelistEntry.objects.all().delete(),
        lambda: WhitelistBatch.objects.update(published_on=date(2022, 1, 1)),
        lambda: WhitelistBatch.objects.filter(pk=batch.pk).update(basis_doc="另一份文件"),
    ]
    for attempt in attempts:
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()
    assert on(date(2023, 3, 31)) == {firm.name}


def test_wrong_batches_are_refused(actor, firm, department, publish):
    institution = party_register(actor=actor, kind=Party.Kind.INSTITUTION, name="测试银行")
    wrong = [
        (("", date(2023, 3, 31), firm), {}, "batch"),
        (("甲", date(2026, 11, 24), firm), {}, "published_on"),
        (("甲", date(2023, 3, 31)), {}, "party_code"),
        (("甲", date(2023, 3, 31), firm, firm), {}, "party_code"),
        (("甲", date(2023, 3, 31), institution), {}, "party_code"),
        (("甲", date(2023, 3, 31), firm), {"department": institution}, "department"),
    ]
    for arguments, changes, field in wrong:
        with pytest.raises(Invalid) as error:
            publish(*arguments, **changes)
        assert error.value.field == field
    assert not WhitelistBatch.objects.exists()


def test_exits_need_a_reason_and_a_date_within_the_membership(actor, firm, other, publish):
    batch = publish("第一批", date(2023, 3, 31), firm)
    with pytest.raises(Invalid, match="原因"):
        whitelist_exit(actor=actor, party=firm, exit_on=date(2023, 9, 30), reason=" ")
    with pytest.raises(Invalid, match="早于"):
        whitelist_exit(actor=actor, party=firm, exit_on=date(2023, 3, 30), reason="注销")
    with pytest.raises(Missing):
        whitelist_exit(actor=actor, party=other, exit_on=date(2023, 9, 30), reason="注销")
    left = {"actor": actor, "party": firm, "batch": batch, "reason": "注销"}
    assert whitelist_exit(**left, exit_on=date(2023, 9, 30)) == 1
    assert whitelist_exit(**left, exit_on=date(2023, 9, 30)) == 0
    with pytest.raises(Conflict, match="不能更改"):
        whitelist_exit(**left, exit_on=date(2023, 10, 1))


def test_leaving_without_naming_a_batch_leaves_all_of_them(actor, firm, publish):
    publish("第一批", date(2023, 3, 31), firm)
    publish("第二批", date(2024, 3, 31), firm)
    assert whitelist_exit(actor=actor, party=firm, exit_on=date(2025, 1, 1), reason="迁出") == 2
    assert on(date(2025, 1, 1)) == set()


def test_talents_may_be_listed_and_firms_may_not_publish(actor, firm, firm_user, department, publish):
    talent = talent_register(actor=actor, talent_code="RC1", name="孙人才", kind="person")
    publish("人才批", date(2023, 3, 31), talent)
    assert on(date(2023, 3, 31)) == {"孙人才"}
    with pytest.raises(NotAllowed):
        whitelist_publish(
            actor=firm_user,
            code="自荐",
            department=department,
            published_on=date(2023, 3, 31),
            basis_doc="",
            parties=[firm],
        )
    lead = user_create(
        actor=actor,
        username="lead",
        password="correct horse",
        display_name="周",
        party=department,
        roles=[Role.LEAD_UNIT],
    )
    whitelist_publish(
        actor=lead, code="荐", department=department, published_on=date(2023, 4, 1), basis_doc="", parties=[firm]
    )
    assert on(date(2023, 4, 1)) == {"孙人才", firm.name}
