"""``bench_matching``: the matcher beside the naive engine and an installable rule engine, one run, JSON of ratios."""

import json
import os
import subprocess
import time
from argparse import ArgumentParser
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from matching.engine.compiling import compiled
from matching.engine.run import fastest, match
from matching.management.bench import data, measures
from matching.management.bench.children import child, own_database, postgresql, result, start
from matching.management.bench.json_logic import data_of, scored
from matching.management.bench.nightly import nightly
from matching.management.bench.trying import trying
from products.rules.evaluate import judge

PEER_PYTHON = Path(settings.BASE_DIR) / ".venv-bench" / "bin" / "python"
PEER = Path(__file__).parents[1] / "bench" / "peer_datalogic.py"
PEER_NEEDS = 40
NOT_INSTALLED = "未安装（make bench 会建立 .venv-bench）"
NO_POSTGRESQL = "没有 PostgreSQL（设 DATABASE_URL 或 TEST_DATABASE_URL 后测量 COPY）"
STEPS = ("full", "one_need", "one_product", "datalogic", "nightly", "postgresql", "preview", "memory", "two_processes")
# Needs of the process that shows what a process holds anyway.
HARDLY_ANY = 64


class Command(BaseCommand):
    help = "匹配性能对比：与逐条求值、与可安装的规则引擎同机同次运行，输出 JSON 比值"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--products", type=int, default=5_000, help="产品数")
        parser.add_argument("--needs", type=int, default=100_000, help="需求数")
        parser.add_argument("--nightly-needs", type=int, default=20_000, help="读库写库一段的需求数")
        parser.add_argument(
            "--memory", type=int, nargs="*", default=[10_000, 100_000, 1_000_000], help="内存一段的需求数"
        )
        parser.add_argument(
            "--only", nargs="+", choices=STEPS, default=list(STEPS), help="只测量这几段（datalogic 会带上 full）"
        )
        parser.add_argument(
            "--part", choices=["all", "nightly", "match", "preview"], default="all", help="只运行一段（内部使用）"
        )

    def handle(self, *, products: int, needs: int, part: str, **options: Any) -> None:
        if part == "nightly":
            found = nightly(products, needs)
        elif part == "match":
            found = _matched(products, needs)
        elif part == "preview":
            found = trying(needs)
        else:
            found = self._all(products, needs, **options)
        self.stdout.write(json.dumps(found, ensure_ascii=False, indent=None if part != "all" else 1))

    def _all(
        self, products: int, needs: int, *, nightly_needs: int, memory: list[int], only: list[str], **_: Any
    ) -> dict[str, Any]:
        shelf, rows = data.shelf(products), data.columns(needs)
        found: dict[str, Any] = {"products": products, "needs": needs, "load_average": os.getloadavg()}
        steps: dict[str, Callable[[], Any]] = {
            "full": partial(measures.full_match, shelf, rows),
            "one_need": partial(measures.one_need, shelf, rows),
            "one_product": partial(measures.one_product, shelf, rows),
            "datalogic": lambda: _peer(shelf, found["full"]),
            "nightly": partial(child, "nightly", products, nightly_needs),
            "postgresql": partial(_postgresql, products, nightly_needs),
            "preview": partial(child, "preview", products, nightly_needs),
            "memory": partial(_memory, products, memory),
            "two_processes": partial(_two_processes, products, needs),
        }
        wanted = {*only, *(["full"] if "datalogic" in only else [])}
        for name, step in steps.items():
            if name in wanted:
                self.stderr.write(f"正在测量：{name}")
                found[name] = step()
        return found


def _matched(products: int, needs: int) -> dict[str, Any]:
    """One process: seconds to match, and its peak memory."""
    programme, rows = compiled(data.shelf(products)), data.columns(needs)
    match(programme, rows.part(0, 64))
    seconds = min(_elapsed(partial(match, programme, rows)) for _ in range(3))
    return {"needs": needs, "seconds": seconds, "peak_mb": _peak_mb(), "kernel": fastest()}


def _elapsed(function: Callable[[], object]) -> float:
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


def _peak_mb() -> float:
    """Most memory this process ever held. What ``getrusage`` says is the parent's where that held more before exec."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def _memory(products: int, sizes: list[int]) -> dict[str, Any]:
    """Peak memory by number of needs, bytes a need beyond what hardly any need, and those between one size and the
    next: linear when they stay level."""
    # Of two, because the first may have to compile the loop, which takes memory of its own.
    base = [child("match", products, HARDLY_ANY) for _ in range(2)][1]
    runs = [child("match", products, size) for size in sizes]
    for run in runs:
        run["bytes_a_need"] = _bytes_a_need(base, run)
    return {
        "without_needs_mb": base["peak_mb"],
        "runs": runs,
        "bytes_a_need_between": [_bytes_a_need(before, after) for before, after in pairwise(runs)],
    }


def _bytes_a_need(before: dict[str, Any], after: dict[str, Any]) -> float:
    return float((after["peak_mb"] - before["peak_mb"]) * 1024 * 1024 / (after["needs"] - before["needs"]))


def _two_processes(products: int, needs: int) -> dict[str, Any]:
    """The same work by one process, and halved between two at the same time; elapsed seconds."""
    one = child("match", products, needs)["seconds"]
    halves = [start("match", products, needs // 2) for _ in range(2)]
    two = max(result(half)["seconds"] for half in halves)
    return {"one_seconds": one, "two_seconds": two, "speedup": one / two, "processors": os.cpu_count()}


def _postgresql(products: int, needs: int) -> dict[str, Any]:
    """The nightly run again where COPY writes."""
    url = postgresql()
    if url is None:
        return {"status": NO_POSTGRESQL, "rows_written_per_second": None, "all_new_times_bulk_create": None}
    with own_database(url) as own:
        return {"status": "COPY", **child("nightly", products, needs, DATABASE_URL=own)}


def _peer(shelf: list[Any], full: dict[str, Any]) -> dict[str, Any]:
    """datalogic-py on complete data, its best way of calling; it knows no "unknown", so ours answers more."""
    if not PEER_PYTHON.exists():
        return {"status": NOT_INSTALLED, "pairs_per_second": None, "numpy_times": None, "numba_times": None}
    rows = data.columns(PEER_NEEDS, missing=0)
    people = [data.subject(rows, row) for row in range(PEER_NEEDS)]
    given = {"rules": [scored(item.rules) for item in shelf], "data": [data_of(one) for one in people]}
    done = subprocess.run(  # noqa: S603
        [PEER_PYTHON, PEER], input=json.dumps(given).encode(), stdout=subprocess.PIPE, check=True
    )
    said = json.loads(done.stdout)
    speeds = {way: said["pairs"] / seconds for way, seconds in said["seconds"].items()}
    best = max(speeds.values())
    return {
        "status": f"datalogic-py {said['version']}",
        "pairs_by_way": speeds,
        "pairs_per_second": best,
        "answers_agree": _agrees(shelf, people, said["sums"]),
        **{
            f"{kernel}_top_10_times": full[kernel]["top_10_pairs_per_second"] / best
            for kernel in ("numpy", "numba")
            if kernel in full
        },
        **{
            f"{kernel}_times": full[kernel]["pairs_per_second"] / best
            for kernel in ("numpy", "numba")
            if kernel in full
        },
    }


def _agrees(shelf: list[Any], people: list[Any], sums: dict[str, int]) -> bool:
    judged = [judge(item.rules, one) for item in shelf for one in people]
    return set(sums.values()) == {sum(one.score for one in judged if one.verdict.value == "satisfied")}
