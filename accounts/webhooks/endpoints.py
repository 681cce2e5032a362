"""Addresses of institutions and what they are told; written with the cause, sent afterwards."""

import base64
import secrets
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts.models import Party, Role, User, WebhookDelivery, WebhookEndpoint
from accounts.policies import Viewer
from accounts.webhooks.target import resolve
from common import audit, clock
from common.errors import Conflict, Invalid, NotAllowed

EVENTS = {
    "referral.dispatched": "新的派单",
    "referral.withdrawn": "企业撤回申请",
    "referral.resumed": "企业已补材料，计时恢复",
    "referral.lapsed": "超过时限，已转派",
    "whitelist.pushed": "新的白名单",
}
MOST = 5


def endpoints_visible_to(user: Viewer) -> QuerySet[WebhookEndpoint]:
    """Endpoints of the user's own institution, ended ones included."""
    if not isinstance(user, User) or not user.has_role(Role.BANK_MAKER, Role.BANK_CHECKER) or user.party_id is None:
        return WebhookEndpoint.objects.none()
    return WebhookEndpoint.objects.filter(institution_id=user.party_id).order_by("-pk")


def deliveries_visible_to(user: Viewer) -> QuerySet[WebhookDelivery]:
    """What was sent to the own addresses, newest first."""
    own = endpoints_visible_to(user)
    return WebhookDelivery.objects.filter(endpoint__in=own).select_related("endpoint").order_by("-pk")


@transaction.atomic
def endpoint_add(*, actor: User, url: str, events: Iterable[str]) -> WebhookEndpoint:
    """Register ``url`` for ``events``; its ``secret`` is shown this once. Invalid names ``url`` or ``events``."""
    institution = _desk(actor)
    wanted = list(dict.fromkeys(events))
    if not wanted or set(wanted) - EVENTS.keys():
        raise Invalid(f"请至少选一个事件：{'、'.join(EVENTS)}。", field="events")
    resolve(url)
    if WebhookEndpoint.objects.filter(institution=institution, ended_at=None).count() >= MOST:
        raise Conflict(f"最多登记 {MOST} 个推送地址，请先停用不用的。", field="url")
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    try:
        with transaction.atomic():
            endpoint = WebhookEndpoint.objects.create(
                institution=institution, url=url, secret=secret, events=wanted, created_by=actor
            )
    except IntegrityError as error:
        raise Conflict("这个地址已经登记过。", field="url") from error
    audit.record("webhook_add", actor=actor, obj=endpoint, url=url, events=wanted)
    return endpoint


@transaction.atomic
def endpoint_end(*, actor: User, endpoint: WebhookEndpoint) -> None:
    """Tell it nothing any more, what waits for it included."""
    _require_own(actor, endpoint)
    WebhookEndpoint.objects.filter(pk=endpoint.pk, ended_at=None).update(ended_at=clock.now())
    WebhookDelivery.objects.filter(endpoint=endpoint, delivered_at=None).update(due_at=None)
    audit.record("webhook_end", actor=actor, obj=endpoint)


@transaction.atomic
def delivery_resend(*, actor: User, delivery: WebhookDelivery) -> None:
    """Send it again under the same number, so that a receiver that has it knows."""
    _require_own(actor, delivery.endpoint)
    if delivery.endpoint.ended_at is not None:
        raise Conflict("这个推送地址已停用，不能重发。")
    WebhookDelivery.objects.filter(pk=delivery.pk).update(due_at=clock.now(), attempts=0)
    audit.record("webhook_resend", actor=actor, obj=delivery, message=delivery.message_id)


def emit(institution: Party, event: str, data: dict[str, Any]) -> int:
    """Owe ``event`` to every endpoint that wants it, in the caller's transaction; how many. ``data`` names nobody."""
    if event not in EVENTS:
        raise KeyError(f"unknown webhook event {event!r}")
    live = WebhookEndpoint.objects.filter(institution=institution, ended_at=None).order_by("pk")
    wanting = [endpoint for endpoint in live if event in endpoint.events]
    now = clock.now()
    body = {"type": event, "timestamp": now.isoformat(timespec="seconds"), "data": data}
    WebhookDelivery.objects.bulk_create(
        [
            WebhookDelivery(
                endpoint=endpoint, message_id=f"msg_{secrets.token_hex(12)}", event=event, payload=body, due_at=now
            )
            for endpoint in wanting
        ]
    )
    return len(wanting)


def _desk(actor: User) -> Party:
    if actor.party is None or not actor.has_role(Role.BANK_MAKER, Role.BANK_CHECKER):
        raise NotAllowed("推送地址由机构登记，您的账号不是机构的。")
    return actor.party


def _require_own(actor: User, endpoint: WebhookEndpoint) -> None:
    if not endpoints_visible_to(actor).filter(pk=endpoint.pk).exists():
        raise NotAllowed("只能管理本机构的推送地址。")
