"""A re-match killed with -9 again and again ends as if nothing had happened."""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from random import Random

import pytest

from tests.contracts.source import ROOT
from tests.matching.ten_firms import FOLDER

pytestmark = pytest.mark.skipif("DATABASE_URL" in os.environ, reason="proven once, on a SQLite file of its own")

KILLS = 50 if os.environ.get("PROVE") else 3
# One need a block, since a block is 16,384 ids wide: many blocks from few needs.
SPREAD = """
from enterprises.models import Need
from accounts.services import system_actor
for need in list(Need.objects.order_by("pk")):
    for copy in range(1, 13):
        Need.objects.create(pk=(need.pk * 13 + copy) << 14, code=f"{need.code}-{copy}", party=need.party,
            kinds=need.kinds, amount=need.amount, term_months=copy, guarantees=need.guarantees,
            recorded_by=need.recorded_by)
"""
RESULT = "SELECT need_id, satisfied, unknown, violated, hex(best) FROM matching_matchresult ORDER BY need_id"
TALLY = "SELECT product_id, satisfied, unknown FROM matching_matchtally ORDER BY product_id"


def start(folder, *command):
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "DATA_DIR": str(folder)}
    return subprocess.Popen(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def run(folder, *command):
    process = start(folder, *command)
    said = process.communicate()[0].decode()
    assert process.returncode == 0, said
    return said


def rows(folder, query):
    (path,) = folder.glob("*.sqlite3")
    with sqlite3.connect(path) as connection:
        return connection.execute(query).fetchall()


def time_passes(folder):
    """The dead run's job looks as it would a quarter of an hour later."""
    (path,) = folder.glob("*.sqlite3")
    with sqlite3.connect(path, timeout=20) as connection:
        connection.execute(
            "UPDATE common_job SET updated_at = datetime(updated_at, '-15 minutes') WHERE state='running'"
        )


def test_a_killed_rematch_loses_nothing(tmp_path):
    disturbed, calm = tmp_path / "disturbed", tmp_path / "calm"
    disturbed.mkdir()
    run(disturbed, "migrate", "--verbosity", "0")
    run(disturbed, "import_products", str(FOLDER / "products.csv"))
    run(disturbed, "import_enterprises", str(FOLDER / "enterprises.csv"))
    run(disturbed, "shell", "-c", SPREAD)
    shutil.copytree(disturbed, calm)
    random, kills, started = Random(7), 0, time.monotonic()
    run(calm, "rematch")
    usual = time.monotonic() - started
    while kills < KILLS:
        process = start(disturbed, "rematch")
        time.sleep(usual * random.uniform(0.4, 1.0))
        kills += process.poll() is None
        process.kill()
        process.communicate()
        time_passes(disturbed)
    run(disturbed, "rematch")
    assert len(rows(calm, RESULT)) == 130
    assert rows(disturbed, RESULT) == rows(calm, RESULT)
    assert rows(disturbed, TALLY) == rows(calm, TALLY)
    assert rows(disturbed, "SELECT count(*) FROM common_job WHERE kind = 'rematch' AND state = 'running'") == [(0,)]
