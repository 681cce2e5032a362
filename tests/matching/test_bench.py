"""The benchmark runs, and never makes up a figure. No time is asserted: machines differ."""

import json
import os
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command

from matching.engine.compiling import compiled
from matching.engine.run import KERNELS, match
from matching.management.bench import children, data
from matching.management.commands import bench_matching


def _run(**options):
    out, err = StringIO(), StringIO()
    call_command("bench_matching", stdout=out, stderr=err, **options)
    return json.loads(out.getvalue())


def test_without_the_peer_its_figures_are_null(db, monkeypatch):
    monkeypatch.setattr(bench_matching, "PEER_PYTHON", Path("/nowhere/python"))
    found = _run(products=20, needs=200, only=["datalogic"])
    assert found["datalogic"] == {
        "status": bench_matching.NOT_INSTALLED, "pairs_per_second": None, "numpy_times": None, "numba_times": None
    }  # fmt: skip
    assert (found["full"]["pairs"], found["full"]["naive_is_a_sample_of_pairs"]) == (4_000, 80)
    assert all(found["full"][kernel]["times_naive"] > 0 for kernel in KERNELS)
    assert "nightly" not in found


def test_without_postgresql_its_figures_are_null(db, monkeypatch):
    for name in ("DATABASE_URL", "TEST_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    found = _run(products=5, needs=10, only=["postgresql"])["postgresql"]
    assert (found["status"], found["rows_written_per_second"]) == (bench_matching.NO_POSTGRESQL, None)


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="its processes have databases of their own: once is enough")
def test_memory_and_processes_are_measured_in_processes_of_their_own(db):
    found = _run(products=20, needs=2_000, memory=[1_000, 20_000], only=["memory", "two_processes"])
    small, large = found["memory"]["runs"]
    assert (small["needs"], large["needs"]) == (1_000, 20_000)
    assert large["peak_mb"] > small["peak_mb"] > 0
    assert 0 < large["bytes_a_need"] < 20_000
    assert found["two_processes"]["two_seconds"] > 0


@pytest.mark.postgresql
def test_copy_is_measured_on_a_database_that_is_gone_afterwards(db):
    found = _run(products=5, needs=10, nightly_needs=40, only=["postgresql"])["postgresql"]
    assert (found["status"], found["needs"]) == ("COPY", 40)
    with children.own_database(children.postgresql()) as own, psycopg.connect(own) as server:
        (name,) = server.execute("SELECT current_database()").fetchone()
    with psycopg.connect(children.postgresql()) as server:
        assert server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None


def test_the_nightly_part_measures_every_step(db):
    found = _run(part="nightly", products=20, needs=150)
    assert set(found["seconds"]) == {"load", "match", "pack", "write_all_new", "write_usual_night", "bulk_create"}


def test_trying_rules_is_measured(db):
    found = _run(part="preview", needs=60)
    assert (found["firms"], found["answers"]) == (60, 40)
    assert 0 < found["median_seconds"] <= found["slowest_seconds"]


def test_a_childs_peak_is_its_own():
    """What the parent holds while it starts a child does not count as the child's."""
    ballast = bytearray(600 << 20)
    ballast[::4096] = b"x" * len(ballast[::4096])
    small = children.child("match", 5, 64)["peak_mb"]
    del ballast
    assert small < 600


def test_the_made_up_data_have_a_real_shelfs_selectivity():
    matched = match(compiled(data.shelf(200)), data.columns(2_000))
    pairs = 200 * 2_000
    assert 0.03 < matched.satisfied.sum() / pairs < 0.15
    assert 0.03 < matched.unknown.sum() / pairs < 0.2
