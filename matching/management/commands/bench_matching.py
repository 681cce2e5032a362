"""``bench_matching``: the matcher beside the naive engine and an installable rule engine, one run, JSON of ratios."""

import json
import os
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from matching.engine.compiling import compiled
from matching.engine.run import fastest, match
from matching.management.bench import data, measures
from matching.management.bench.json_logic import data_of, scored
from matching.management.bench.nightly import nightly
from matching.management.bench.trying import trying
from products.rules.evaluate import judge

PEER_PYTHON = Path(settings.BASE_DIR) / ".venv-bench" / "bin" / "python"
PEER = Path(__file__).parents[1] / "bench" / "peer_datalogic.py"
PEER_NEEDS = 40
# A process and the folder of its state.
Child = tuple["subprocess.Popen[bytes]", "tempfile.TemporaryDirectory[str]"]
NOT_INSTALLED = "未安装（make bench 会建立 .venv-bench）"


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
            found = self._all(products, needs, options["nightly_needs"], options["memory"])
        self.stdout.write(json.dumps(found, ensure_ascii=False, indent=None if part != "all" else 1))

    def _all(self, products: int, needs: int, nightly_needs: int, memory: list[int]) -> dict[str, Any]:
        shelf, rows = data.shelf(products), data.columns(needs)
        found: dict[str, Any] = {"products": products, "needs": needs, "load_average": os.getloadavg()}
        steps: dict[str, Callable[[], Any]] = {
            "full": lambda: measures.full_match(shelf, rows),
            "one_need": lambda: measures.one_need(shelf, rows),
            "one_product": lambda: measures.one_product(shelf, rows),
            "datalogic": lambda: _peer(shelf, found["full"]),
            "nightly": lambda: _child("nightly", products, nightly_needs),
            "preview": lambda: _child("preview", products, nightly_needs),
            "memory": lambda: _memory(products, memory),
            "two_processes": lambda: _two_processes(products, needs),
        }
        for name, step in steps.items():
            self.stderr.write(f"正在测量：{name}")
            found[name] = step()
        return found


def _matched(products: int, needs: int) -> dict[str, Any]:
    """One process: seconds to match, and its peak memory."""
    programme, rows = compiled(data.shelf(products)), data.columns(needs)
    match(programme, rows.part(0, 64))
    started = time.perf_counter()
    match(programme, rows)
    return {"needs": needs, "seconds": time.perf_counter() - started, "peak_mb": _peak_mb(), "kernel": fastest()}


def _peak_mb() -> int:
    """Most memory this process ever held. What ``getrusage`` says is the parent's where that held more before exec."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) // 1024


def _memory(products: int, sizes: list[int]) -> dict[str, Any]:
    """Peak memory by number of needs, and bytes a need between one size and the next: linear when they stay level."""
    runs = [_child("match", products, size) for size in sizes]
    between = [
        (after["peak_mb"] - before["peak_mb"]) * 1024 * 1024 / (after["needs"] - before["needs"])
        for before, after in pairwise(runs)
    ]
    return {"runs": runs, "bytes_a_need_between": between}


def _two_processes(products: int, needs: int) -> dict[str, Any]:
    """The same work by one process, and halved between two at the same time; elapsed seconds."""
    one = _child("match", products, needs)["seconds"]
    halves = [_start("match", products, needs // 2) for _ in range(2)]
    two = max(_result(half)["seconds"] for half in halves)
    return {"one_seconds": one, "two_seconds": two, "speedup": one / two, "processors": os.cpu_count()}


def _child(part: str, products: int, needs: int) -> dict[str, Any]:
    return _result(_start(part, products, needs))


def _start(part: str, products: int, needs: int) -> Child:
    """This command in a process and on a database of its own; BENCH_DATABASE_URL names an empty one to use instead."""
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "SEARCH_URL")}
    folder = tempfile.TemporaryDirectory(prefix="bench-")
    environment["DATA_DIR"] = folder.name
    if url := os.environ.get("BENCH_DATABASE_URL"):
        environment["DATABASE_URL"] = url
    command = [sys.executable, "manage.py", "bench_matching", "--part", part]
    sizes = ["--products", str(products), "--needs", str(needs)]
    process = subprocess.Popen(  # noqa: S603
        [*command, *sizes], cwd=settings.BASE_DIR, env=environment, stdout=subprocess.PIPE
    )
    return process, folder


def _result(child: Child) -> dict[str, Any]:
    process, folder = child
    with folder:
        output = process.communicate()[0]
    if process.returncode:
        raise SystemExit(process.returncode)
    found: dict[str, Any] = json.loads(output)
    return found


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
