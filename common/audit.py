"""Append-only audit trail: an HMAC-SHA256 chain over every event, verified link by link."""

import hashlib
import hmac
import json
from datetime import UTC
from typing import Any

from django.conf import settings
from django.db import models, transaction

from common import clock
from common.models import AuditEvent, AuditHead


def _digest(event: AuditEvent) -> str:
    content = [
        event.seq,
        event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        event.actor_id,
        event.actor_name,
        event.action,
        event.object_type,
        event.object_id,
        event.data,
        event.previous_hash,
    ]
    body = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hmac.new(settings.AUDIT_KEY.encode(), body.encode(), hashlib.sha256).hexdigest()


@transaction.atomic
def record(action: str, *, actor: Any = None, obj: models.Model | None = None, **data: Any) -> AuditEvent:
    """Append one event in the current transaction. ``data`` must be JSON and hold no personal data in clear."""
    AuditHead.objects.get_or_create(pk=1)
    head = AuditHead.objects.select_for_update(of=("self",)).get(pk=1)
    event = AuditEvent(
        seq=head.seq + 1,
        at=clock.now(),
        actor_id=getattr(actor, "pk", None),
        # Not the name: the chain cannot forget it. Pages find that by the number, as long as it is known.
        actor_name=actor.get_username() if actor else "",
        action=action,
        object_type=obj._meta.label if obj is not None else "",
        object_id=str(obj.pk) if obj is not None else "",
        data=json.loads(json.dumps(data, ensure_ascii=False, default=str)),
        previous_hash=head.hash,
    )
    event.hash = _digest(event)
    event.save(force_insert=True)
    AuditHead.objects.filter(pk=1).update(seq=event.seq, hash=event.hash)
    return event


def verify() -> tuple[int, list[str]]:
    """Recompute the chain: (events checked, problems in Chinese). An empty list means whole."""
    expected_seq, previous, problems = 0, "0" * 64, []
    for event in AuditEvent.objects.order_by("seq").iterator(chunk_size=5000):
        expected_seq += 1
        if event.seq != expected_seq:
            problems.append(f"第 {expected_seq} 条缺失或被移动（读到 {event.seq}）")
            expected_seq = event.seq
        if event.previous_hash != previous:
            problems.append(f"第 {event.seq} 条与前一条不相接")
        if not hmac.compare_digest(event.hash, _digest(event)):
            problems.append(f"第 {event.seq} 条内容与指纹不符")
        previous = event.hash
    head = AuditHead.objects.filter(pk=1).first()
    if head and (head.seq, head.hash) != (expected_seq, previous):
        problems.append(f"链尾不符：记录为第 {head.seq} 条，实际到第 {expected_seq} 条")
    return expected_seq, problems
