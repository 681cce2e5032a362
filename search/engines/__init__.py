"""Engines: each compiles a Plan and nothing else. The embedded one is the default."""

from search.engines.base import Engine
from search.engines.tantivy import TantivyEngine

_embedded = TantivyEngine()


def current() -> Engine:
    """The engine that answers now."""
    return _embedded
