"""A search server that fails, stays away and comes back: nobody waits long, nothing is lost, and it is said."""

import threading

import pytest
from django.core.management import call_command
from django.db import transaction

from common import outbox
from common.models import OutboxMessage
from search import engines, registry, services, sync, tasks
from search.engines.elasticsearch.connection import Connection, Patience
from search.engines.elasticsearch.engine import ElasticsearchEngine
from search.errors import Unreachable
from search.query import SearchQuery
from tests.search import shelf
from tests.search.proxy import FAULTS, FaultyProxy

pytestmark = [pytest.mark.elasticsearch, pytest.mark.usefixtures("store")]


@pytest.fixture(autouse=True)
def goods(store):
    for number in range(12):
        shelf.put(f"K{number:02}", name=f"科创贷{number}", kinds=["贷"], amount=number)


@pytest.fixture
def proxy(server_url, monkeypatch, settings):
    """The server behind a proxy that can fail; its breaker lets the next caller try at once."""
    proxy = FaultyProxy(server_url)
    made = Connection(proxy.url, Patience(request=0.8, search=1.4, build=5, rest=0))
    settings.SEARCH_URL = proxy.url
    engine = ElasticsearchEngine(made)
    monkeypatch.setattr("search.engines._server", lambda url: engine)
    yield proxy
    made.client.close()
    proxy.close()


def find(text: str = "科创贷"):
    return services.search(SearchQuery(text=text, facets=("kinds",), size=50), "shelf")


def answered_by_server(text: str = "科创贷"):
    """A busy machine may let a first attempt run out of time."""
    for _ in range(20):
        if (found := find(text)).engine == "elasticsearch":
            return found
    raise AssertionError("the server never answered")


def change(key: str, **values: object) -> None:
    with transaction.atomic():
        shelf.put(key, **values)
        outbox.publish("search.shelf", key)


@pytest.mark.parametrize("fault", FAULTS)
def test_reads_fall_back_writes_go_on_and_the_server_is_caught_up(proxy, fault):
    services.rebuild("shelf")
    healthy = answered_by_server()
    proxy.fail(fault)
    fallen = find()
    assert (fallen.engine, fallen.total, fallen.facets) == ("tantivy", healthy.total, healthy.facets)
    assert "SEARCH_URL" in services.server_trouble("shelf")

    change("K00", name="善新贷")
    change("NEW", name="科创贷新")
    assert outbox.relay()[0] == 2
    assert not OutboxMessage.objects.filter(done_at=None).exists()
    assert {hit.key for hit in find("善新贷").hits} == {"K00"}
    assert services.catch_up() == []

    proxy.fail(None)
    for _ in range(20):
        if services.catch_up():
            break
    assert "K00" in [hit.key for hit in answered_by_server("善新贷").hits]
    assert "NEW" in [hit.key for hit in answered_by_server().hits]
    assert not services.drift("shelf")
    assert services.server_trouble("shelf") == ""


def test_a_server_that_came_back_without_the_latest_is_not_asked_until_it_is_caught_up(proxy):
    services.rebuild("shelf")
    proxy.fail("503")
    change("K00", name="善新贷")
    outbox.relay()
    proxy.fail(None)
    assert [hit.key for hit in find("善新贷").hits] == ["K00"]
    assert find("善新贷").engine == "tantivy"
    assert "补齐" in services.server_trouble("shelf")
    tasks.catch_up_index()
    assert [hit.key for hit in answered_by_server("善新贷").hits] == ["K00"]


def test_a_server_that_knows_a_state_before_a_restore_is_not_asked(proxy):
    change("K00", name="善新贷")
    outbox.relay()
    assert answered_by_server("善新贷").total == 1
    proxy.fail("refused")
    # Another database now, whose messages are numbered lower.
    OutboxMessage.objects.all().delete()
    shelf.put("K00", name="科创贷")
    services.rebuild("shelf")
    proxy.fail(None)
    assert (find("善新贷").engine, find("善新贷").total) == ("tantivy", 0)
    assert "补齐" in services.server_trouble("shelf")
    assert "shelf" in services.catch_up()
    assert answered_by_server().total == 12


