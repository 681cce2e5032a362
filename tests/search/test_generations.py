"""Generations on disk: swapped in one step, cleaned up, and never half visible."""

import random
import threading

import pytest

from search.engines import generations
from search.engines.generations import Manifest
from search.engines.tantivy import TantivyEngine
from search.plan import AnalysedRow, Plan
from tests.search import oracle
from tests.search.shelf import SHELF


def build(engine: TantivyEngine, rows: list[AnalysedRow]) -> Manifest:
    manifest = Manifest(
        version="v", watermark=3, built_at="t", rows={row.key: "h" for row in rows}, vocabulary={"entries": []}
    )
    with generations.building(SHELF.name):
        return engine.build(SHELF, rows, manifest)


def rows(count: int) -> list[AnalysedRow]:
    return oracle.random_rows(random.Random(1), count)


def test_manifest_comes_back_as_it_was_written():
    built = build(TantivyEngine(), rows(5))
    directory = generations.current(SHELF.name)
    assert directory is not None
    assert generations.manifest_of(directory) == built
    assert built.generation == directory.name


def test_another_process_sees_the_new_generation():
    writer, reading = TantivyEngine(), TantivyEngine()
    build(writer, rows(5))
    assert reading.reader(SHELF).count(Plan()) == 5
    build(writer, rows(8))
    assert reading.reader(SHELF).count(Plan()) == 8


def test_a_reader_is_reopened_only_when_the_pointer_moves():
    engine = TantivyEngine()
    build(engine, rows(5))
    first = engine.reader(SHELF)
    assert engine.reader(SHELF) is first
    build(engine, rows(5))
    assert engine.reader(SHELF) is not first


def test_old_generations_are_removed_but_the_one_before_is_kept():
    engine = TantivyEngine()
    names = [build(engine, rows(3)).generation for _ in range(5)]
    left = sorted(path.name for path in generations.folder(SHELF.name).glob("gen-*"))
    assert left == sorted(names[-2:])


def test_a_failed_build_leaves_the_current_generation_and_the_next_one_clears_up():
    engine = TantivyEngine()
    good = build(engine, rows(4))
    broken = [*rows(4), AnalysedRow("Z", {}, {}, {})]
    with pytest.raises(KeyError):
        build(engine, broken)
    assert engine.reader(SHELF).manifest == good
    better = build(engine, rows(5))
    left = {path.name for path in generations.folder(SHELF.name).glob("gen-*")}
    assert left == {good.generation, better.generation}


def test_builders_take_turns():
    order: list[str] = []
    inside = threading.Event()

    def second() -> None:
        inside.wait(5)
        with generations.building(SHELF.name):
            order.append("second")

    thread = threading.Thread(target=second)
    thread.start()
    with generations.building(SHELF.name):
        inside.set()
        thread.join(0.2)
        order.append("first")
    thread.join(5)
    assert order == ["first", "second"]


def test_readers_never_fail_while_generations_are_published():
    engine = TantivyEngine()
    build(engine, rows(6))
    problems: list[BaseException] = []
    done = threading.Event()

    def read() -> None:
        own = TantivyEngine()
        while not done.is_set():
            try:
                reader = own.reader(SHELF)
                assert reader is not None
                assert reader.count(Plan()) in (6, 7)
            except BaseException as error:  # noqa: BLE001 - whatever goes wrong in the thread is the finding
                problems.append(error)
                return

    thread = threading.Thread(target=read)
    thread.start()
    for number in range(12):
        build(engine, rows(6 + number % 2))
    done.set()
    thread.join(10)
    assert problems == []
