"""Whatever an address says, the public search answers: the first page, or a sentence; never an error of the program."""

import pytest

from search.engines import generations
from search.engines.tantivy import TantivyEngine
from tests.frontend.conftest import text_of

ADDRESSES = [
    "page=-1",
    "page=99999999999999999999",
    "page=x&page=y",
    "q=%00",
    "q=%FF%FE%80",
    "q=%ED%A0%80",
    "q=" + "%E8%B4%B7" * 2_000,
    "q=%F0%9F%92%B0",
    "q[]=1&q=2&q=",
    "category=%E6%B2%A1%E6%9C%89",
    "category=%00&tags=%FF&regions=%0A",
    "origin=nowhere&institution_kind=x",
    "category=" + "x" * 5_000,
    "&".join(f"tags={number}" for number in range(200)),
    "sort=xx",
    "sort=rate&sort=%00",
    "sort=rate&after=garbage",
    "after=%00",
    "after=%FF",
    "after=" + "A" * 5_000,
    "after=WyJyYXRlIiwgMCwgMSwgIkEiXQ",
    "after=WyJyZWxldmFuY2UiLCA5OTk5OTk5OTk5OTk5LCAxLCAiXHVkODAwIl0",
    "size=-5&amount=99999999999999999999999",
    "amount=1e400&term_months=%D9%A1&rate_max_bp=-0",
    "strict=amount&strict=__class__&strict=%00",
    "need=%00&need=../../etc",
    "=&&&==&q",
    "q=" + "%22%28%5B%2A" * 20,
]


@pytest.mark.parametrize("query", ADDRESSES)
def test_the_page_answers_any_address(client, shelf, query):
    response = client.get(f"/products/?{query}")
    assert response.status_code == 200
    assert "产品" in text_of(response)


@pytest.mark.parametrize("query", ADDRESSES)
@pytest.mark.parametrize("path", ["products/search/", "products/"])
def test_the_api_answers_or_says_in_chinese_what_is_wrong(client, shelf, path, query):
    response = client.get(f"/api/v1/{path}?{query}")
    assert response.status_code in (200, 400, 404, 422)
    if response.status_code != 200:
        assert all(any("一" <= char <= "鿿" for char in item["detail"]) for item in response.json()["errors"])


@pytest.fixture
def no_index(shelf, monkeypatch):
    """A file stands where the index should be, and nothing is open."""
    home = generations.folder("products")
    home.rename(home.with_name("aside"))
    home.touch()
    monkeypatch.setattr("search.engines._embedded", TantivyEngine())


def test_pages_without_an_index_say_so(client, no_index):
    response = client.get("/products/?q=贷")
    assert response.status_code == 503
    assert "检索暂不可用" in text_of(response)
    assert client.get("/products/D001/").status_code == 200
    assert client.get("/").status_code == 200


def test_the_api_without_an_index_says_so(client, no_index):
    client.raise_request_exception = False  # the framework reports a 503 as an error of the program too
    response = client.get("/api/v1/products/search/?q=贷")
    assert response.status_code == 503
    assert response.json()["errors"][0]["code"] == "index_unusable"


def test_ready_says_that_the_index_is_not(client, no_index, plan):
    response = client.get("/readyz")
    assert (response.status_code, list(response.json()["missing"])) == (503, ["search"])


def test_a_damaged_index_is_not_ready_until_somebody_searched(client, shelf, plan, monkeypatch):
    assert client.get("/products/").status_code == 200
    directory = generations.current("products")
    (directory / "meta.json").unlink()
    monkeypatch.setattr("search.engines._embedded", TantivyEngine())
    assert list(client.get("/readyz").json()["missing"]) == ["search"]
    assert client.get("/products/?q=贷").status_code == 200
    assert client.get("/readyz").status_code == 200
