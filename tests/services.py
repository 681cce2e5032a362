"""Say which real services answer, and fail when one that REQUIRED_SERVICES names does not.

``python -m tests.services``; REQUIRED_SERVICES is a comma-separated list kept in ``.ci/run``.
"""

import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable


def _postgresql() -> str:
    import psycopg

    url = os.environ.get("TEST_DATABASE_URL", "")
    if not url:
        return "TEST_DATABASE_URL 未设置"
    try:
        with psycopg.connect(url, connect_timeout=3):
            return ""
    except psycopg.OperationalError as error:
        return str(error).strip()


def chromium_path() -> str:
    """The machine's own Chromium, empty where there is none."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")


def _chromium() -> str:
    path = chromium_path()
    if not path:
        return "没有安装 chromium"
    started = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=60)
    return "" if started.returncode == 0 else f"chromium 不能启动：{started.stderr.strip()[-200:]}"


def _elasticsearch() -> str:
    url = os.environ.get("TEST_SEARCH_URL", "")
    if not url:
        return "TEST_SEARCH_URL 未设置"
    try:
        with urllib.request.urlopen(f"{url}/_cluster/health", timeout=3) as answer:
            return "" if answer.status == 200 else f"HTTP {answer.status}"
    except OSError as error:
        return str(error)


def _broker(name: str) -> str:
    from kombu.connection import Connection
    from kombu.exceptions import OperationalError

    url = os.environ.get(f"TEST_{name.upper()}_URL", "")
    if not url:
        return f"TEST_{name.upper()}_URL 未设置"
    try:
        with Connection(url) as connection:
            connection.ensure_connection(max_retries=1, timeout=3)
    except (OperationalError, OSError) as error:
        return str(error).strip() or type(error).__name__
    return ""


SERVICES: dict[str, Callable[[], str]] = {
    "postgresql": _postgresql,
    "chromium": _chromium,
    "elasticsearch": _elasticsearch,
    "redis": lambda: _broker("redis"),
    "rabbitmq": lambda: _broker("rabbitmq"),
}


def main() -> int:
    required = {name for name in os.environ.get("REQUIRED_SERVICES", "").split(",") if name}
    if unknown := required - SERVICES.keys():
        sys.stderr.write(f"REQUIRED_SERVICES 里有不认识的服务：{'、'.join(sorted(unknown))}\n")
        return 1
    failed = False
    for name, probe in SERVICES.items():
        problem = probe()
        failed |= bool(problem) and name in required
        state = "可用" if not problem else f"不可用，相关测试已跳过（{problem}）"
        sys.stdout.write(f"服务 {name}：{state}\n")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
