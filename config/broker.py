"""The embedded broker: kombu's filesystem transport, with files that appear whole or not at all.

The library creates messages and queue tables under their final name and writes them afterwards; a reader that polls
every 50 ms then takes an empty file and the worker dies of it (seen after two minutes of the demo).
"""

import fcntl
import json
import os
import uuid
from pathlib import Path
from time import monotonic_ns
from typing import Any

from celery import Celery
from kombu.exceptions import OperationalError
from kombu.transport import TRANSPORT_ALIASES, filesystem


def _write_whole(target: Path, content: Any) -> None:
    """Write beside, then rename: on one file system a rename is atomic."""
    unfinished = target.with_name(f"{target.name}.{uuid.uuid4()}.unfinished")
    unfinished.write_text(json.dumps(content), encoding="utf-8")
    os.replace(unfinished, target)


class Channel(filesystem.Channel):
    """The library's channel with both of its writes made atomic."""

    # The library's own two base classes name the second argument differently.
    def _put(self, queue: str, payload: dict[str, Any], **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{monotonic_ns() // 1_000_000}_{uuid.uuid4()}.{queue}.msg"
        _write_whole(Path(self.data_folder_out) / name, payload)

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        table = self.control_folder / f"{exchange}.exchange"
        table.parent.mkdir(exist_ok=True)
        binding = [routing_key or "", pattern or "", queue or ""]
        with (table.parent / ".lock").open("w") as guard:
            fcntl.flock(guard, fcntl.LOCK_EX)
            bindings = json.loads(table.read_text("utf-8")) if table.exists() else []
            if binding not in bindings:
                _write_whole(table, [binding, *bindings])


class Transport(filesystem.Transport):
    """``filesystem://`` as Celery finds it here."""

    Channel = Channel


def answers(app: Celery) -> bool:
    """Whether the broker takes messages; a server gets a few seconds to say so."""
    try:
        with app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, timeout=3)
    except (OperationalError, OSError):
        return False
    return True


def install() -> None:
    """Make ``filesystem://`` mean this transport."""
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:Transport"
