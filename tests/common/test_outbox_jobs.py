import pytest
from django.db import transaction

from common import jobs, outbox
from common.errors import Conflict
from common.models import Job, OutboxMessage

pytestmark = pytest.mark.django_db


@pytest.fixture
def delivered(monkeypatch):
    """A topic of its own, and the keys its handler was given."""
    seen: list[str] = []
    monkeypatch.setitem(outbox._handlers, "test.topic", lambda messages: seen.extend(m.key for m in messages) or {})
    return seen


def test_messages_are_delivered_once_and_in_order(delivered):
    for key in "abc":
        outbox.publish("test.topic", key)
    assert outbox.relay() == (3, {})
    assert outbox.relay() == (0, {})
    assert delivered == ["a", "b", "c"]


def test_a_message_of_a_transaction_rolled_back_is_never_delivered(delivered):
    with pytest.raises(RuntimeError), transaction.atomic():
        outbox.publish("test.topic", "lost")
        raise RuntimeError
    outbox.relay()
    assert delivered == []


def test_an_unknown_topic_and_a_second_handler_are_programming_errors(delivered):
    with pytest.raises(KeyError):
        outbox.publish("no.such.topic", "x")
    with pytest.raises(ValueError, match="already"):
        outbox.subscribe("test.topic", lambda messages: None)


def test_a_failing_handler_keeps_the_message_its_error_and_nothing_half_done(monkeypatch):
    def fail(messages):
        Job.objects.create(kind="half-done")
        raise RuntimeError("引擎不可用")

    monkeypatch.setitem(outbox._handlers, "test.topic", fail)
    outbox.publish("test.topic", "a")
    assert outbox.relay() == (0, {"a": "程序出错：RuntimeError('引擎不可用')"})
    message = OutboxMessage.objects.get()
    assert (message.attempts, message.done_at) == (1, None)
    assert "引擎不可用" in message.last_error
    assert not Job.objects.exists()


def test_what_a_handler_names_is_kept_and_the_rest_is_done(monkeypatch):
    calls: list[list[str]] = []

    def refuse_b(messages):
        calls.append([message.key for message in messages])
        return {"b": "写不下"} if "b" in calls[-1] else {}

    monkeypatch.setitem(outbox._handlers, "test.topic", refuse_b)
    for key in "abc":
        outbox.publish("test.topic", key)
    assert outbox.relay(batch=2) == (2, {"b": "写不下"})
    assert calls == [["a", "b"], ["c"]]  # tried once, and not in the way of the next batch
    kept = OutboxMessage.objects.get(done_at=None)
    assert (kept.key, kept.attempts, kept.last_error) == ("b", 1, "写不下")
    assert outbox.relay() == (0, {"b": "写不下"})


def test_a_job_counts_to_its_end_and_frees_its_key():
    job = jobs.enqueue("rematch", key="all")
    with pytest.raises(Conflict):
        jobs.enqueue("rematch", key="all")
    with jobs.running(job):
        jobs.advance(job, 5, total=20)
        assert Job.objects.get(pk=job.pk).percent == 25
        jobs.advance(job, 3)
        assert job.done == 5
    assert Job.objects.get(pk=job.pk).percent == 100
    assert jobs.enqueue("rematch", key="all").pk != job.pk


def test_a_failed_job_keeps_its_error():
    job = jobs.enqueue("rematch")
    with pytest.raises(ZeroDivisionError), jobs.running(job):
        raise ZeroDivisionError("no needs")
    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", "程序出错：ZeroDivisionError('no needs')")
