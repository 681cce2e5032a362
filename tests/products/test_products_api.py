"""The public API of the shelf: shapes, filters, and nothing that is not listed."""

import pytest
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from products.services import suspend
from search.services import rebuild

LIST = "/api/v1/products/"


@pytest.fixture
def shelf(catalogue, load):
    """Fifty products of all four categories."""
    wanted = ("B", "T", "D00", "D012", "X016")
    catalogue.rows = [row for row in catalogue.rows if row["id"].startswith(wanted)]
    load(catalogue.write())
    return catalogue


def test_the_list_is_public_paged_and_ordered_by_code(shelf, client):
    body = client.get(LIST).json()
    assert (body["count"], len(body["results"]), body["previous"]) == (50, 20, None)
    codes = [item["code"] for item in client.get(LIST, {"page_size": 100}).json()["results"]]
    assert codes == sorted(codes)
    assert body["results"][0] == {
        "code": "B001",
        "name": "科技担",
        "category": "保",
        "origin": "catalogue",
        "origin_label": "参考产品",
        "notice": "公开资料整理，非实时报价",
        "institution": "安徽省科技融资担保",
        "institution_kind": "担保",
        "region": "安徽",
        "price": {
            "amount": {"label": "担保额度", "text": "≤500 万元", "stated": True},
            "rate": {"label": "担保费率", "text": "≤1%", "stated": True},
            "term": {"label": "期限", "text": "来源未说明", "stated": False},
            "guarantee": {"label": "担保方式", "text": "信用、担保公司", "stated": True},
        },
        "source_as_of": "",
    }


def test_a_page_of_the_list_costs_a_constant_number_of_queries(shelf, client, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        client.get(LIST, {"page_size": 100})


@pytest.mark.parametrize(
    ("parameters", "count"),
    [
        ({"category": "险"}, 1),
        ({"origin": "local"}, 0),
        ({"institution": "农业银行"}, 3),
        ({"institution": "农业银行", "category": "险"}, 0),
    ],
)
def test_the_list_is_filtered(shelf, client, parameters, count):
    assert client.get(LIST, parameters).json()["count"] == count


def test_an_unknown_filter_value_is_refused_in_the_envelope(client, db):
    response = client.get(LIST, {"category": "存"})
    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == "category"


def test_the_detail_says_everything_and_its_rules_in_chinese(shelf, client):
    body = client.get(f"{LIST}D012/").json()
    assert body["name"] == "善新贷"
    assert (body["amount_min"], body["amount_max"], body["rate_min_bp"]) == (None, 10_000_000, 395)
    assert [rule["code"] for rule in body["rules"]] == [
        "category",
        "amount",
        "term",
        "min_years",
        "max_debt_ratio",
        "tax_grade",
        "tags",
    ]
    assert all(rule["required"] and rule["hard"] and rule["weight"] == 1 for rule in body["rules"])
    assert body["text_conditions"][0] == {"label": "适用对象", "text": "专精特新等科技型企业"}
    assert (body["version"], body["confirmed_on"], body["unconfirmed"]) == (1, None, False)


def test_a_product_without_institution_is_served(shelf, client):
    body = client.get(f"{LIST}X016/").json()
    assert (body["institution"], body["institution_kind"]) == ("", "")


def test_drafts_are_no_matter_of_the_public_address(draft, maker, client):
    client.force_login(maker)
    for address in (f"{LIST}T-01/", f"{LIST}none/", f"{LIST}不存在/"):
        assert client.get(address).status_code == 404
    assert client.get(f"{LIST}T-01/").json()["errors"][0]["code"] == "not_found"
    assert client.get(LIST).json()["count"] == 0


def test_a_suspended_product_leaves_list_detail_and_search(listed, maker, client):
    assert client.get(f"{LIST}T-01/").json()["notice"] == ""
    rebuild("products")
    suspend(actor=maker, version=listed, reason="额度用完")
    assert client.get(f"{LIST}T-01/").status_code == 404
    assert client.get(LIST).json()["count"] == 0
    # The index has not heard of it yet; the answer goes by the shelf.
    assert client.get(f"{LIST}search/", {"q": "科创通"}).json()["hits"] == []


def test_a_search_finds_counts_and_marks(shelf, client):
    body = client.get(f"{LIST}search/", {"q": "善新贷"}).json()
    first = body["hits"][0]
    assert (first["code"], first["product"]["name"]) == ("D012", "善新贷")
    assert any(segment["hit"] for segment in first["highlights"]["name"])
    assert set(body["facets"]) >= {"category", "guarantees", "regions", "tags"}
    assert all({"value", "count"} == set(item) for item in body["facets"]["category"])
    assert body["corrected"] is None


def test_filters_of_a_search_narrow_it_and_pages_follow(shelf, client):
    parameters = {"category": ["保", "投"], "size": 30}
    body = client.get(f"{LIST}search/", parameters).json()
    assert (body["total"], len(body["hits"])) == (39, 30)
    rest = client.get(f"{LIST}search/", {**parameters, "after": body["next_after"]}).json()
    codes = [hit["code"] for hit in [*body["hits"], *rest["hits"]]]
    assert len(set(codes)) == len(codes) == 39
    small = client.get(f"{LIST}search/", {"amount": 10**9, "category": "保"}).json()
    assert all(not hit["product"]["price"]["amount"]["stated"] for hit in small["hits"])
    cheap = client.get(f"{LIST}search/", {"rate_max_bp": 300, "sort": "rate"}).json()
    assert cheap["total"] > 0
    assert all(hit["product"]["price"]["rate"]["stated"] for hit in cheap["hits"])


@pytest.mark.parametrize(
    "parameters", [{"sort": "luck"}, {"size": 0}, {"category": "存"}, {"amount": "1e999"}, {"q": "长" * 201}]
)
def test_a_wrong_search_parameter_is_refused_in_the_envelope(client, db, parameters):
    response = client.get(f"{LIST}search/", parameters)
    assert response.status_code in (400, 422)
    assert response.json()["errors"][0]["detail"]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_shelf_is_read_only(client, db, method):
    for address in (LIST, f"{LIST}D001/", f"{LIST}search/"):
        assert getattr(client, method)(address).status_code in (403, 405)


def test_the_schema_describes_every_operation_without_a_warning(capsys):
    schema = SchemaGenerator().get_schema(request=None, public=True)
    validate_schema(schema)
    operations = {item["get"]["operationId"] for path, item in schema["paths"].items() if "/products/" in path}
    assert operations == {"products_list", "products_retrieve", "products_search"}
    assert "products/" not in capsys.readouterr().err
