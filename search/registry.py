"""The registry of what can be searched; higher floors register their Document in ``AppConfig.ready``."""

from common import outbox
from common.errors import Invalid
from search import sync
from search.declare import Document, Keyword, Number, Row, Sort, Text

__all__ = ["Document", "Keyword", "Number", "Row", "Sort", "Text", "documents", "get", "register"]

_documents: dict[str, Document] = {}


def register(document: Document) -> None:
    """Make ``document`` searchable and follow its outbox topic; a second one of the same name raises ValueError."""
    if document.name in _documents:
        raise ValueError(f"search document {document.name!r} is registered already")
    outbox.subscribe(document.topic, sync.handler(document))
    _documents[document.name] = document


def documents() -> tuple[Document, ...]:
    """All registered documents in order of registration."""
    return tuple(_documents.values())


def get(name: str) -> Document:
    """The document called ``name``; Invalid names those there are."""
    if name not in _documents:
        known = "、".join(f"{item.name}（{item.label}）" for item in documents())
        raise Invalid(f"没有“{name[:20]}”这一类内容，请选：{known}。", field="document")
    return _documents[name]
