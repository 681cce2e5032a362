"""Append-only postings: what happened, once, with its source. Indicators are computed from nothing else."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from common import clock


class Posting(models.Model):
    """One entry. The database refuses update and delete (migration 0002); a mistake is reversed by another entry."""

    kind = models.CharField("类别", max_length=60)
    source_key = models.CharField("来源键", max_length=200)
    occurred_on = models.DateField("发生日期")
    party = models.ForeignKey("accounts.Party", models.PROTECT, null=True, related_name="+", verbose_name="主体")
    organisation = models.ForeignKey("accounts.Party", models.PROTECT, null=True, related_name="+", verbose_name="单位")
    quantity = models.IntegerField("数量", default=1)
    amount = models.BigIntegerField("金额（元）", null=True)
    fields = models.JSONField("字段", default=dict)
    evidence = models.JSONField("佐证", default=list)
    posted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="记账人")
    posted_at = models.DateTimeField("记账时间", default=clock.now)
    reversal_of = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="reversed_by", verbose_name="冲正"
    )

    class Meta:
        ordering = ["occurred_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "source_key"], name="posting_source_once"),
            models.CheckConstraint(
                condition=Q(reversal_of__isnull=False) | (Q(quantity__gte=0) & (Q(amount=None) | Q(amount__gte=0))),
                name="posting_negative_only_as_reversal",
            ),
        ]
        indexes = [models.Index(fields=["kind", "occurred_on"], name="posting_kind_date")]
        verbose_name = verbose_name_plural = "记账"

    def __str__(self) -> str:
        return f"{self.kind} {self.occurred_on} {self.source_key}"
