"""``bench_search [--docs N] [--quick]``: the search beside its peers, one run, JSON of ratios."""

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.test.utils import override_settings

from search import engines
from search.analysis import lexicon
from search.analysis.vocabulary import Gatherer
from search.engines import generations
from search.engines.base import Engine, Reader
from search.engines.generations import Manifest
from search.engines.tantivy import TantivyEngine
from search.errors import Unreachable
from search.management.bench import peers, visible
from search.management.bench.data import BENCH, FACETS, plans, rows, words_of
from search.management.bench.sql import Answer
from search.overlay import Change, Overlaid
from search.plan import AnalysedRow, Plan
from search.suggesting import Suggester

PEER_PYTHON = Path(settings.BASE_DIR) / ".venv-bench" / "bin" / "python"
PEERS = Path(__file__).parents[1] / "bench" / "alone.py"
# Changes made one after another; one row in so many changed at once; names that suggestions choose from.
CHANGES, SHARE_CHANGED, NAMES = 200, 100, 8000
# Peers of the benchmark's own environment.
ALONE = ("numpy", "whoosh", "bm25s")
Timed = dict[str, Any]
Measure = Callable[[], Mapping[str, Timed | None]]


class Command(BaseCommand):
    """Totals, orders and facets of every engine are compared; an engine that is not there is null."""

    help = "检索性能对比：与 SQLite FTS5、PostgreSQL、whoosh、NumPy、Elasticsearch 同机同次运行，输出 JSON 比值"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--docs", type=int, default=10_000, help="文档数")
        parser.add_argument("--quick", action="store_true", help="只用 1000 篇文档")

    def handle(self, *, docs: int, quick: bool, **options: Any) -> None:
        count = 1000 if quick else docs
        with tempfile.TemporaryDirectory() as folder, override_settings(DATA_DIR=Path(folder)):
            found = self._measured(rows(count))
        self.stdout.write(json.dumps({"docs": count, "load_average": os.getloadavg(), **found}, indent=1))

    def _measured(self, corpus: list[AnalysedRow]) -> dict[str, Any]:
        asked = plans(corpus)
        reader, rebuilt = _rebuilt(corpus)
        ours, timed = [_timed(_ask(reader), asked)], dict[str, Timed | None]()
        beside: dict[str, list[float]] = {}
        for names, measure in self._peers(corpus, asked):
            self.stderr.write(f"正在测量：{'、'.join(names)}")
            timed |= measure()
            # Ours before and after each peer: what the machine did meanwhile is in both.
            ours.append(_timed(_ask(reader), asked))
            around = [sum(pair) / 2 for pair in zip(ours[-2]["ms"], ours[-1]["ms"], strict=True)]
            beside |= dict.fromkeys(names, around)
        timed["tantivy"] = again = ours[-1]
        shuffled, rebuilt_again = _rebuilt(random.Random(5).sample(corpus, len(corpus)))  # noqa: S311
        return {
            "ratios": {name: _ratio(around, timed[name], asked) for name, around in beside.items()},
            "or_with_facets_ms": {name: _summary(item, asked) for name, item in timed.items()},
            "ours_each_time_ms": [round(statistics.fmean(_texts(item, asked)), 3) for item in ours],
            "against_exact": {name: _agreement(item, timed["numpy"], asked) for name, item in timed.items()},
            "same_top_ten_after_shuffled_rebuild": all(
                _ask(shuffled)(plan)[1] == answer[1] for plan, answer in zip(asked, again["answers"], strict=True)
            ),
            # The first with everything cold.
            "rebuild_seconds": [rebuilt, rebuilt_again],
            "change_visible_ms": _visible(len(corpus)),
            "or_with_facets_under_changes_ms": _under_changes(reader, corpus, asked),
            "suggestions_ms": _suggestions(),
        }

    @staticmethod
    def _peers(corpus: list[AnalysedRow], asked: Sequence[Plan]) -> Iterator[tuple[Sequence[str], Measure]]:
        """(names, what measures them), one after another."""
        for name, make in (("fts5", peers.fts5), ("postgresql", peers.postgresql)):
            ask: Callable[[Plan], Answer] | None = make(corpus)
            yield [name], partial(_one, name, ask, asked)
        yield ["elasticsearch"], lambda: {"elasticsearch": _on_server(corpus, asked)}
        yield ALONE, partial(_alone, corpus, asked)


def _one(name: str, ask: Callable[[Plan], Answer] | None, asked: Sequence[Plan]) -> dict[str, Timed | None]:
    return {name: _timed(ask, asked) if ask else None}


def _published(engine: Engine, corpus: Sequence[AnalysedRow]) -> Reader:
    manifest = Manifest(version="bench", watermark=0, built_at="", rows={row.key: "" for row in corpus})
    with generations.building(BENCH.name):
        engine.build(BENCH, corpus, manifest)
    reader = engine.reader(BENCH)
    if reader is None:
        raise RuntimeError("no generation after a build")
    return reader


def _rebuilt(corpus: Sequence[AnalysedRow]) -> tuple[Reader, dict[str, float]]:
    """A generation, and seconds: beside those on the clock the processor's, so that a busy machine or disk shows."""
    begun, busy = time.perf_counter(), time.process_time()
    reader = _published(TantivyEngine(), corpus)
    clock, processor = time.perf_counter() - begun, time.process_time() - busy
    return reader, {"clock": round(clock, 3), "processor": round(processor, 3)}


def _ask(reader: Reader) -> Callable[[Plan], Answer]:
    def ask(plan: Plan) -> Answer:
        page = reader.search(plan)
        return page.total, [hit.key for hit in page.hits], {name: dict(page.facets[name]) for name in plan.facets}

    return ask


