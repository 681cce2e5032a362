"""On PostgreSQL a smaller number may be committed after a greater one, and several builders run at once."""

import threading

import pytest
from django.db import connection, transaction

from common import outbox
from common.models import OutboxMessage
from search import engines, own, services
from search.query import SearchQuery
from tests.search import shelf

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("store")]


def changed(key: str, **values: object) -> None:
    with transaction.atomic():
        shelf.put(key, **values)
        outbox.publish("search.shelf", key)


def in_a_thread(work) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_a_change_committed_after_a_later_number_was_indexed_is_not_lost(monkeypatch):
    monkeypatch.setattr(own, "_WAIT", 0)
    written, go_on = threading.Event(), threading.Event()

    def slow_editor() -> None:
        with transaction.atomic():
            outbox.publish("search.shelf", "SLOW")
            written.set()
            assert go_on.wait(30)
            shelf.put("SLOW", name="善新贷")

    thread = in_a_thread(slow_editor)
    assert written.wait(30)
    changed("QUICK", name="科创贷")
    assert outbox.relay()[0] == 1
    go_on.set()
    thread.join(30)

    slow, quick = OutboxMessage.objects.get(key="SLOW"), OutboxMessage.objects.get(key="QUICK")
    assert slow.pk < quick.pk <= engines.embedded().reader(shelf.SHELF).manifest.watermark
    # The watermark says nothing about it; the message does.
    assert set(own.fresh(shelf.SHELF, ["SLOW", "QUICK"])) == {"SLOW"}
    assert outbox.relay()[0] == 1
    assert [hit.key for hit in services.search(SearchQuery(text="善新贷"), "shelf").hits] == ["SLOW"]
    assert own.fresh(shelf.SHELF, ["SLOW", "QUICK"]) == {}


def test_editors_and_relays_at_once_lose_nothing():
    def edit(number: int) -> None:
        for version in range(5):
            changed(f"K{number}", name=f"科创贷 v{version}", amount=version)

    def relay() -> None:
        for _ in range(6):
            outbox.relay()

    threads = [in_a_thread(lambda number=number: edit(number)) for number in range(4)]
    threads += [in_a_thread(relay) for _ in range(3)]
    for thread in threads:
        thread.join(120)
    outbox.relay()
    assert not OutboxMessage.objects.filter(done_at=None).exists()
    assert not services.drift("shelf")
