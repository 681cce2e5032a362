"""What changed since a generation was built: seen at once, scored as if built, carried over, taken in."""

import os
import random
import threading
from dataclasses import replace

import pytest
from django.db import transaction

from common import outbox
from search import engines, reading, services, sync, tasks
from search.engines import generations
from search.engines.generations import Line, Manifest, Place
from search.engines.tantivy import TantivyEngine
from search.errors import Damaged
from search.overlay import Change, Overlaid, stored_length
from search.plan import Plan
from search.query import SearchQuery
from tests.search import oracle, shelf
from tests.search.test_engine_contract import publish


def many_rows(chance: random.Random, count: int):
    """Rows of very different lengths, so that what engines keep of a length matters."""
    rows = []
    for row in oracle.random_rows(chance, count):
        notes = chance.choices(oracle.WORDS, k=chance.choice([0, 3, 30, 45, 70, 300]))
        rows.append(replace(row, tokens={**row.tokens, "notes": notes, "all": [*row.tokens["all"], *notes]}))
    return rows


def scored_plan(chance: random.Random) -> Plan:
    return replace(oracle.random_plan(chance), sort=None, size=10)


@pytest.mark.parametrize("name", ["tantivy", pytest.param("elasticsearch", marks=pytest.mark.elasticsearch)])
def test_a_row_laid_over_unchanged_keeps_its_score_and_its_place(name, request):
    engine = TantivyEngine() if name == "tantivy" else request.getfixturevalue("elasticsearch")
    chance = random.Random(31)
    rows = many_rows(chance, 120)
    base = publish(engine, rows)
    known = publish(TantivyEngine(), rows)
    over = Overlaid(base, {row.key: Change(row) for row in chance.sample(rows, 25)}, known)
    for number in range(80):
        plan = scored_plan(chance)
        plain, changed = base.search(plan), over.search(plan)
        assert [hit.key for hit in changed.hits] == [hit.key for hit in plain.hits], (number, plan)
        assert [hit.value for hit in changed.hits] == pytest.approx([hit.value for hit in plain.hits], rel=2e-5)


def test_lengths_are_kept_as_the_engine_keeps_them():
    assert [stored_length(size) for size in (0, 1, 39, 40, 41, 42, 55, 56, 59, 60, 200, 1000)] == [
        *(0, 1, 39, 40, 40, 42, 54, 56, 56, 60, 200, 984)
    ]


def test_a_change_comes_back_as_it_was_written():
    row = oracle.random_rows(random.Random(4), 1)[0]
    for change in (Change(row, "h"), Change(None), Change(None, failed="不行")):
        assert Change.restored(change.stored()) == change


def test_lines_come_back_and_a_damaged_file_is_noticed(tmp_path):
    engine = TantivyEngine()
    publish(engine, oracle.random_rows(random.Random(1), 3))
    lines = [Line(1, "K\t1\n", Change(None).stored()), Line(1, "K2", Change(None, failed="不行").stored())]
    place = generations.record(shelf.SHELF.name, generations.pointed(shelf.SHELF.name), lines)
    assert generations.lines_of(place) == lines
    assert engine.reader(shelf.SHELF).manifest.failed == {"K2": "不行"}
    content = bytearray(place.changes.read_bytes())
    content[-3] ^= 1
    place.changes.write_bytes(content)
    with pytest.raises(Damaged):
        generations.lines_of(place)
    with pytest.raises(Damaged):
        generations.lines_of(Place(place.directory, 9))


@pytest.fixture
def goods(store):
    for number in range(200):
        shelf.put(
            f"K{number:03}", name=f"科创贷{number}", kinds=["贷"], amount=number, notes="信用 人才" * (number % 5)
        )
    services.rebuild("shelf")
    return store


def change(key: str, **values: object) -> None:
    with transaction.atomic():
        shelf.put(key, **values)
        outbox.publish("search.shelf", key)


def find(text: str = "", **options: object):
    return services.search(SearchQuery(text=text, size=50, facets=("kinds",), **options), "shelf")  # type: ignore[arg-type]


def generation() -> str:
    return generations.pointed("shelf").directory.name


def test_a_few_changes_need_no_rebuild_and_are_what_a_rebuild_finds(goods):
    before = generation()
    change("K001", name="善新贷", kinds=["保"], amount=5)
    change("NEW", name="善新贷", kinds=["投"])
    with transaction.atomic():
        del shelf.STORE["K002"]
        outbox.publish("search.shelf", "K002")
    assert outbox.relay() == (3, {})
    assert generation() == before
    texts = ("", "善新贷", "科创贷2", "信用")
    laid = [find(text) for text in texts]
    assert [hit.key for hit in laid[1].hits][:2] == ["K001", "NEW"]
    assert laid[0].facets["kinds"] == [("贷", 198), ("保", 1), ("投", 1)]
    assert not services.drift("shelf")
    services.rebuild("shelf")
    assert generation() != before
    built = [find(text) for text in texts]
    for old, new in zip(laid, built, strict=True):
        assert (old.total, old.facets, [hit.key for hit in old.hits]) == (
            *(new.total, new.facets, [hit.key for hit in new.hits]),
        )
    assert not isinstance(engines.embedded().reader(shelf.SHELF), Overlaid)


