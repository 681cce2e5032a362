"""A TCP proxy before the real server that fails in the ways networks and servers do."""

import socket
import threading
import time
from contextlib import suppress
from urllib.parse import urlsplit

_ANSWER = (
    "HTTP/1.1 {status}\r\nX-elastic-product: Elasticsearch\r\ncontent-type: {kind}\r\ncontent-length: {size}\r\n\r\n"
)


def _answer(status: str, body: str, kind: str = "application/json", size: int | None = None) -> bytes:
    content = body.encode()
    head = _ANSWER.format(status=status, kind=kind, size=len(content) if size is None else size)
    return head.encode() + content


# What is sent back instead of the server's answer; None: nothing at all.
FAULTS: dict[str, bytes | None] = {
    "refused": b"",
    "silent": None,
    "503": _answer("503 Service Unavailable", '{"error":{"type":"unavailable"},"status":503}'),
    "429": _answer("429 Too Many Requests", '{"error":{"type":"es_rejected_execution_exception"},"status":429}'),
    "half closed": _answer("200 OK", '{"hits":{"total":', size=5000),
    "malformed JSON": _answer("200 OK", '{"hits":{"total":'),
    "another shape": _answer("200 OK", '{"took":1,"count":"many"}'),
    "a list": _answer("200 OK", "[1]"),
    "a log-in page": b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>",
    "not HTTP": b"\x16\x03\x01\x00\xff\x00" * 20,
    "a trickle": None,
}


class FaultyProxy:
    """``fault`` None passes everything; setting it cuts the connections there are."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._target = (parts.hostname, parts.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._fault: str | None = None
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}{parts.path}"
        threading.Thread(target=self._accept, daemon=True).start()

    def fail(self, fault: str | None) -> None:
        self._fault = fault
        self._cut()

    def close(self) -> None:
        self._listener.close()
        self._cut()

    def _cut(self) -> None:
        for held in self._open:
            with suppress(OSError):
                held.shutdown(socket.SHUT_RDWR)
            held.close()
        self._open.clear()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._open.append(client)
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError):
            if self._fault is None:
                server = socket.create_connection(self._target)
                self._open.append(server)
                threading.Thread(target=_pump, args=(server, client), daemon=True).start()
                _pump(client, server)
                return
            client.recv(65536)
            if self._fault == "a trickle":
                client.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n")
                while client.send(b" "):
                    time.sleep(0.1)
            if (sent := FAULTS[self._fault]) is not None:
                client.sendall(sent)
                client.shutdown(socket.SHUT_WR)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
