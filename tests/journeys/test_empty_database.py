"""Every command of ours works on a database that does not exist yet, and says what to do next."""

import json
import os
import subprocess
import sys

import pytest

from tests.contracts.source import ROOT

pytestmark = pytest.mark.skipif("DATABASE_URL" in os.environ, reason="a new database is a new file: proven on SQLite")


def run(tmp_path, *arguments):
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path / "data")}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_the_plan_loads_into_nothing(tmp_path):
    result = run(tmp_path, "load_plan", "--json")
    assert (result.returncode, json.loads(result.stdout)["created"]) == (0, 1)
    again = run(tmp_path, "ledger", "2023Q1", "--format", "json")
    assert json.loads(again.stdout)["due"] == "2023-04-10"
    assert "建表" not in again.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["ledger", "2023Q1"], 1, "load_plan"),
        (["match", "--need", "XQ1", "--json"], 1, "核对需求编号"),
        (["rematch", "--json"], 0, ""),
        (["search", "贷款", "--json"], 0, ""),
        (["import_products", "nowhere.csv"], 1, "找不到，请检查路径"),
    ],
)
def test_other_commands_answer_in_words(tmp_path, arguments, code, said):
    result = run(tmp_path, *arguments)
    assert (result.returncode, "Traceback" in result.stderr) == (code, False)
    assert said in result.stderr


def test_an_old_database_is_named_with_the_remedy_and_left_as_it_is(tmp_path):
    run(tmp_path, "migrate", "matching", "0001")
    result = run(tmp_path, "reconcile_ledger")
    assert (result.returncode, result.stdout) == (1, "")
    assert "manage.py migrate" in result.stderr
    assert "Traceback" not in result.stderr
