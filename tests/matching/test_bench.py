"""The benchmark runs, and never makes up a figure. No time is asserted: machines differ."""

import json
from io import StringIO
from pathlib import Path

from django.core.management import call_command

from matching.engine.compiling import compiled
from matching.engine.run import KERNELS, match
from matching.management.bench import data
from matching.management.commands import bench_matching


def _run(**options):
    out, err = StringIO(), StringIO()
    call_command("bench_matching", stdout=out, stderr=err, **options)
    return json.loads(out.getvalue())


def test_without_the_peer_its_figures_are_null(db, monkeypatch):
    monkeypatch.setattr(bench_matching, "PEER_PYTHON", Path("/nowhere/python"))
    monkeypatch.setattr(
        bench_matching, "_child", lambda part, products, needs: {"needs": needs, "peak_mb": 1, "seconds": 1}
    )
    monkeypatch.setattr(bench_matching, "_start", lambda part, products, needs: None)
    monkeypatch.setattr(bench_matching, "_result", lambda process: {"seconds": 1})
    found = _run(products=20, needs=200, memory=[1, 2])
    assert found["datalogic"] == {
        "status": bench_matching.NOT_INSTALLED, "pairs_per_second": None, "numpy_times": None, "numba_times": None
    }  # fmt: skip
    assert (found["full"]["pairs"], found["full"]["naive_is_a_sample_of_pairs"]) == (4_000, 80)
    assert all(found["full"][kernel]["times_naive"] > 0 for kernel in KERNELS)


def test_the_nightly_part_measures_every_step(db):
    found = _run(part="nightly", products=20, needs=150)
    assert set(found["seconds"]) == {"load", "match", "write_all_new", "write_usual_night", "bulk_create"}


def test_trying_rules_is_measured(db):
    found = _run(part="preview", needs=60)
    assert (found["firms"], found["answers"]) == (60, 40)
    assert 0 < found["median_seconds"] <= found["slowest_seconds"]


def test_a_childs_peak_is_its_own():
    """What the parent holds while it starts a child does not count as the child's."""
    ballast = bytearray(300 << 20)
    ballast[::4096] = b"x" * len(ballast[::4096])
    small = bench_matching._child("match", 5, 64)["peak_mb"]
    del ballast
    assert small < 300


def test_the_made_up_data_have_a_real_shelfs_selectivity():
    matched = match(compiled(data.shelf(200)), data.columns(2_000))
    pairs = 200 * 2_000
    assert 0.03 < matched.satisfied.sum() / pairs < 0.15
    assert 0.03 < matched.unknown.sum() / pairs < 0.2
