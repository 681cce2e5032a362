"""``make prove``: the heavy proofs at full size, and at the end one table of what they measured.

On PostgreSQL where TEST_DATABASE_URL names one, else on SQLite; those in BOTH on both, and their fingerprints must be
equal. Redis and RabbitMQ take part where TEST_REDIS_URL and TEST_RABBITMQ_URL name them (``.ci/run prove`` starts all).
A test tells its figures by ``record_property("proof", …)``, a fingerprint by ``record_property("fingerprint", …)``.
``python -m tests.prove WORD`` runs the chapters whose title holds the word.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests import services
from tests.contracts.source import ROOT

# The longest first, so that two processes end together.
CHAPTERS: dict[str, list[str]] = {
    "恰好一次": ["tests/config/test_delivery_proof.py"],
    "备份恢复": ["tests/config/test_backup.py"],
    "断电": ["tests/config/test_kills.py", "tests/search/test_kill.py"],
    "重配断电": ["tests/matching/test_rematch_killed.py"],
    "权限矩阵": [
        "tests/contracts/isolation/test_mutants.py",
        "tests/contracts/isolation/test_policies.py",
        "tests/contracts/isolation/test_walk.py",
        "tests/contracts/isolation/test_consent_ends.py",
    ],
    "检索": ["tests/search/test_visible.py", "tests/search/test_server_stopped.py"],
    "接口模糊": ["tests/api/test_fuzz.py"],
    "状态机": ["tests/matching/test_chain_machine.py"],
    "竞争": ["tests/matching/test_races.py"],
    "恶意文件": ["tests/frontend/test_hostile_files.py"],
    "规则与披露": [
        "tests/matching/test_engine.py",
        "tests/matching/test_previews.py",
        "tests/matching/test_disclosure.py",
        "tests/products/test_contradiction.py",
        "tests/enterprises/test_columns.py",
    ],
}
# Apart from the rest: what Hypothesis draws depends on the modules loaded.
BOTH = ("状态机", "重配断电")
# What is measured on the clock: one process, after everything else.
ALONE = ("检索",)


def run(chapters: list[str], database: str, folder: Path) -> tuple[bool, list[dict[str, Any]]]:
    """(whether all passed, one entry a test: node, seconds, outcome, proof, fingerprint) of the chapters on a database.

    The environment decides about the brokers; nothing of what a test needs is left out silently.
    """
    told = folder / f"{len(list(folder.iterdir()))}.json"
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"PROVE": "1", "PROOFS": str(told)} | ({"DATABASE_URL": database} if database else {})
    paths = [path for chapter in chapters for path in CHAPTERS[chapter]]
    together = [] if set(chapters) <= set(ALONE) else ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
    command = [sys.executable, "-m", "pytest", "-vv", *together, "-p", "no:cacheprovider", *paths]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False)
    return done.returncode == 0, json.loads(told.read_text("utf-8")) if told.exists() else []


def chapter_of(node: str) -> str:
    """The title under which a test stands."""
    path = node.partition("::")[0]
    return next(title for title, paths in CHAPTERS.items() if path in paths)


def table(where: str, tests: list[dict[str, Any]]) -> None:
    """Print by chapter: how many passed and were left out, how long, and each figure told."""
    for title in CHAPTERS:
        mine = [test for test in tests if chapter_of(test["node"]) == title]
        if not mine:
            continue
        left_out = sum(test["outcome"] == "skipped" for test in mine)
        seconds = sum(test["seconds"] for test in mine)
        passed = sum(test["outcome"] == "passed" for test in mine)
        say(f"【{title}】{where}：通过 {passed}/{len(mine)}，跳过 {left_out}，{seconds:.0f} 秒")
        for test in mine:
            if test["outcome"] in ("failed", "error"):
                say(f"  未通过 {test['node']}")
            for line in test["proof"]:
                say(f"  {line}")


def say(text: str) -> None:
    """One line."""
    sys.stdout.write(f"{text}\n")


def main(word: str = "") -> int:
    """Exit code: 0 when every proof holds."""
    if services.main():
        return 1
    chapters = [title for title in CHAPTERS if word in title]
    if not chapters:
        say(f"没有名为“{word}”的证明，可选：{'、'.join(CHAPTERS)}")
        return 1
    server, started = os.environ.get("TEST_DATABASE_URL", ""), time.monotonic()
    runs: list[tuple[str, bool, list[dict[str, Any]]]] = []
    with tempfile.TemporaryDirectory() as name:
        where = "PostgreSQL" if server else "SQLite"
        rest = [title for title in chapters if title not in (*BOTH, *ALONE)]
        both, alone = ([title for title in chapters if title in some] for some in (BOTH, ALONE))
        for some in filter(None, (rest, both, alone)):
            runs.append((where, *run(some, server, Path(name))))
        if server and both:
            runs.append(("SQLite", *run(both, "", Path(name))))
    say("")
    for where, _, tests in runs:
        table(where, tests)
    good = compare(runs) and all(held for _, held, _ in runs)
    say(f"合计 {(time.monotonic() - started) / 60:.1f} 分钟，{'全部成立' if good else '有证明不成立'}")
    return 0 if good else 1


def compare(runs: list[tuple[str, bool, list[dict[str, Any]]]]) -> bool:
    """Whether each fingerprint is the same wherever the test ran."""
    prints: dict[str, dict[str, str]] = {}
    for where, _, tests in runs:
        for test in tests:
            if test["fingerprint"]:
                prints.setdefault(test["node"], {})[where] = test["fingerprint"]
    for node, found in prints.items():
        same = "相同" if len(set(found.values())) == 1 else "不同"
        where = "、".join(f"{place} {text[:16]}" for place, text in found.items())
        say(f"【两库比对】{node.rpartition('::')[2]}：{where}（{same}）")
    return all(len(set(found.values())) == 1 for found in prints.values())


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
