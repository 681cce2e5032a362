"""The embedded broker: kombu's filesystem transport, with messages that appear whole or not at all.

The library's own ``_put`` creates the file under its final name and writes afterwards; a reader that polls every
50 ms then takes an empty message and the worker dies of it (seen after two minutes of the demo).
"""

import json
import os
import uuid
from pathlib import Path
from time import monotonic_ns
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem


class Channel(filesystem.Channel):
    """Write beside, then rename: on one file system a rename is atomic."""

    def _put(self, queue: str, message: dict[str, Any], **kwargs: Any) -> None:
        folder = Path(self.data_folder_out)
        name = f"{monotonic_ns() // 1_000_000}_{uuid.uuid4()}.{queue}.msg"
        unfinished = folder / f"{name}.unfinished"
        unfinished.write_text(json.dumps(message), encoding="utf-8")
        os.replace(unfinished, folder / name)


class Transport(filesystem.Transport):
    """``filesystem://`` as Celery finds it here."""

    Channel = Channel


def install() -> None:
    """Make ``filesystem://`` mean this transport."""
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:Transport"
