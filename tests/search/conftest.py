import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from search.engines.base import Engine
from search.engines.elasticsearch.connection import Connection, Patience
from search.engines.elasticsearch.engine import ElasticsearchEngine
from search.engines.tantivy import TantivyEngine
from tests.search import shelf


@pytest.fixture(autouse=True)
def own_index(settings: Any, tmp_path: Path) -> None:
    """Every test has an index directory of its own; nothing of another test can be found."""
    settings.DATA_DIR = tmp_path


@pytest.fixture
def store(db: None) -> Iterator[dict[str, Any]]:
    """The rows of the test document, empty at first."""
    shelf.STORE.clear()
    yield shelf.STORE
    shelf.STORE.clear()


# Generous on a busy machine; the tests of what happens when it runs out set their own.
PATIENT = Patience(request=20, search=30, build=60, rest=0)


@pytest.fixture
def server_url() -> Iterator[str]:
    """The real server, with index names of this test's own, which are removed afterwards."""
    url = f"{os.environ['TEST_SEARCH_URL']}/test-{uuid.uuid4().hex[:12]}"
    yield url
    made = Connection(url, PATIENT)
    made.client.indices.delete(
        index=[*made.client.indices.get(index=f"{made.prefix}-*")] or "none", ignore_unavailable=True
    )
    made.client.close()


@pytest.fixture
def elasticsearch(server_url: str) -> Iterator[ElasticsearchEngine]:
    """The server's engine."""
    made = Connection(server_url, PATIENT)
    yield ElasticsearchEngine(made)
    made.client.close()


@pytest.fixture(params=["tantivy", pytest.param("elasticsearch", marks=pytest.mark.elasticsearch)])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine in turn."""
    return TantivyEngine() if request.param == "tantivy" else request.getfixturevalue("elasticsearch")


@pytest.fixture
def through_server(elasticsearch: ElasticsearchEngine, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Engine:
    """Searches go to the server, as with SEARCH_URL in the environment."""
    settings.SEARCH_URL = "http://set-by-the-test"
    monkeypatch.setattr("search.engines._server", lambda url: elasticsearch)
    return elasticsearch
