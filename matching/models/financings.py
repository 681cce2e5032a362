"""What was lent, guaranteed, insured, invested or leased. Corrected by reversal, never edited."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from common import clock


class Financing(models.Model):
    """One record of money. Amounts 元, rates basis points. Only ``settled_on`` may be added later (migration 0003)."""

    serial = models.CharField("业务流水号", max_length=60)
    institution = models.ForeignKey("accounts.Party", models.PROTECT, related_name="financings", verbose_name="机构")
    version = models.ForeignKey(
        "products.ProductVersion", models.PROTECT, null=True, related_name="financings", verbose_name="产品版本"
    )
    party = models.ForeignKey("accounts.Party", models.PROTECT, related_name="financings_received", verbose_name="主体")
    need = models.ForeignKey(
        "enterprises.Need", models.PROTECT, null=True, related_name="financings", verbose_name="需求"
    )
    kind = models.CharField("类别", max_length=2)
    credit_kind = models.CharField("业务品种", max_length=40, blank=True)
    amount = models.BigIntegerField("金额（元）")
    rate_bp = models.PositiveIntegerField("年化利率（基点）", null=True)
    fee = models.BigIntegerField("费用（元）", null=True)
    premium = models.BigIntegerField("保费（元）", null=True)
    term_months = models.PositiveIntegerField("期限（月）", null=True)
    disbursed_on = models.DateField("发放日期")
    due_on = models.DateField("到期日", null=True)
    settled_on = models.DateField("结清日期", null=True)
    guarantees = models.JSONField("担保方式", default=list)
    ip_registration_no = models.CharField("知识产权质押登记号", max_length=60, blank=True)
    # A guaranteed loan and its guarantee are joined, never added.
    related = models.ForeignKey("self", models.PROTECT, null=True, related_name="relatives", verbose_name="关联业务")
    reversal_of = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="reversed_by", verbose_name="冲正"
    )
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="录入人")
    recorded_at = models.DateTimeField("录入时间", default=clock.now)

    class Meta:
        ordering = ["disbursed_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["institution", "serial"], name="financing_serial_once"),
            models.CheckConstraint(condition=Q(kind__in=["贷", "保", "险", "投", "租"]), name="financing_kind_known"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, reversal_of=None) | Q(amount__lt=0, reversal_of__isnull=False),
                name="financing_negative_only_as_reversal",
            ),
        ]
        indexes = [models.Index(fields=["kind", "disbursed_on"], name="financing_kind_date")]
        verbose_name = verbose_name_plural = "融资业务"

    def __str__(self) -> str:
        return self.serial
