import threading

import pytest
from django.db import DatabaseError, connection, transaction

from common import audit
from common.models import AuditEvent, AuditHead

pytestmark = pytest.mark.django_db


def test_the_chain_is_whole_after_many_events(actor):
    for number in range(30):
        audit.record("demo", actor=actor, number=number, 名称="测试")
    assert audit.verify() == (AuditEvent.objects.count(), [])


@pytest.mark.parametrize("verb", ["update", "delete"])
def test_the_database_refuses_to_change_an_event(actor, verb):
    event = audit.record("demo", actor=actor)
    rows = AuditEvent.objects.filter(pk=event.pk)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        rows.update(action="other") if verb == "update" else rows.delete()
    assert AuditEvent.objects.get(pk=event.pk).action == "demo"


@pytest.mark.parametrize(
    ("tamper", "problem"),
    [
        ("UPDATE common_auditevent SET action = 'other' WHERE seq = 3", "指纹不符"),
        ("DELETE FROM common_auditevent WHERE seq = 3", "缺失"),
        ("DELETE FROM common_auditevent WHERE seq = 5", "链尾不符"),
        ("UPDATE common_auditevent SET seq = 99 WHERE seq = 3", "缺失"),
    ],
)
def test_tampering_below_the_application_is_found(tamper, problem):
    for number in range(5):
        audit.record("demo", number=number)
    with connection.cursor() as cursor:
        # A database administrator could do this; the application has no such statement.
        for verb in ("update", "delete"):
            suffix = " ON common_auditevent" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER common_auditevent_refuse_{verb}{suffix}")
        cursor.execute(tamper)
    _, problems = audit.verify()
    assert any(problem in text for text in problems)


def test_an_event_of_a_transaction_rolled_back_leaves_no_gap():
    audit.record("first")
    with pytest.raises(RuntimeError), transaction.atomic():
        audit.record("lost")
        raise RuntimeError
    audit.record("second")
    assert [event.seq for event in AuditEvent.objects.order_by("seq")] == [1, 2]
    assert audit.verify()[1] == []


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_concurrent_writers_never_fork_the_chain():
    def write():
        try:
            for number in range(25):
                audit.record("race", number=number)
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert audit.verify() == (200, [])
    assert AuditHead.objects.get().seq == 200
