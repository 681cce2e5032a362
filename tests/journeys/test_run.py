"""`make run` as a user meets it: ready with the demo, stopped within ten seconds, nothing lost on the next start."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager

import pytest

from tests.contracts.source import ROOT

pytestmark = pytest.mark.skipif("DATABASE_URL" in os.environ, reason="the embedded start is proven once, on SQLite")

READY_WITHIN, STOP_WITHIN = 240, 10


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running(data_dir, port):
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(data_dir),
        "DATA_DIR": str(data_dir / "data"),
        "PORT": str(port),
    }
    with (data_dir / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "run"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=log
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.stdout.close()
            process.wait()


def fetch(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as response:
        return response.read().decode()


def wait_for_screen(process, data_dir):
    """Read the closing screen up to its last line."""
    deadline, screen = time.monotonic() + READY_WITHIN, []
    for raw in process.stdout:
        screen.append(raw.decode())
        if "按 Ctrl-C 停止" in screen[-1]:
            return "".join(screen)
        assert time.monotonic() < deadline
    raise AssertionError("run ended: " + (data_dir / "log").read_text("utf-8")[-2000:])


def stop(process, number):
    begun = time.monotonic()
    process.send_signal(number)
    process.wait(STOP_WITHIN)
    return time.monotonic() - begun


def test_start_use_stop_and_start_again(tmp_path):
    port = free_port()
    with running(tmp_path, port) as process:
        first = wait_for_screen(process, tmp_path)
        assert "172 款参考产品" in first
        assert "14 项措施" in first
        assert fetch(port, "/readyz")
        assert "善新贷" in fetch(port, "/products/?q=%E5%96%84%E6%96%B0%E8%B4%B7")
        stop(process, signal.SIGTERM)
        assert process.returncode == 0
    with running(tmp_path, port) as process:
        second = wait_for_screen(process, tmp_path)
        counts = re.compile(r"  (?:方案|产品|城市|匹配|口令) .*")
        assert counts.findall(second) == counts.findall(first)
        stop(process, signal.SIGINT)
    with pytest.raises(OSError, match="refused"):
        fetch(port, "/healthz")
