"""A house of its own: data directory, database and processes that may be killed, on the database the suite runs on."""

import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from django.db import connection

from tests.contracts.source import ROOT

PROVE = os.environ.get("PROVE") == "1"

FIGURES = """
import io, json
from contextlib import redirect_stdout
from django.core.management import call_command
from enterprises.models import Need
from ledger.selectors import ledger_table
from search.query import SearchQuery
from search.services import search
def said(*arguments, **options):
    out = io.StringIO()
    try:
        call_command(*arguments, stdout=out, stderr=io.StringIO(), **options)
    except SystemExit as error:
        out.write(f"exit {error.code}")
    return out.getvalue()
print(json.dumps({
    "ledger": {f"{y}Q{q}": ledger_table(f"{y}Q{q}").as_json() for y in range(2022, 2027) for q in range(1, 5)},
    "reconcile": said("reconcile_ledger", "--json"),
    "audit": said("verify_audit", "--json"),
    "search": {text: search(SearchQuery(text=text)).total for text in ("", "贷", "首贷", "知识产权质押", "人才保险")},
    "match": {code: said("match", "--need", code, "--json", "--all-verdicts")
              for code in Need.objects.order_by("code").values_list("code", flat=True)[:6]},
}, ensure_ascii=False, sort_keys=True))
"""

SETUP = "import os, sys, django; os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'config.settings'); django.setup()\n"


class House:
    """One installation. ``environment`` moves every byte of its state; ``close`` takes its database away."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.data, self.log = folder / "data", folder / "log"
        clean = {name: value for name, value in os.environ.items() if not name.endswith("_URL") and name != "PORT"}
        self.environment = {**clean, "DATA_DIR": str(self.data), "DJANGO_SETTINGS_MODULE": "config.settings"}
        self.environment["PYTHONPATH"] = str(ROOT)
        self.name = ""
        if connection.vendor == "postgresql":
            self.name = f"house_{secrets.token_hex(6)}"
            self._admin(f'CREATE DATABASE "{self.name}"')
            server = urlsplit(os.environ["DATABASE_URL"])
            self.environment["DATABASE_URL"] = server._replace(path=f"/{self.name}").geturl()

    def close(self) -> None:
        if self.name:
            self._admin(f'DROP DATABASE "{self.name}" WITH (FORCE)')

    def start(self, *command: str, **environment: str) -> "subprocess.Popen[bytes]":
        """A process group of its own, so that a test can kill it whole; what it says is appended to ``self.log``."""
        with self.log.open("ab") as output:
            return subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env={**self.environment, **environment},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def manage(self, *arguments: object, **environment: str) -> tuple[int, str, str]:
        """(exit code, stdout, stderr) of one command."""
        return self._run("manage.py", *map(str, arguments), **environment)

    def python(self, code: str, *arguments: str, **environment: str) -> str:
        """What ``code`` prints with Django set up; anything but exit code 0 fails."""
        status, out, err = self._run("-c", SETUP + code, *arguments, **environment)
        assert status == 0, out + err
        return out

    def figures(self) -> str:
        """Everything that must be the same after a restore, as one text."""
        return self.python(FIGURES)

    def _run(self, *command: str, **environment: str) -> tuple[int, str, str]:
        done = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env={**self.environment, **environment},
            capture_output=True,
            encoding="utf-8",
            timeout=300,
        )
        return done.returncode, done.stdout, done.stderr

    @staticmethod
    def _admin(sql: str) -> None:
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
            server.execute(sql)


def kill_after(process: "subprocess.Popen[bytes]", seconds: float, *, whole: bool = True) -> bool:
    """SIGKILL the process (and its children) after that time; True when it was still running."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        kill(process, whole=whole)
        return True
    return False


def kill(process: "subprocess.Popen[bytes]", *, whole: bool = True) -> None:
    """SIGKILL, unless it has ended."""
    if process.poll() is None:
        (os.killpg if whole else os.kill)(process.pid, signal.SIGKILL)
        process.wait()


def wait_for(condition, seconds: float, pause: float = 0.2):
    """The first true value of ``condition`` within that time."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(pause)
    return found
