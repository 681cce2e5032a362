"""The only thing policies of lower floors read to know who may see whom."""

from django.db import models
from django.db.models import Q

from common import clock


class Grant(models.Model):
    """``grantee`` may see ``party`` (or one need of it) until the cause ends; written with its cause."""

    grantee = models.ForeignKey("accounts.Party", models.PROTECT, related_name="grants_held", verbose_name="被授权方")
    party = models.ForeignKey("accounts.Party", models.PROTECT, related_name="grants_given", verbose_name="数据主体")
    need_code = models.CharField("需求", max_length=40, blank=True)
    reason = models.CharField("事由", max_length=200)
    granted_at = models.DateTimeField("开始", default=clock.now)
    until = models.DateTimeField("截止", null=True)
    ended_at = models.DateTimeField("终止", null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["grantee", "party", "need_code", "reason"], condition=Q(ended_at=None), name="grant_one_active"
            ),
            models.CheckConstraint(condition=~Q(grantee=models.F("party")), name="grant_not_to_self"),
        ]
        verbose_name = verbose_name_plural = "查看授权"

    def __str__(self) -> str:
        return f"{self.grantee_id}→{self.party_id} {self.reason}"
