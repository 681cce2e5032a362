"""Sending what is owed outside: claim, send, receipt in three short steps, the database never locked while sending."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from smtplib import SMTPException

import structlog
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, validate_email
from django.db import transaction
from django.db.models import Q

from accounts.channels import CannotSend, adapter_of
from accounts.models import Channel, ChannelChoice, Delivery, Notification, User
from common import audit, clock
from common.errors import Invalid

MAX_ATTEMPTS = 8
# Longer than any adapter takes: a sender silent for this long died, and its delivery is handed over again.
LEASE = timedelta(minutes=5)

_MOBILE = RegexValidator(r"\A1[3-9][0-9]{9}\Z")
_log = structlog.get_logger("accounts.deliveries")


@transaction.atomic
def channels_choose(*, actor: User, mail: str = "", sms: str = "") -> None:
    """Set ``actor``'s own ways out; an empty address closes that way. 站内 messages always stay."""
    wanted = {Channel.MAIL: mail.strip(), Channel.SMS: sms.strip()}
    for channel, address in wanted.items():
        check = validate_email if channel == Channel.MAIL else _MOBILE
        try:
            if address:
                check(address)
        except ValidationError as error:
            example = "name@example.com" if channel == Channel.MAIL else "13800000000"
            raise Invalid(
                f"{channel.label}地址写得不对，应如 {example}；不需要就留空。", field=channel.value
            ) from error
    for channel, address in wanted.items():
        if address:
            ChannelChoice.objects.update_or_create(user=actor, channel=channel, defaults={"address": address})
        else:
            ChannelChoice.objects.filter(user=actor, channel=channel).delete()
    audit.record("channels_choose", actor=actor, obj=actor, channels=[name for name, value in wanted.items() if value])


def owe(notifications: Iterable[Notification]) -> None:
    """Write what these messages owe outside, by each reader's choice; call in the transaction of the messages."""
    told = {message.user_id: message for message in notifications}
    choices = ChannelChoice.objects.filter(user_id__in=told)
    owed = [Delivery(notification=told[c.user_id], channel=c.channel, address=c.address) for c in choices]
    Delivery.objects.bulk_create(owed, ignore_conflicts=True)


def hand_over(dispatch: Callable[[int], object], limit: int = 200) -> int:
    """Give ``dispatch`` the numbers of due deliveries; one that is not sent within LEASE is given again."""
    with transaction.atomic():
        owed = Delivery.objects.filter(sent_at=None, attempts__lt=MAX_ATTEMPTS, due_at__lte=clock.now())
        locked = owed.order_by("pk").select_for_update(skip_locked=True, of=("self",))[:limit]
        due = [delivery.pk for delivery in locked]
        Delivery.objects.filter(pk__in=due).update(due_at=clock.now() + LEASE)
    for pk in due:
        dispatch(pk)
    return len(due)


def send(pk: int) -> bool:
    """Send one delivery unless it is sent or being sent; True when this call sent it."""
    free = Delivery.objects.filter(Q(claimed_until=None) | Q(claimed_until__lte=clock.now()), pk=pk, sent_at=None)
    if not free.update(claimed_until=clock.now() + LEASE):
        return False
    delivery = Delivery.objects.select_related("notification").get(pk=pk)
    message = delivery.notification
    try:
        adapter_of(delivery.channel).send(
            address=delivery.address, title=message.title, text=message.body, effect=delivery.effect
        )
    except (CannotSend, OSError, SMTPException) as error:
        _log.warning("delivery_failed", delivery=pk, channel=delivery.channel, error=type(error).__name__)
        failure = f"发送失败（{type(error).__name__}），请检查外发设置。"
        reason = str(error) if isinstance(error, CannotSend) else failure
        delivery.last_error, delivery.attempts = reason[:500], delivery.attempts + 1
        delivery.due_at = clock.now() + timedelta(minutes=2**delivery.attempts)
    else:
        delivery.last_error, delivery.sent_at = "", clock.now()
    delivery.claimed_until = None
    delivery.save(update_fields=["last_error", "attempts", "due_at", "sent_at", "claimed_until"])
    return delivery.sent_at is not None
