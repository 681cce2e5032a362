"""A bank's business system: a client with a token, calling as it would over the network."""

import json
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test.testcases import LiveServerThread, _StaticFilesHandler

from accounts.api_clients import SCOPES, client_open
from tests.matching.conftest import accepted, chain, definition, pending, signer

__all__ = ["accepted", "chain", "definition", "pending", "signer"]

_KEYS = count()


@dataclass
class System:
    """``call`` sends JSON with the token; a fresh key for every write unless one is given."""

    token: str

    def call(self, method: str, path: str, body: Any = None, *, key: str | None = None, **headers: str) -> Any:
        given = {"Authorization": f"Bearer {self.token}", **headers}
        if method != "GET":
            given["Idempotency-Key"] = f"key-{next(_KEYS)}" if key is None else key
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return Client(raise_request_exception=False).generic(
            method, f"/api/v1/{path}", data, content_type="application/json", headers=given
        )


def token_for(client_id, secret, **extra):
    return Client().post(
        "/api/v1/token",
        {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret, **extra},
    )


@pytest.fixture
def open_system():
    """A system of the bank whose checker is given, with all scopes or those named."""

    def make(checker, *scopes):
        client, secret = client_open(actor=checker, name="核心系统", scopes=scopes or list(SCOPES))
        return System(token_for(client.client_id, secret).json()["access_token"])

    return make


@pytest.fixture
def system(chain, open_system):
    return open_system(chain.checkers[0])


@contextmanager
def serving():
    """A live server over the test's own connection, so that it sees what the test wrote; yields its address."""
    connection = connections["default"]
    connection.inc_thread_sharing()
    thread = LiveServerThread("127.0.0.1", _StaticFilesHandler, connections_override={"default": connection})
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    try:
        assert thread.error is None, thread.error
        yield f"http://127.0.0.1:{thread.port}"
    finally:
        thread.terminate()
        connection.dec_thread_sharing()


def codes(response):
    """Codes of the envelope's errors, after checking that it is one, in Chinese."""
    body = response.json()
    assert set(body) == {"type", "errors"}
    for error in body["errors"]:
        assert set(error) == {"code", "detail", "attr"}
        assert any("一" <= char <= "鿿" for char in error["detail"]), error
    return [error["code"] for error in body["errors"]]
