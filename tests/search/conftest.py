import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from search.engines.base import Engine
from search.engines.elasticsearch.connection import Connection
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


@pytest.fixture
def server_url() -> Iterator[str]:
    """The real server, with index names of this test's own, which are removed afterwards."""
    prefix = f"test-{uuid.uuid4().hex[:12]}"
    url = f"{os.environ['TEST_SEARCH_URL']}/{prefix}"
    yield url
    remove(url)


def remove(url: str) -> None:
    """Delete every index under ``url``."""
    made = connection_to(url)
    for name in made.client.indices.get(index=f"{made.prefix}-*"):
        made.client.indices.delete(index=name)
    made.client.close()


@pytest.fixture(params=["tantivy", pytest.param("elasticsearch", marks=pytest.mark.elasticsearch)])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Each engine in turn."""
    if request.param == "tantivy":
        yield TantivyEngine()
        return
    made = connection_to(request.getfixturevalue("server_url"))
    yield ElasticsearchEngine(made)
    made.client.close()


def connection_to(url: str) -> Connection:
    """A connection of the test's own."""
    return Connection(url)