def _timed(ask: Callable[[Plan], Answer], asked: Sequence[Plan]) -> Timed:
    """The best of three rounds for each query, as every engine is measured."""
    for plan in asked[:5]:
        ask(plan)
    rounds, answers = [], list[Answer]()
    for _ in range(3):
        ms, answers = list[float](), []
        for plan in asked:
            begun = time.perf_counter()
            answers.append(ask(plan))
            ms.append(1000 * (time.perf_counter() - begun))
        rounds.append(ms)
    return {"ms": [min(times) for times in zip(*rounds, strict=True)], "answers": answers}


def _on_server(corpus: Sequence[AnalysedRow], asked: Sequence[Plan]) -> Timed | None:
    try:
        server = engines.server()
        return _timed(_ask(_published(server, corpus)), asked) if server else None
    except Unreachable as error:
        sys.stderr.write(f"Elasticsearch 没有应答：{error}\n")
        return None


def _alone(corpus: Sequence[AnalysedRow], asked: Sequence[Plan]) -> dict[str, Timed | None]:
    """The peers of the benchmark's own environment; all null where it was not made."""
    if not PEER_PYTHON.exists():
        return dict.fromkeys(ALONE)
    given = {
        "rows": [
            {"key": row.key, "name": row.tokens["name"], "body": row.tokens["body"], **row.numbers}
            | {name: row.keywords[name][0] for name in FACETS}
            for row in corpus
        ],
        "queries": [
            {"words": words_of(plan), "filters": [_plain(item) for item in plan.filters], "by_rate": bool(plan.sort)}
            for plan in asked
        ],
    }
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(given, file)
        file.flush()
        done = subprocess.run([PEER_PYTHON, PEERS, file.name], capture_output=True, check=True)  # noqa: S603
    answers: dict[str, Timed | None] = json.loads(done.stdout)
    return answers


def _plain(item: Any) -> dict[str, Any]:
    if hasattr(item, "value"):
        return {"eq": [item.field, item.value]}
    return {"range": [getattr(item, "field", "overlap"), item.low, item.high]}


def _texts(item: Timed, asked: Sequence[Plan]) -> list[float]:
    """Milliseconds of the queries with words; they come first, and a slow peer answers only some of them."""
    ms: list[float] = item["ms"]
    return ms[: sum(bool(words_of(plan)) for plan in asked)]


def _ratio(ours: list[float], item: Timed | None, asked: Sequence[Plan]) -> float | None:
    """How many times as long as ours on the same queries, by the mean."""
    if item is None:
        return None
    theirs = _texts(item, asked)
    return round(statistics.fmean(theirs) / statistics.fmean(ours[: len(theirs)]), 2)


def _summary(item: Timed | None, asked: Sequence[Plan]) -> dict[str, float] | None:
    return _spread(_texts(item, asked)) if item else None


def _spread(ms: Sequence[float]) -> dict[str, float]:
    cuts = statistics.quantiles(ms, n=20)
    return {"n": len(ms), "mean": round(statistics.fmean(ms), 3), "p50": round(cuts[9], 3), "p95": round(cuts[18], 3)}


def _agreement(item: Timed | None, exact: Timed | None, asked: Sequence[Plan]) -> dict[str, float] | None:
    """Shares of equal totals and facets, and overlap@10 of ranked texts, with the exact scan."""
    if item is None or exact is None:
        return None
    trios = list(zip(item["answers"], exact["answers"], asked, strict=False))
    counted = [(mine, true) for mine, true, _ in trios if mine[0] is not None]
    ranked = [(mine[1], true[1]) for mine, true, plan in trios if plan.sort is None and words_of(plan) and true[1]]
    shares = {
        "totals": [mine[0] == true[0] for mine, true in counted],
        "facets": [mine[2] == true[2] for mine, true in counted],
        "overlap_at_10": [len({*mine} & {*true}) / len(true) for mine, true in ranked],
    }
    return {name: round(statistics.fmean(values), 4) for name, values in shares.items() if values}


def _visible(docs: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        return _spread(visible.measured(docs, max(2, min(CHANGES, docs // 25)), Path(folder)))


def _under_changes(reader: Reader, corpus: Sequence[AnalysedRow], asked: Sequence[Plan]) -> dict[str, float]:
    """The same queries while some rows are changed and lie over the generation."""
    chosen = random.Random(3).sample(corpus, len(corpus) // SHARE_CHANGED)  # noqa: S311
    over = Overlaid(reader, {row.key: Change(row) for row in chosen})
    return {"changed": len(chosen), **_spread(_texts(_timed(_ask(over), asked), asked))}


def _suggestions() -> dict[str, float]:
    """Typing names of two words in Han, by sound and by initials."""
    chance = random.Random(11)  # noqa: S311
    words = sorted(lexicon.domain_words())
    names = sorted({"".join(chance.choices(words, k=2)) for _ in range(NAMES)})
    gatherer = Gatherer()
    for name in names:
        gatherer.add([name], [], {}, set())
    vocabulary = gatherer.vocabulary()
    suggester = Suggester(vocabulary)
    keys = [item.word for item in vocabulary.entries]
    keys += ["".join(item.readings[0].split()) for item in vocabulary.entries if item.readings]
    keys += ["".join(sound[0] for sound in item.readings[0].split()) for item in vocabulary.entries if item.readings]
    typed, ms = chance.sample(keys, min(2000, len(keys))), []
    for text in typed:
        for size in range(1, min(len(text), 8) + 1):
            begun = time.perf_counter()
            suggester.suggest(text[:size])
            ms.append(1000 * (time.perf_counter() - begun))
    return {"names": len(names), **_spread(ms)}
