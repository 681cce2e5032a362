"""What holds for every page: templates compile, addresses resolve, doors are closed, reading writes nothing."""

import re
from pathlib import Path

import pytest
from django.db import connection
from django.template.loader import get_template
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse

from accounts.models import Party, Role
from tests.frontend.conftest import WRITES, text_of

TEMPLATES = Path(__file__).resolve().parents[2] / "frontend" / "templates"
STATIC = TEMPLATES.parent / "static" / "frontend"
NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))

PUBLIC = ("/", "/products/", "/products/D001/", "/login/", "/healthz", "/design/")
FIRM_PAGES = ("/me/facts/", "/me/facts/edit/", "/me/needs/", "/me/needs/new/", "/me/matches/")
READ_BY_ALL = ("/plan/", "/ledger/2023Q1/")


@pytest.mark.parametrize("name", NAMES)
def test_every_template_compiles(name):
    assert get_template(name)


@pytest.mark.parametrize("name", NAMES)
def test_every_address_in_a_template_resolves(name):
    for view, rest in re.findall(r"""{%\s*url\s+['"]([^'"]+)['"]([^%]*)%}""", (TEMPLATES / name).read_text("utf-8")):
        given = rest.split(" as ")[0].split()
        arguments = ["2023Q1" if "ledger" in view else "1", *(word.strip("'\"") for word in given[1:])][: len(given)]
        try:
            assert reverse(view, args=arguments).startswith("/")
        except NoReverseMatch:
            pytest.fail(f"{name}: {view} with {arguments}")


def test_nothing_inline_that_the_content_policy_would_stop():
    inline = re.compile(r"<style|\sstyle=|<script(?![^>]*\bsrc=)|\son[a-z]+=|javascript:")
    assert [name for name in NAMES if inline.search((TEMPLATES / name).read_text("utf-8"))] == []


def test_style_sheets_name_colours_only_as_tokens():
    """Outside tokens.css a colour is a token; white, black and the footer's own pair are the exceptions."""
    allowed = {"#fff", "#000", "#d5dde6", "#e8eef5", "#5d7189", "#fdf4e3"}
    found = {
        (path.name, colour)
        for path in STATIC.glob("*.css")
        if path.name != "tokens.css"
        for colour in re.findall(r"#[0-9a-f]{3,8}\b", path.read_text("utf-8"))
    }
    assert {item for item in found if item[1] not in allowed} == set()
    assert [path.name for path in STATIC.glob("*.css") if len(path.read_text("utf-8").splitlines()) > 300] == []


@pytest.mark.parametrize("address", PUBLIC)
def test_public_pages_are_open_to_a_visitor(client, shelf, address):
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("address", [*FIRM_PAGES, *READ_BY_ALL, "/me/needs/N1/edit/"])
def test_everything_else_sends_a_visitor_to_the_login(client, db, address):
    response = client.get(address)
    assert (response.status_code, response["Location"]) == (302, f"/login/?next={address}")


@pytest.mark.parametrize("address", FIRM_PAGES)
def test_pages_of_a_firm_are_refused_to_staff_with_words(as_office, address):
    response = as_office.get(address)
    assert response.status_code == 403
    assert "请用企业或人才账号登录" in text_of(response)


@pytest.mark.parametrize("role", [Role.FIRM, Role.BANK_MAKER, Role.OFFICER, Role.LEAD_UNIT, Role.OFFICE])
@pytest.mark.parametrize("address", READ_BY_ALL)
def test_plan_and_ledger_are_read_by_everyone_with_an_account(client, plan, register, role, address):
    kind = Party.Kind.ENTERPRISE if role == Role.FIRM else Party.Kind.DEPARTMENT
    client.force_login(register("reader", role, kind=kind))
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("address", [*PUBLIC[:4], *FIRM_PAGES, *READ_BY_ALL])
def test_reading_writes_nothing(as_firm, shelf, plan, need, address):
    as_firm.get("/products/")  # the first search may build the index
    with CaptureQueriesContext(
        connection,
    ) as captured:
        as_firm.get(address)
    assert [query["sql"] for query in captured if query["sql"].startswith(WRITES)] == []


@pytest.mark.parametrize("address", [*PUBLIC[:3], *FIRM_PAGES, *READ_BY_ALL])
def test_a_page_asks_no_more_than_fifteen_questions(as_firm, shelf, plan, need, address):
    as_firm.get("/products/")
    with CaptureQueriesContext(connection) as captured:
        as_firm.get(address)
    # The ledger asks one or two per declared indicator; its number does not depend on rows.
    assert len(captured) <= (40 if address in READ_BY_ALL else 15)


def test_an_unknown_address_says_so_and_leads_on(client, db):
    response = client.get("/nothing/here/")
    assert response.status_code == 404
    assert "没有这一页" in text_of(response)
    assert 'href="/products/"' in text_of(response)


def test_a_form_without_its_token_gets_a_designed_page(firm_user):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(firm_user)
    response = browser.post("/me/facts/edit/", {"revenue": "5"})
    assert response.status_code == 403
    assert "页面打开太久，已经过期" in text_of(response)


def test_a_failure_shows_the_designed_page_and_not_a_trace(client, db, monkeypatch):
    def broken():
        raise RuntimeError("disk on fire")

    monkeypatch.setattr("frontend.views.home.shelf_counts", broken)
    client.raise_request_exception = False
    response = client.get("/")
    assert response.status_code == 500
    assert "这一步没有办成" in text_of(response)
    assert "disk on fire" not in text_of(response)


def test_each_reader_gets_the_tabs_of_the_own_portal(client, plan, register):
    client.force_login(register("lead", Role.LEAD_UNIT))
    page = text_of(client.get("/plan/"))
    assert "牵头单位" in page
    assert 'href="/ledger/"' in page
    assert 'href="/me/facts/"' not in page


def test_a_user_without_a_party_sees_the_public_side(client, shelf, actor, django_user_model):
    client.force_login(django_user_model.objects.create_user("alone", password="correct horse"))
    assert client.get("/products/").status_code == 200
    assert client.get("/products/D001/").status_code == 200
    assert client.get("/me/matches/").status_code == 403
