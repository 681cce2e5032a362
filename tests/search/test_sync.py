"""From the outbox to what people find."""

from dataclasses import replace

import pytest
from django.db import transaction

from common import outbox
from common.models import OutboxMessage
from search import engines, registry, services, sync
from search.query import SearchQuery
from search.registry import Document, Sort, Text
from tests.search import shelf

pytestmark = pytest.mark.usefixtures("store")


def keys(text: str = "") -> list[str]:
    return [hit.key for hit in services.search(SearchQuery(text=text), "shelf").hits]


def changed(key: str) -> None:
    outbox.publish("search.shelf", key)


def test_a_new_row_an_update_and_a_removal_are_seen_after_the_relay():
    shelf.put("A", name="科创贷")
    changed("A")
    outbox.relay()
    assert keys("科创贷") == ["A"]

    shelf.put("A", name="善新贷")
    changed("A")
    assert keys("善新贷") == []
    outbox.relay()
    assert keys("善新贷") == ["A"]
    assert keys("科创") == []

    del shelf.STORE["A"]
    changed("A")
    outbox.relay()
    assert keys() == []


def test_a_batch_is_one_generation_and_the_watermark_is_its_last_message():
    services.rebuild("shelf")
    before = engines.embedded().reader(shelf.SHELF).manifest
    for number in range(20):
        shelf.put(f"K{number}", name="科创贷")
        changed(f"K{number}")
    assert outbox.relay() == (20, {})
    after = engines.embedded().reader(shelf.SHELF).manifest
    assert int(after.generation.split("-")[1]) == int(before.generation.split("-")[1]) + 1
    assert after.watermark == OutboxMessage.objects.filter(topic="search.shelf").order_by("pk").last().pk


def test_a_message_delivered_twice_changes_nothing():
    shelf.put("A", name="科创贷")
    changed("A")
    outbox.relay()
    changed("A")
    outbox.relay()
    assert keys() == ["A"]


def test_nothing_is_indexed_in_the_writing_transaction():
    services.rebuild("shelf")
    generation = engines.embedded().reader(shelf.SHELF).manifest.generation
    with transaction.atomic():
        shelf.put("A", name="科创贷")
        changed("A")
    assert engines.embedded().reader(shelf.SHELF).manifest.generation == generation


BAD_ROWS = {
    "a text for a number": ({"amount": "五百万"}, "额度上限"),
    "more than an index holds": ({"amount": 10**19}, "额度上限"),
    "a number for a text": ({"name": 5}, "名称"),
    "a number in a list": ({"kinds": ["贷", 5]}, "种类"),
    "no sequence at all": ({"kinds": object()}, "种类"),
}


@pytest.mark.parametrize("values", BAD_ROWS)
def test_a_row_that_cannot_be_indexed_waits_alone(values, caplog):
    wrong, named = BAD_ROWS[values]
    for key in ("A", "B", "C"):
        shelf.put(key, name="科创贷")
        changed(key)
    shelf.STORE["B"] = {**shelf.STORE["B"], **wrong}
    outbox.relay()
    assert keys() == ["A", "C"]
    waiting = OutboxMessage.objects.get(topic="search.shelf", done_at=None)
    assert (waiting.key, waiting.attempts) == ("B", 1)
    assert named in waiting.last_error
    assert any("'key': 'B'" in record.getMessage() and named in record.getMessage() for record in caplog.records)
    assert services.drift("shelf").missing == ("B",)

    shelf.put("B", name="善新贷", amount=5_000_000)
    outbox.relay()
    assert keys() == ["A", "B", "C"]
    assert not OutboxMessage.objects.filter(done_at=None).exists()


def test_a_row_that_cannot_even_be_read_waits_alone(monkeypatch):
    for number in range(9):
        shelf.put(f"K{number}", name="科创贷")
        changed(f"K{number}")
    shelf.STORE["K4"] = None

    def build(wanted):
        return [{**shelf.STORE[key]} for key in wanted]

    monkeypatch.setitem(registry._documents, "shelf", replace(shelf.SHELF, build=build))
    monkeypatch.setitem(outbox._handlers, "search.shelf", sync.handler(registry.get("shelf")))
    outbox.relay()
    assert keys() == [f"K{number}" for number in range(9) if number != 4]
    assert OutboxMessage.objects.get(done_at=None).key == "K4"
    assert services.drift("shelf").missing == ("K4",)


def test_drift_names_what_is_missing_extra_and_stale():
    for key in ("A", "B", "C"):
        shelf.put(key, name="科创贷")
    services.rebuild("shelf")
    assert not services.drift("shelf")
    shelf.put("A", name="善新贷")
    del shelf.STORE["B"]
    shelf.put("D", name="新的")
    drift = services.drift("shelf")
    assert (drift.missing, drift.extra, drift.stale) == (("D",), ("B",), ("A",))
    services.rebuild("shelf")
    assert not services.drift("shelf")


def test_rebuilding_twice_gives_the_same_answers():
    for number in range(30):
        shelf.put(f"K{number:02}", name="科创贷", notes="信用" * (number % 3))
    services.rebuild("shelf")
    first = services.search(SearchQuery(text="科创 信用"), "shelf")
    shelf.STORE.update(dict(reversed(list(shelf.STORE.items()))))
    services.rebuild("shelf")
    assert services.search(SearchQuery(text="科创 信用"), "shelf") == first


def test_a_second_document_of_the_same_name_is_refused():
    with pytest.raises(ValueError, match="already"):
        registry.register(shelf.SHELF)


@pytest.mark.parametrize(
    "wrong",
    [
        {"texts": (Text("name", 1), Text("name", 2))},
        {"sorts": (Sort("rate", "利率", "nothing"),)},
    ],
)
def test_a_contradictory_declaration_is_refused(wrong):
    plain = {"texts": (), "keywords": (), "numbers": (), "sorts": ()}
    with pytest.raises(ValueError, match="x"):
        Document(name="x", label="", build=lambda keys: [], keys=list, **{**plain, **wrong})
