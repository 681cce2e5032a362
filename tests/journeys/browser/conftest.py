"""One staged demo a run; a browser and a server a module, so that no event loop outlives the module."""

import json
import os

import pytest

from tests.journeys.browser import site as sites
from tests.services import SERVICES

if problem := SERVICES["chromium"]():
    _skip = f"没有可用的 Chromium，浏览器测试已跳过（{problem}）"
elif "DATABASE_URL" in os.environ:
    _skip = "pages in a browser are proven once, on SQLite"
else:
    _skip = ""


def pytest_collection_modifyitems(items):
    if not _skip:
        return
    for item in items:
        if "tests/journeys/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.skip(reason=_skip))


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    # The workers of one run have one folder above their own.
    shared = tmp_path_factory.getbasetemp()
    return sites.staged((shared.parent if os.environ.get("PYTEST_XDIST_WORKER") else shared) / "browser-stage")


@pytest.fixture(scope="module")
def site(template, tmp_path_factory):
    with sites.serving(template, tmp_path_factory.mktemp("site")) as running:
        yield running


@pytest.fixture(scope="module")
def browser():
    with sites.chromium() as launched:
        yield launched


@pytest.fixture(scope="session")
def password(template):
    """What the start of the product printed for its demo users."""
    return json.loads((template / "data" / "keys" / "demo_logins.json").read_text("utf-8"))["password"]
