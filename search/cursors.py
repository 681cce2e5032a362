"""Keyset cursors: where the last page ended, as an opaque text bound to its sort and rung of the ladder."""

import base64
import binascii
import json
from dataclasses import dataclass

from common.errors import Invalid
from search.plan import Boundary

_MAX_CURSOR = 600


@dataclass(frozen=True)
class Cursor:
    """``rung`` is the position on the ladder: the next page must come from the same selection."""

    sort: str
    rung: int
    boundary: Boundary


def encode(cursor: Cursor) -> str:
    """URL-safe text."""
    content = [cursor.sort, cursor.rung, cursor.boundary.value, cursor.boundary.key]
    return base64.urlsafe_b64encode(json.dumps(content, ensure_ascii=False).encode()).decode().rstrip("=")


def decode(text: str, sort: str) -> Cursor:
    """Read back :func:`encode`; anything else, or a cursor of another sort, is Invalid."""
    try:
        if len(text) > _MAX_CURSOR:
            raise ValueError
        name, rung, value, key = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        plain = type(rung) is int and type(key) is str and (value is None or type(value) in (int, float))
        if not plain or name != sort or rung < 0 or value != value or abs(value or 0) > 1e18:
            raise ValueError
    except (ValueError, TypeError, binascii.Error, RecursionError) as error:
        raise Invalid("翻页位置已失效，请从第一页重新查看。", field="after") from error
    return Cursor(name, rung, Boundary(value, key.encode("utf-8", "ignore").decode("utf-8")))
