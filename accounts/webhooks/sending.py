"""Sending what is owed: signed as Standard Webhooks, tried eight times over two days."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from http.client import HTTPException

from django.db.models import F

from accounts.models import WebhookDelivery
from accounts.webhooks import target
from common import clock
from common.errors import Invalid

# After the first, second … failure.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720, 1440))
LEASE = timedelta(minutes=10)
A_ROUND = 50


def send_due(limit: int = A_ROUND) -> int:
    """Try what is due, oldest first; how many were delivered. Two senders never take the same row."""
    now = clock.now()
    due = WebhookDelivery.objects.filter(due_at__lte=now).order_by("due_at", "pk").select_related("endpoint")
    return sum(_send(delivery) for delivery in due[:limit] if _claimed(delivery))


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """``v1,…``: HMAC-SHA256 over number, second and body, base64."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def _claimed(delivery: WebhookDelivery) -> bool:
    # The lease outlives a round of time-outs; a sender that dies leaves the row due again.
    row = WebhookDelivery.objects.filter(pk=delivery.pk, due_at=delivery.due_at)
    return bool(row.update(due_at=clock.now() + LEASE, attempts=F("attempts") + 1))


def _send(delivery: WebhookDelivery) -> bool:
    status, problem = None, ""
    try:
        status = _posted(delivery)
    except Invalid as error:
        problem = error.message
    except (OSError, HTTPException) as error:
        problem = f"没有连上：{type(error).__name__}"
    if status is not None and not 200 <= status < 300:
        problem = f"对方应答 {status}" + ("，不跟随跳转" if 300 <= status < 400 else "")
    tried = delivery.attempts
    again = clock.now() + PAUSES[tried] if problem and tried < len(PAUSES) else None
    WebhookDelivery.objects.filter(pk=delivery.pk).update(
        due_at=again,
        last_status=status,
        last_error=problem[:200],
        delivered_at=None if problem else clock.now(),
    )
    return not problem


def _posted(delivery: WebhookDelivery) -> int:
    body = json.dumps(delivery.payload, ensure_ascii=False, separators=(",", ":")).encode()
    second = int(clock.now().timestamp())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "financial-supermarket",
        "webhook-id": delivery.message_id,
        "webhook-timestamp": str(second),
        "webhook-signature": signature(delivery.endpoint.secret, delivery.message_id, second, body),
    }
    # Resolved again for every try: a name that was public when registered may not be any more.
    return target.post(target.resolve(delivery.endpoint.url), body, headers)
