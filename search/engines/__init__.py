"""Engines: each compiles a Plan and nothing else. The embedded one is always there; a server stands before it."""

from functools import lru_cache
from importlib import import_module

from django.conf import settings

from search.engines.base import Engine, Server
from search.engines.tantivy import TantivyEngine

_embedded = TantivyEngine()


def embedded() -> Engine:
    """The engine inside this process."""
    return _embedded


def server() -> Server | None:
    """The engine on the server SEARCH_URL names, None without one."""
    return _server(settings.SEARCH_URL) if settings.SEARCH_URL else None


@lru_cache(maxsize=4)
def _server(url: str) -> Server:
    # Imported here: the client takes half a second, which nobody without a server has to wait.
    room = "search.engines.elasticsearch"
    connection = import_module(f"{room}.connection").Connection(url)
    made: Server = import_module(f"{room}.engine").ElasticsearchEngine(connection)
    return made
