"""Policies broken on purpose are noticed, every place of them; minutes long, so in the full proof alone."""

import json
import os
import subprocess
import sys

import pytest

from tests.contracts.source import ROOT

LEAST_PERCENT = 95


@pytest.mark.skipif(os.environ.get("PROVE") != "1", reason="only with PROVE=1: minutes of processor time")
def test_broken_policies_are_noticed(record_property):
    run = subprocess.run(
        [sys.executable, "-m", "tests.contracts.mutate", "1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    found = json.loads(run.stdout)
    killed, tried = (sum(pair[part] for pair in found["counts"].values()) for part in (0, 1))
    assert tried >= 300
    assert killed * 100 >= tried * LEAST_PERCENT, found["survivors"]
    each = "、".join(f"{name} {pair[0]}/{pair[1]}" for name, pair in found["counts"].items())
    record_property("proof", f"权限规则逐处改坏 {tried} 处，发现 {killed} 处（{killed * 100 // tried}%）：{each}")
