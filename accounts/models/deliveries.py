"""What leaves the house for a message: one row per message and channel, and the channels a user asked for."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models.notifications import Notification
from accounts.sealed import SealedField
from common import clock


class Channel(models.TextChoices):
    """Ways out of the site; 站内 is not one of them, it is always there."""

    MAIL = "mail", "邮件"
    SMS = "sms", "短信"


class ChannelChoice(models.Model):
    """A user wants messages through ``channel`` too, at ``address``. No row means 站内 only."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="channels", verbose_name="用户")
    channel = models.CharField("渠道", max_length=10, choices=Channel)
    address = SealedField("地址或号码")

    class Meta:
        ordering = ["user", "channel"]
        constraints = [models.UniqueConstraint(fields=["user", "channel"], name="channel_choice_once")]
        verbose_name = verbose_name_plural = "通知渠道"

    def __str__(self) -> str:
        return f"{self.user_id} {self.channel}"


class Delivery(models.Model):
    """One message owed through one channel, written in the transaction of the message; sent exactly once."""

    notification = models.ForeignKey(Notification, models.CASCADE, related_name="deliveries", verbose_name="消息")
    channel = models.CharField("渠道", max_length=10, choices=Channel)
    address = SealedField("地址或号码")
    due_at = models.DateTimeField("应发时间", default=clock.now)
    claimed_until = models.DateTimeField("占用至", null=True)
    attempts = models.PositiveSmallIntegerField("失败次数", default=0)
    last_error = models.CharField("最近错误", max_length=500, blank=True)
    sent_at = models.DateTimeField("发出时间", null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["notification", "channel"], name="delivery_once")]
        indexes = [models.Index(fields=["due_at"], name="delivery_owed", condition=Q(sent_at=None))]
        verbose_name = verbose_name_plural = "外发通知"

    def __str__(self) -> str:
        return f"{self.channel}:{self.notification_id}"

    @property
    def effect(self) -> str:
        """The identity of the effect: what comes twice with it counts once at the other side."""
        return f"market-{self.channel}-{self.notification_id}"
