"""An editor finds what she changed a moment ago, before the index has it."""

import threading

import pytest
from django.db import transaction

from common import outbox
from search import own, services
from search.clauses import Eq, Range
from search.query import SearchQuery
from tests.search import shelf

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture(autouse=True)
def goods(store):
    for number in range(15):
        shelf.put(f"K{number:02}", name="科创贷", kinds=["贷"], amount=number)
    services.rebuild("shelf")


def change(key: str, **values: object) -> None:
    with transaction.atomic():
        shelf.put(key, **values)
        outbox.publish("search.shelf", key)


def find(text: str, **options: object):
    editor = options.pop("own", ("NEW", "K03"))
    return services.search(SearchQuery(text=text, **options), "shelf", editor)  # type: ignore[arg-type]


def keys(text: str, **options: object) -> list[str]:
    return [hit.key for hit in find(text, **options).hits]


def test_she_sees_her_change_at_once_and_nobody_else_does():
    change("NEW", name="善新贷", kinds=["贷"], amount=5)
    change("K03", name="善新贷", kinds=["保"], amount=5)
    assert sorted(keys("善新贷")) == ["K03", "NEW"]
    assert find("善新贷").total == 2
    assert "K03" not in keys("科创贷")
    assert keys("善新贷", own=()) == []
    assert keys("善新贷", own=("K05",)) == []
    outbox.relay()
    assert sorted(keys("善新贷")) == sorted(keys("善新贷", own=())) == ["K03", "NEW"]


def test_filters_hold_for_her_change_too():
    change("NEW", name="科创贷", kinds=["保"], amount=7)
    assert "NEW" in keys("科创贷", filters=(Eq("kinds", "保"), Range("amount", low=7)))
    assert "NEW" not in keys("科创贷", filters=(Eq("kinds", "贷"),))
    assert "NEW" not in keys("科创贷", filters=(Range("amount", low=8),))


def test_what_she_took_off_is_gone_for_her():
    with transaction.atomic():
        del shelf.STORE["K03"]
        outbox.publish("search.shelf", "K03")
    assert "K03" not in keys("科创贷")
    assert "K03" in keys("科创贷", own=())
    assert find("科创贷").total == 14


def test_every_page_shows_it_once_and_counts_it():
    change("NEW", name="科创贷", kinds=["贷"], amount=7)
    seen, after = list[str](), None
    while True:
        page = find("科创贷", size=5, after=after, facets=("kinds",))
        assert (page.total, page.facets["kinds"]) == (16, [("贷", 16)])
        seen += [hit.key for hit in page.hits]
        if (after := page.next_after) is None:
            break
    assert sorted(seen) == sorted([*shelf.STORE])


def test_an_index_that_is_quick_is_waited_for(monkeypatch):
    change("NEW", name="善新贷", kinds=["贷"])
    monkeypatch.setattr(own, "_WAIT", 30)
    looked = threading.Event()

    def relay_after_the_first_look(seconds: float) -> None:
        if not looked.is_set():
            looked.set()
            outbox.relay()

    monkeypatch.setattr(own.time, "sleep", relay_after_the_first_look)
    assert find("善新贷").hits[0].score > 0
    assert looked.is_set()