def test_a_search_ends_before_an_answer_that_never_comes(server_url):
    made = Connection(server_url, Patience(search=0.2))
    never = threading.Event()
    with pytest.raises(Unreachable):
        made.in_time(made.deadline(), lambda: never.wait(60))
    # Known dead now: the next one is not even started.
    with pytest.raises(Unreachable, match="moment ago"):
        made.in_time(made.deadline(), never.set)
    assert not never.is_set()
    never.set()
    made.client.close()


def test_nothing_reaches_the_server_within_the_writing_transaction(through_server):
    services.rebuild("shelf")
    before = through_server.reader(shelf.SHELF).index
    change("K00", name="善新贷")
    assert through_server.reader(shelf.SHELF).index == before
    outbox.relay()
    assert through_server.reader(shelf.SHELF).index != before
    assert [hit.key for hit in find("善新贷").hits] == ["K00"]


def test_an_index_the_server_has_not_got_is_built_by_the_first_search(through_server):
    found = find()
    assert (found.engine, found.total) == ("elasticsearch", 12)
    assert through_server.reader(shelf.SHELF) is not None


def test_the_check_compares_what_the_server_really_holds(through_server, capsys):
    services.rebuild("shelf")
    assert not services.drift("shelf")
    reader = through_server.reader(shelf.SHELF)
    client = through_server.connection.client
    client.delete(index=reader.index, id="3")
    client.index(index=reader.index, id="4", document={"key": "K04", "hash": "another"})
    client.index(index=reader.index, id="99", document={"key": "GONE", "hash": "x"})
    client.indices.refresh(index=reader.index)
    drift = services.drift("shelf")
    assert (drift.missing, drift.extra, drift.stale) == (("K03",), ("GONE",), ("K04",))
    with pytest.raises(SystemExit):
        call_command("rebuild_index", document="shelf", check=True)
    assert "缺 1，多 1，旧 1" in capsys.readouterr().out
    services.rebuild("shelf")
    assert not services.drift("shelf")


def test_a_builder_killed_half_way_leaves_the_alias_and_its_remains_go_later(through_server):
    services.rebuild("shelf")
    good = through_server.reader(shelf.SHELF).index
    stem, _, number = good.rpartition("-")
    through_server.connection.client.indices.create(index=f"{stem}-{int(number) + 1:06}")
    assert find().total == 12
    for _ in range(7):
        services.rebuild("shelf")
    left = through_server._names(shelf.SHELF)
    assert f"{stem}-{int(number) + 1:06}" not in left
    assert len(left) == 6


def test_what_a_killed_builder_asked_for_may_take_the_number_that_seemed_free(through_server, monkeypatch):
    seemed = through_server._names(shelf.SHELF)
    services.rebuild("shelf")
    taken = through_server.reader(shelf.SHELF).index
    shelf.put("K99", name="后来贷")
    with monkeypatch.context() as patch:
        patch.setattr(through_server, "_names", lambda _: seemed)
        services.rebuild("shelf")
    stem, _, number = taken.rpartition("-")
    assert through_server.reader(shelf.SHELF).index == f"{stem}-{int(number) + 1:06}"
    assert answered_by_server("后来贷").total == 1


def test_two_builders_of_one_moment_cannot_both_move_the_alias(through_server):
    services.rebuild("shelf")
    before = through_server.reader(shelf.SHELF).index
    services.rebuild("shelf")
    with pytest.raises(Exception, match="404"):
        through_server._swap(shelf.SHELF, before, before)


def test_given_up_messages_are_built_after_all(store):
    services.rebuild("shelf")
    change("K00", name="善新贷")
    OutboxMessage.objects.update(attempts=outbox.MAX_ATTEMPTS)
    outbox.relay()
    assert find("善新贷").total == 0
    assert services.catch_up() == ["shelf"]
    assert [hit.key for hit in find("善新贷").hits] == ["K00"]
    assert services.catch_up() == []


def test_without_a_server_nothing_of_its_client_is_loaded():
    assert engines.server() is None
    assert services.server_trouble() == ""
    assert sync.server_reader(registry.get("shelf")) is None
