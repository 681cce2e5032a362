"""Whitelist: dated batches that never change once published; exits carry their reason and date."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from common import clock


class WhitelistBatch(models.Model):
    """One published batch, nominated by a department."""

    code = models.CharField("批次", max_length=60, unique=True)
    department = models.ForeignKey("accounts.Party", models.PROTECT, related_name="+", verbose_name="推荐单位")
    published_on = models.DateField("发布日期")
    basis_doc = models.CharField("依据文件", max_length=200, blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="发布人")
    created_at = models.DateTimeField("录入时间", default=clock.now)

    class Meta:
        ordering = ["published_on", "pk"]
        verbose_name = verbose_name_plural = "白名单批次"

    def __str__(self) -> str:
        return self.code


class WhitelistEntry(models.Model):
    """One party in one batch. Membership columns are frozen by the database (migration 0002); only an exit is added."""

    batch = models.ForeignKey(WhitelistBatch, models.PROTECT, related_name="entries", verbose_name="批次")
    party = models.ForeignKey("accounts.Party", models.PROTECT, related_name="whitelist_entries", verbose_name="主体")
    exit_on = models.DateField("退出日期", null=True)
    exit_reason = models.CharField("退出原因", max_length=200, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "party"], name="whitelist_party_once_per_batch"),
            models.CheckConstraint(
                condition=Q(exit_on=None, exit_reason="") | (Q(exit_on__isnull=False) & ~Q(exit_reason="")),
                name="whitelist_exit_has_reason",
            ),
        ]
        verbose_name = verbose_name_plural = "白名单成员"

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.party_id}"
