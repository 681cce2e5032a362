from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

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
