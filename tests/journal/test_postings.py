from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from common.errors import Conflict, Invalid
from journal import registry, services
from journal.models import Posting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def event_kind(monkeypatch):
    monkeypatch.setattr(registry, "_kinds", {})
    registry.register(registry.Kind("test_event", "测试活动", {"place": "地点"}))


def post(actor, key="E1", **fields):
    content = {"occurred_on": date(2023, 5, 1), "quantity": 1, "fields": {"place": "东胜区"}} | fields
    return services.post(actor=actor, kind="test_event", source_key=key, **content)


def test_the_same_posting_twice_is_one_and_other_content_conflicts(actor):
    assert post(actor).pk == post(actor).pk
    with pytest.raises(Conflict, match="请先冲正"):
        post(actor, quantity=2)
    assert Posting.objects.count() == 1


def test_unknown_kinds_and_fields_are_refused(actor):
    with pytest.raises(KeyError):
        services.post(actor=actor, kind="nothing", source_key="1", occurred_on=date(2023, 1, 1))
    with pytest.raises(Invalid, match="没有字段：天气"):
        post(actor, fields={"天气": "晴"})
    with pytest.raises(ValueError, match="already"):
        registry.register(registry.Kind("test_event", "再来一次"))


def test_a_reversal_is_the_opposite_and_happens_once(actor):
    original = post(actor, quantity=3, amount=500)
    reversal = services.reverse(actor=actor, posting=original, occurred_on=date(2023, 6, 1), reason="登记错误")
    assert (reversal.quantity, reversal.amount, reversal.reversal_of) == (-3, -500, original)
    with pytest.raises(Conflict, match="本身是冲正"):
        services.reverse(actor=actor, posting=reversal, occurred_on=date(2023, 6, 1), reason="反悔")
    with pytest.raises(Conflict):
        services.reverse(actor=actor, posting=original, occurred_on=date(2023, 6, 1), reason="再来")
    with pytest.raises(Invalid):
        services.reverse(actor=actor, posting=post(actor, "E2"), occurred_on=date(2023, 6, 1), reason=" ")


def test_a_negative_posting_exists_only_as_a_reversal(actor):
    with pytest.raises(IntegrityError), transaction.atomic():
        post(actor, quantity=-1)


@pytest.mark.parametrize("change", ["update", "delete", "save"])
def test_the_database_refuses_change_and_deletion(actor, change):
    posting = post(actor)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        if change == "update":
            Posting.objects.update(quantity=9)
        elif change == "delete":
            Posting.objects.all().delete()
        else:
            posting.quantity = 9
            posting.save()
    assert Posting.objects.get().quantity == 1
