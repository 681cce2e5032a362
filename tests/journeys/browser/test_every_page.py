"""axe, console, requests and width, on every page of the URLconf, for every role that may see it."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.journeys.browser.pages import NOT_PAGES, PAGES, PROBLEMS, READERS, STATES, names
from tests.journeys.browser.site import Watch, context_of, faults_at_every_width


@pytest.fixture(scope="module")
def axe():
    return Axe()


@pytest.fixture(scope="module")
def reading(browser, site):
    """One browser a reader, kept for the module: reader → (page, watch)."""
    opened = {}

    def of(reader):
        if reader not in opened:
            watch = Watch(site.base)
            opened[reader] = (watch.over(context_of(browser, site, reader).new_page()), watch)
        return opened[reader]

    yield of
    for page, _ in opened.values():
        page.context.close()


def faults(reading, axe, reader, address, status=200):
    """What is wrong with one address for one reader."""
    page, watch = reading(reader)
    response = page.goto(address, wait_until="load")
    if response.status != status:
        return [f"answered {response.status}"]
    return faults_at_every_width(page, axe) + watch.taken()


def test_every_name_is_a_page_with_a_spec_or_no_page():
    assert sorted({*PAGES, *NOT_PAGES}) == names()
    assert not PAGES.keys() & NOT_PAGES.keys()


@pytest.mark.parametrize("name", PAGES)
def test_page(name, site, reading, axe):
    spec = PAGES[name]
    address = site.base + spec.address(name, site.codes)
    found = [f"{reader}: {fault}" for reader in spec.readers for fault in faults(reading, axe, reader, address)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", [name for name, spec in PAGES.items() if spec.sole])
def test_page_is_refused_to_everybody_else(name, site, reading):
    spec = PAGES[name]
    for reader in set(READERS) - set(spec.readers):
        page, _ = reading(reader)
        answer = page.request.get(site.base + spec.address(name, site.codes), max_redirects=0)
        assert answer.status in (302, 403, 404), reader
        assert answer.status != 302 or "/login/" in answer.headers["location"], reader


@pytest.mark.parametrize("state", STATES)
def test_state_of_a_page(state, site, reading, axe):
    reader, path = STATES[state]
    found = faults(reading, axe, reader, site.base + path)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("problem", PROBLEMS)
def test_problem_page(problem, site, reading, axe):
    reader, path, status = PROBLEMS[problem]
    assert faults(reading, axe, reader, site.base + path, status) == []


@pytest.mark.parametrize(("reader", "path"), [("qiye1", "/me/needs/new/"), ("-", "/login/")])
def test_a_form_sent_empty_points_at_its_fields(reader, path, site, browser, axe):
    page = context_of(browser, site, reader).new_page()
    page.goto(site.base + path)
    page.locator("main form button[type=submit]").first.click()
    assert page.locator(".problems a").count() >= 1
    assert faults_at_every_width(page, axe) == []
    page.context.close()
