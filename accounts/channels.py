"""Ways out of the site. Settings name one adapter a channel (``CHANNELS``); an adapter sends one text or raises.

Every adapter passes the identity of the effect on, because a worker that dies between sending and its receipt sends
again: a file of that name, ``Message-ID`` of a mail, ``Idempotency-Key`` of a request.
"""

import json
import os
import urllib.error
import urllib.request
import uuid
from functools import cache
from pathlib import Path
from typing import Protocol

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.module_loading import import_string

TIMEOUT = 10

_log = structlog.get_logger("accounts.channels")


class Adapter(Protocol):
    """Sends ``title`` and ``text`` to ``address``; ``effect`` is the same when the same message comes again."""

    def send(self, *, address: str, title: str, text: str, effect: str) -> None: ...


class CannotSend(Exception):
    """The other side did not take the message; the sentence says what to look at."""


class Console:
    """The embedded default: says in the log that something would go out, without address or text."""

    def send(self, *, address: str, title: str, text: str, effect: str) -> None:
        _log.info("channel_console", effect=effect)


class Folder:
    """One file an effect under ``DATA_DIR/outbox``, for a gateway of the office's own to fetch; whole or not there."""

    def send(self, *, address: str, title: str, text: str, effect: str) -> None:
        folder = Path(settings.DATA_DIR) / "outbox"
        folder.mkdir(mode=0o700, exist_ok=True)
        unfinished = folder / f".{effect}.{uuid.uuid4().hex}"
        content = {"effect": effect, "address": address, "title": title, "text": text}
        unfinished.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        os.replace(unfinished, folder / f"{effect}.json")


class Mail:
    """SMTP through Django's mail settings (``EMAIL_URL``)."""

    def send(self, *, address: str, title: str, text: str, effect: str) -> None:
        host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"
        EmailMessage(title, text, to=[address], headers={"Message-ID": f"<{effect}@{host}>"}).send()


class HttpSms:
    """POST of JSON to ``SMS_URL`` with ``SMS_TOKEN``; any gateway can be put behind a small translation of it."""

    def send(self, *, address: str, title: str, text: str, effect: str) -> None:
        body = json.dumps({"to": address, "text": title, "id": effect}, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": effect}
        if settings.SMS_TOKEN:
            headers["Authorization"] = f"Bearer {settings.SMS_TOKEN}"
        # The address comes from the administrator's environment, where only http and https are let in.
        request = urllib.request.Request(settings.SMS_URL, body, headers)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT):  # noqa: S310
                return
        except urllib.error.HTTPError as error:
            raise CannotSend(f"短信网关答复 {error.code}，请核对 SMS_URL 与 SMS_TOKEN。") from error
        except OSError as error:
            raise CannotSend("短信网关连不上，请检查 SMS_URL 与网络。") from error


@cache
def _loaded(path: str) -> Adapter:
    adapter: Adapter = import_string(path)()
    return adapter


def adapter_of(channel: str) -> Adapter:
    """The adapter that settings name for ``channel``."""
    return _loaded(settings.CHANNELS[channel])
