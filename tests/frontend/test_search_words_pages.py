"""Suggestions, the office's pages on search, and saved searches, as people reach them."""

import pytest

from accounts.models import Role
from accounts.small_counts import SMALLEST_SHOWN
from search import popular
from search.analysis import lexicon
from search.models import SavedSearch, Synonym
from tests.frontend.conftest import text_of


@pytest.fixture(autouse=True)
def words_of_one_test():
    yield
    lexicon.use(())


def test_suggestions_are_options_that_lead_to_results(client, shelf):
    page = client.get("/products/suggest/?q=dai").content.decode()
    assert 'role="option"' in page
    assert 'href="/products/?q=' in page
    assert client.get("/products/suggest/?q=").content.decode().strip() == ""


def test_suggestions_of_the_api_are_the_same(client, shelf):
    found = client.get("/api/v1/search/suggest/?q=ke").json()
    assert found
    assert {"text", "kind", "label"} == found[0].keys()
    assert client.get(f"/api/v1/search/suggest/?q={'x' * 300}").status_code == 400


@pytest.mark.parametrize("address", ["/", "/products/"])
def test_the_box_works_as_a_plain_form(client, shelf, address):
    page = text_of(client.get(address))
    assert 'role="search" action="/products/"' in page
    assert 'data-suggest="/products/suggest/"' in page


@pytest.mark.parametrize("address", ["/office/search/", "/office/search/synonyms/"])
def test_only_the_office_reads_what_was_searched(client, register, db, address):
    assert client.get(address).status_code == 302
    client.force_login(register("firm", Role.FIRM))
    assert client.get(address).status_code == 403
    client.force_login(register("office", Role.OFFICE))
    assert client.get(address).status_code == 200


def test_what_finds_nothing_is_shown_once_often_enough(client, as_office, shelf):
    for _ in range(SMALLEST_SHOWN):
        client.get("/products/?q=qqqqzzzz")
    client.get("/products/?q=wwwwzzzz")
    popular.gather()
    page = text_of(client.get("/office/search/"))
    assert "qqqqzzzz" in page
    assert "wwwwzzzz" not in page


def test_the_office_adds_and_removes_a_word(as_office, shelf):
    added = {"left": "放羊", "right": "养殖"}
    assert "已加" in text_of(as_office.post("/office/search/synonyms/add/", added, follow=True))
    assert "词表里已有" in text_of(as_office.post("/office/search/synonyms/add/", added, follow=True))
    assert "2 至 20 个汉字" in text_of(as_office.post("/office/search/synonyms/add/", {"left": "x"}, follow=True))
    number = Synonym.objects.get().pk
    assert "已删除" in text_of(as_office.post(f"/office/search/synonyms/{number}/remove/", follow=True))
    assert as_office.post(f"/office/search/synonyms/{number}/remove/").status_code == 404
    assert as_office.post("/office/search/synonyms/９/remove/").status_code == 404


def test_a_firm_keeps_a_search_and_lets_it_go(as_firm, shelf):
    address = "?q=科创贷&category=贷&after=x&nonsense=1"
    assert "已保存" in text_of(as_firm.post("/searches/save/", {"address": address}, follow=True))
    kept = SavedSearch.objects.get()
    assert (kept.text, kept.ticks) == ("科创贷", [["category", "贷"]])
    assert as_firm.get(kept.path).status_code == 200
    assert "已经保存过" in text_of(as_firm.post("/searches/save/", {"address": address}, follow=True))
    assert "请先写要找什么" in text_of(as_firm.post("/searches/save/", {"address": ""}, follow=True))
    assert "已删除" in text_of(as_firm.post(f"/searches/{kept.pk}/remove/", follow=True))
    assert SavedSearch.objects.count() == 0


def test_nobody_removes_the_search_of_another(as_firm, client, register, shelf):
    as_firm.post("/searches/save/", {"address": "?q=科创贷"})
    client.force_login(register("other", Role.FIRM))
    assert client.post(f"/searches/{SavedSearch.objects.get().pk}/remove/").status_code == 404
