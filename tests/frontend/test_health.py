"""Alive and ready."""

from search.services import rebuild


def test_alive_says_nothing_but_that(client, db):
    assert client.get("/healthz").json() == {"status": "ok"}


def test_ready_names_everything_that_is_missing(client, db):
    response = client.get("/readyz")
    assert response.status_code == 503
    assert set(response.json()["missing"]) == {"plan", "products", "search"}


def test_ready_still_waits_for_the_index(client, shelf, plan, settings, tmp_path):
    settings.DATA_DIR = tmp_path / "elsewhere"
    response = client.get("/readyz")
    assert (response.status_code, list(response.json()["missing"])) == (503, ["search"])


def test_ready_once_plan_products_and_index_are_there(client, shelf, plan):
    rebuild()
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (200, {"status": "ready"})


def test_a_search_server_that_does_not_answer_is_said_and_readers_are_served(client, shelf, plan, settings):
    rebuild()
    settings.SEARCH_URL = "http://127.0.0.1:9/nobody-listens"
    response = client.get("/readyz")
    assert (response.status_code, response.json()["status"]) == (200, "ready")
    assert "Elasticsearch 没有应答" in response.json()["degraded"]["search"]
    page = client.get("/products/", {"q": "研发贷"}).content.decode()
    assert "检索服务正在恢复" in page
    assert "D026" in page
