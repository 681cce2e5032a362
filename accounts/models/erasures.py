"""People who asked that what is held about them be erased."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from common import clock


class Erasure(models.Model):
    """One request. It waits until ``due_at``, and its user may take it back until then.

    ``whole``: nobody is left behind, so the party's own affairs end too. ``mark`` is a keyed fingerprint of the user
    name: by it a restored database is recognised, and a number that was given anew is not mistaken for the old one.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="erasures", verbose_name="用户")
    party = models.ForeignKey("accounts.Party", models.PROTECT, related_name="+", verbose_name="主体")
    whole = models.BooleanField("主体一并办结")
    mark = models.CharField("用户指纹", max_length=64)
    asked_at = models.DateTimeField("申请时间", default=clock.now)
    due_at = models.DateTimeField("执行时间")
    cancelled_at = models.DateTimeField("取消时间", null=True)
    done_at = models.DateTimeField("完成时间", null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(cancelled_at=None, done_at=None), name="erasure_one_open"
            ),
            models.CheckConstraint(condition=Q(cancelled_at=None) | Q(done_at=None), name="erasure_done_or_cancelled"),
            models.CheckConstraint(condition=Q(due_at__gte=models.F("asked_at")), name="erasure_dates"),
        ]
        verbose_name = verbose_name_plural = "注销申请"

    def __str__(self) -> str:
        return f"{self.user_id} {self.asked_at:%Y-%m-%d}"
