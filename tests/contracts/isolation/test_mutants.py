"""Policies broken on purpose are noticed: a sample in the suite, every place in the full proof."""

import json
import os
import subprocess
import sys

from tests.contracts.source import ROOT

FULL = os.environ.get("PROVE") == "1"
EVERY = 1 if FULL else 45
# Of a sample a single mutant that changes nothing weighs more.
LEAST_PERCENT = 95 if FULL else 80


def test_broken_policies_are_noticed():
    run = subprocess.run(
        [sys.executable, "-m", "tests.contracts.mutate", str(EVERY)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    found = json.loads(run.stdout)
    killed, tried = (sum(pair[part] for pair in found["counts"].values()) for part in (0, 1))
    assert tried >= (300 if FULL else 8)
    assert killed * 100 >= tried * LEAST_PERCENT, found["survivors"]
