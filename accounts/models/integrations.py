"""Business systems of institutions: their API clients, the addresses they are told at, and what was sent."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.sealed import SealedField
from common import clock


class ApiClient(models.Model):
    """A system that acts for one institution. Its ``user`` is the actor of every write; secrets are the library's."""

    client_id = models.CharField("客户端编号", max_length=100, unique=True)
    name = models.CharField("名称", max_length=60)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="api_client", verbose_name="系统用户"
    )
    institution = models.ForeignKey("accounts.Party", models.PROTECT, related_name="api_clients", verbose_name="机构")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="开通人")
    created_at = models.DateTimeField("开通时间", default=clock.now)
    rotated_at = models.DateTimeField("换密时间", null=True)
    revoked_at = models.DateTimeField("停用时间", null=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = verbose_name_plural = "接口客户端"

    def __str__(self) -> str:
        return self.name


class WebhookEndpoint(models.Model):
    """An address of an institution that is told of events; ``secret`` signs what is sent (Standard Webhooks)."""

    institution = models.ForeignKey("accounts.Party", models.PROTECT, related_name="webhooks", verbose_name="机构")
    url = models.CharField("地址", max_length=500)
    secret = SealedField("签名密钥")
    events = models.JSONField("事件", default=list)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    created_at = models.DateTimeField("登记时间", default=clock.now)
    ended_at = models.DateTimeField("停用时间", null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "url"], condition=Q(ended_at=None), name="webhook_once_per_address"
            ),
        ]
        verbose_name = verbose_name_plural = "推送地址"

    def __str__(self) -> str:
        return self.url


class WebhookDelivery(models.Model):
    """One event owed to one endpoint, written with its cause; ``due_at`` None: sent, or given up."""

    endpoint = models.ForeignKey(WebhookEndpoint, models.PROTECT, related_name="deliveries", verbose_name="地址")
    message_id = models.CharField("消息号", max_length=40, unique=True)
    event = models.CharField("事件", max_length=60)
    payload = models.JSONField("内容")
    created_at = models.DateTimeField("产生时间", default=clock.now)
    due_at = models.DateTimeField("下次发送", null=True, default=clock.now)
    attempts = models.PositiveIntegerField("尝试次数", default=0)
    last_status = models.PositiveIntegerField("最近应答", null=True)
    last_error = models.CharField("最近错误", max_length=200, blank=True)
    delivered_at = models.DateTimeField("送达时间", null=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["due_at"], name="webhook_due", condition=Q(due_at__isnull=False))]
        verbose_name = verbose_name_plural = "推送记录"

    def __str__(self) -> str:
        return self.message_id
