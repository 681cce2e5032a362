"""Messages on the site: one row per reader, never sent twice for the same cause."""

from django.conf import settings
from django.db import models

from common import clock


class Notification(models.Model):
    """One message to one user. ``path`` is where to act on it; ``key`` names its cause."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications", verbose_name="收件人"
    )
    key = models.CharField("事由键", max_length=120)
    title = models.CharField("标题", max_length=100)
    body = models.CharField("内容", max_length=500, blank=True)
    path = models.CharField("办理页面", max_length=200, blank=True)
    created_at = models.DateTimeField("时间", default=clock.now)
    read_at = models.DateTimeField("已读时间", null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="notification_once")]
        verbose_name = verbose_name_plural = "消息"

    def __str__(self) -> str:
        return self.title
