"""A live server over the staged demo, and what a browser notices on it."""

import fcntl
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.contracts.source import ROOT
from tests.services import chromium_path

READY_WITHIN = 60
DESKTOP, PHONE, NARROW = 1440, 360, 320
HEIGHT = 900
VISITOR = "-"
STATED = 400


@dataclass(frozen=True)
class Site:
    """``base`` is the address, ``sessions`` username → cookie, ``codes`` what stage.py set out."""

    base: str
    sessions: dict[str, str]
    codes: dict[str, str]


def staged(folder: Path) -> Path:
    """The prepared data under ``folder``, made by whoever comes first; workers of one run share it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "stage.json").exists():
            shutil.rmtree(folder / "data", ignore_errors=True)
            command = [sys.executable, "-m", "tests.journeys.browser.stage"]
            made = subprocess.run(command, cwd=ROOT, env=_environment(folder / "data"), stdout=subprocess.PIPE)
            if made.returncode:
                raise AssertionError("the demo could not be staged; its error stands above")
            (folder / "stage.json").write_bytes(made.stdout)
    return folder


@contextmanager
def serving(template: Path, folder: Path) -> Iterator[Site]:
    """Serve a copy of ``template``, so that what one journey writes no other sees."""
    data = folder / "data"
    shutil.copytree(template / "data", data)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--config", "python:config.gunicorn", "config.wsgi:application"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=_environment(data, port), stdout=log, stderr=log)
    base = f"http://127.0.0.1:{port}"
    try:
        _wait(server, base, folder / "log")
        yield Site(base, **json.loads((template / "stage.json").read_text("utf-8")))
    finally:
        server.terminate()
        server.wait(20)


def _environment(data: Path, port: int = 8000) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(data), "DATA_DIR": str(data), "PORT": str(port)}


def _wait(server: subprocess.Popen[bytes], base: str, log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{base}/readyz", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError("the server did not come up: " + log.read_text("utf-8")[-2000:])


@contextmanager
def chromium() -> Iterator[Browser]:
    """The machine's own Chromium; nothing is downloaded."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        yield browser
        browser.close()


def context_of(
    browser: Browser, site: Site, user: str, *, width: int = DESKTOP, scripts: bool = True
) -> BrowserContext:
    """A browser in which ``user`` is logged in already; VISITOR for nobody."""
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHT}, locale="zh-CN", java_script_enabled=scripts
    )
    if user != VISITOR:
        context.add_cookies([{"name": "sessionid", "value": site.sessions[user], "url": site.base}])
    return context


@dataclass
class Watch:
    """Everything wrong that a page does by itself: console errors, failed and third-party requests."""

    base: str
    found: list[str] = field(default_factory=list)

    def over(self, page: Page) -> Page:
        page.on("console", lambda message: self._console(message.type, message.text))
        page.on("pageerror", lambda error: self.found.append(f"script: {error}"))
        page.on("requestfailed", lambda request: self._failed(request.url, request.failure or ""))
        page.on("request", lambda request: self._request(request.url))
        page.on("response", lambda response: self._response(response.url, response.status))
        return page

    def taken(self) -> list[str]:
        """What was noticed since the last time."""
        noticed, self.found = self.found, []
        return noticed

    def _console(self, kind: str, text: str) -> None:
        # The status of the page itself is judged by whoever opened it.
        if kind in ("error", "warning") and "Failed to load resource" not in text:
            self.found.append(f"console: {text}")

    def _failed(self, url: str, failure: str) -> None:
        # A download takes the place of a page; the browser calls that an aborted request.
        if "ERR_ABORTED" not in failure:
            self.found.append(f"failed request: {url} {failure}")

    def _request(self, url: str) -> None:
        if not url.startswith((self.base + "/", "data:")):
            self.found.append(f"third party: {url}")

    def _response(self, url: str, status: int) -> None:
        if status >= STATED and "/static/" in url:
            self.found.append(f"{status}: {url}")


def violations(page: Page, axe: Axe) -> list[str]:
    """axe with every rule on, best practices included: rule, help and the first place."""
    found = axe.run(page).response["violations"]
    return [f"axe {item['id']}: {item['help']}: {item['nodes'][0]['html'][:160]}" for item in found]


def sideways(page: Page) -> list[str]:
    """What makes the whole page wider than the window."""
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{wider} px wider than the window"] if wider > 0 else []


def faults_at_every_width(page: Page, axe: Axe) -> list[str]:
    """axe on a desktop and on a phone, and no sideways scrolling down to 320 px; one load serves all widths."""
    found = []
    for width in (DESKTOP, PHONE, NARROW):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        checks = sideways(page) + (violations(page, axe) if width != NARROW else [])
        found += [f"{width} px: {fault}" for fault in checks]
    return found