def test_more_than_its_statistics_bear_is_a_rebuild(goods):
    before = generation()
    for number in range(10):
        change(f"K{number:03}", name="善新贷")
    outbox.relay()
    assert generation() == before
    change("K010", name="善新贷")
    outbox.relay()
    assert generation() != before
    assert find("善新贷").total == 11


def test_a_row_that_cannot_be_indexed_is_named_and_comes_back_when_it_is_mended(goods):
    change("K001", name="善新贷", amount="很多")
    assert "额度上限" in outbox.relay()[1]["K001"]
    assert "额度上限" in services.unindexed("shelf")["K001"]
    assert services.drift("shelf").missing == ("K001",)
    shelf.put("K001", name="善新贷", amount=3)
    outbox.relay()
    assert (services.unindexed("shelf"), find("善新贷").total) == ({}, 1)


def test_a_change_while_a_builder_works_is_seen_at_once_and_carried_over(goods, monkeypatch):
    read = reading.read_all
    change("K001", name="善新贷")
    outbox.relay()

    def read_and_be_overtaken(document):
        found = read(document)
        change("K002", name="善新贷")
        assert sync.lay_over(shelf.SHELF, ["K002"]) == {}
        assert sorted(hit.key for hit in find("善新贷").hits) == ["K001", "K002"]
        return found

    monkeypatch.setattr(reading, "read_all", read_and_be_overtaken)
    services.rebuild("shelf")
    reader = engines.embedded().reader(shelf.SHELF)
    assert isinstance(reader, Overlaid)
    assert [*reader.changes] == ["K002"]
    assert sorted(hit.key for hit in find("善新贷").hits) == ["K001", "K002"]


def test_changes_at_once_lose_none(goods):
    def lay(number: int) -> None:
        shelf.put(f"K{number:03}", name="善新贷")
        assert sync.lay_over(shelf.SHELF, [f"K{number:03}"]) == {}

    # Rows are in memory: no thread needs the database but for the office's words, which are asked here.
    sync_words = sync._synonyms()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sync, "_synonyms", lambda: sync_words)
        threads = [threading.Thread(target=lay, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    assert find("善新贷").total == 8


def test_the_sweep_takes_in_what_has_rested_or_is_much(goods):
    change("K001", name="善新贷")
    outbox.relay()
    before = generation()
    assert services.catch_up() == []
    os.utime(generations.pointed("shelf").changes, (0, 0))
    assert tasks.catch_up_index() == ["shelf"]
    assert generation() != before
    assert services.catch_up() == []
    for number in range(2):
        change(f"K{number:03}", name="善新贷二")
        outbox.relay()
    assert services.catch_up() == ["shelf"]
    assert find("善新贷二").total == 2


def test_other_words_of_the_office_are_a_rebuild(goods, django_user_model):
    from search.models import Synonym

    before = generation()
    maker = django_user_model.objects.create(username="made")
    Synonym.objects.create(left="善新贷", right="科创贷", both=True, made_by=maker)
    change("K001", name="善新贷")
    outbox.relay()
    assert generation() != before


def test_damaged_changes_are_built_again(goods, monkeypatch, caplog):
    change("K001", name="善新贷")
    outbox.relay()
    generations.pointed("shelf").changes.write_text("x")
    monkeypatch.setattr("search.engines._embedded", TantivyEngine())
    assert find("善新贷").total == 1
    assert any("search_index_damaged" in record.getMessage() for record in caplog.records)
    assert not services.drift("shelf")


def test_a_manifest_knows_the_rows_there_are_now(goods):
    change("NEW", name="善新贷")
    outbox.relay()
    manifest: Manifest = engines.embedded().reader(shelf.SHELF).manifest
    assert len(manifest.rows) == 201
    assert manifest.generation == generation()


@pytest.mark.elasticsearch
def test_on_a_server_a_change_is_seen_at_once_and_no_index_is_written(goods, through_server):
    services.rebuild("shelf")
    before = through_server.reader(shelf.SHELF).index
    change("K001", name="善新贷", kinds=["保"])
    with transaction.atomic():
        del shelf.STORE["K002"]
        outbox.publish("search.shelf", "K002")
    outbox.relay()
    found = find("善新贷")
    assert (found.engine, [hit.key for hit in found.hits]) == ("elasticsearch", ["K001"])
    assert find().facets["kinds"] == [("贷", 198), ("保", 1)]
    assert through_server.reader(shelf.SHELF).index == before
    assert not services.drift("shelf")


def test_damaged_changes_are_noticed_by_the_sweep(goods, monkeypatch):
    change("K001", name="善新贷")
    outbox.relay()
    generations.pointed("shelf").changes.unlink()
    monkeypatch.setattr("search.engines._embedded", TantivyEngine())
    assert services.catch_up() == ["shelf"]
    assert not services.drift("shelf")
