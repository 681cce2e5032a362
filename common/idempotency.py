"""The same call twice is one call: the answer is kept with the write, in its transaction, for at least a day."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction

from common import clock
from common.errors import Conflict, Invalid
from common.models import IdempotentCall

KEPT, MAX_KEY = timedelta(days=2), 200
# After this silence a call died with its process; whoever repeats it takes its place.
DEAD_AFTER = timedelta(minutes=2)

Answer = tuple[int, Any]


def once(*, client_id: int, key: str, digest: str, act: Callable[[], Answer]) -> tuple[int, Any, bool]:
    """Run ``act`` once for ``key``: (status, JSON body, whether it is the kept answer of an earlier call).

    ``digest`` says what was asked: another one under the same key is Invalid, the same while it still runs a Conflict.
    What raises, or answers 400 and above, leaves nothing behind, so that a corrected call may use the key again.
    """
    if not key or len(key) > MAX_KEY or not key.isascii() or not key.isprintable():
        raise Invalid(
            f"请在 Idempotency-Key 请求头里给每次写入一个唯一的键（1～{MAX_KEY} 个英文字符）。", field="Idempotency-Key"
        )
    call, kept = _place(client_id, key, digest)
    if kept:
        return call.status or 500, call.response, True
    try:
        with transaction.atomic():
            status, body = act()
            done = IdempotentCall.objects.filter(pk=call.pk, started_at=call.started_at, status=None)
            # Whoever took the place over in the meantime has written already: this write must not stand beside it.
            if not done.update(status=status, response=body):
                raise Conflict("同一个幂等键的另一次调用已经完成，请重发以取得结果。", code="in_flight")
    except BaseException:
        IdempotentCall.objects.filter(pk=call.pk, started_at=call.started_at, status=None).delete()
        raise
    return status, body, False


def sweep() -> int:
    """Forget answers older than two days."""
    return IdempotentCall.objects.filter(started_at__lt=clock.now() - KEPT).delete()[0]


def _place(client_id: int, key: str, digest: str) -> tuple[IdempotentCall, bool]:
    try:
        with transaction.atomic():
            return IdempotentCall.objects.create(client_id=client_id, key=key, digest=digest), False
    except IntegrityError:
        call = IdempotentCall.objects.filter(client_id=client_id, key=key).first()
    if call is None:
        raise Conflict("同一个幂等键的调用刚刚结束，请重发。", code="in_flight")
    if call.digest != digest:
        raise Invalid("这个幂等键已用于另一个请求，请换一个键。", code="key_reused", field="Idempotency-Key")
    if call.status is not None:
        return call, True
    now = clock.now()
    stale = IdempotentCall.objects.filter(pk=call.pk, status=None, started_at=call.started_at)
    if now - call.started_at < DEAD_AFTER or not stale.update(started_at=now):
        raise Conflict("同样的请求正在办理，请稍后重发以取得结果。", code="in_flight")
    call.started_at = now
    return call, False
