"""One server: short timeouts, a breaker, and every way it can fail told as Unreachable."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from elasticsearch import ApiError, Elasticsearch, NotFoundError, TransportError
from elasticsearch.helpers import BulkIndexError

from search.errors import Unreachable

_THREADS = 16

# An answer that is no answer (another shape, half a document) shows itself where it is taken apart.
_FAILURES = (ApiError, TransportError, BulkIndexError, LookupError, TypeError, ValueError, AttributeError, OSError)

T = TypeVar("T")


class Breaker:
    """Open after a failure for ``rest`` seconds, so that nobody waits for a dead server; then one caller tries."""

    def __init__(self, rest: float) -> None:
        self._rest, self._closed_from, self._lock = rest, 0.0, threading.Lock()

    def require_closed(self) -> None:
        """Unreachable while open. The caller let through after the rest is alone until it succeeded."""
        with self._lock:
            if not self._closed_from:
                return
            if time.monotonic() < self._closed_from:
                raise Unreachable("asked a moment ago")
            self._closed_from = time.monotonic() + self._rest

    def failed(self) -> None:
        """Open."""
        with self._lock:
            self._closed_from = time.monotonic() + self._rest

    def succeeded(self) -> None:
        """Close."""
        with self._lock:
            self._closed_from = 0.0


@dataclass(frozen=True)
class Patience:
    """Seconds for one request of a search, all of it, one request of a build, all of it; ``rest`` of the breaker."""

    request: float = 0.8
    search: float = 1.4
    build: float = 20.0
    whole_build: float = 60.0
    rest: float = 5.0


class Connection:
    """``url`` is http(s)://[user:password@]host[:port][/prefix]; ``prefix`` begins every index name."""

    def __init__(self, url: str, patience: Patience = Patience()) -> None:
        parts = urlsplit(url)
        self.prefix = parts.path.strip("/").replace("/", "-").lower() or "market"
        self.breaker, self._patience = Breaker(patience.rest), patience
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        port = parts.port or (443 if parts.scheme == "https" else 9200)
        login = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
        self.client = Elasticsearch(
            f"{parts.scheme}://{host}:{port}", basic_auth=login, request_timeout=patience.request, max_retries=0
        )
        self.builder = self.client.options(request_timeout=patience.build)

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Around requests and what takes their answers apart: a failure opens the breaker and is Unreachable."""
        try:
            yield
        except NotFoundError as error:
            # The generation was replaced meanwhile: no fault of the server's.
            raise Unreachable(repr(error)) from error
        except _FAILURES as error:
            self.breaker.failed()
            raise Unreachable(repr(error)) from error
        self.breaker.succeeded()

    def deadline(self, *, building: bool = False) -> float:
        """Until when (monotonic seconds) a search, or a build, that begins now may wait."""
        return time.monotonic() + (self._patience.whole_build if building else self._patience.search)

    def in_time(self, deadline: float, work: Callable[[], T]) -> T:
        """``work()`` until ``deadline``. Timeouts of sockets alone bound neither a trickle nor a name look-up."""
        self.breaker.require_closed()
        future = self._threads.submit(work)
        try:
            return future.result(max(0.0, deadline - time.monotonic()))
        except TimeoutError as error:
            self.breaker.failed()
            raise Unreachable("no answer in time") from error

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(_THREADS, "elasticsearch")
