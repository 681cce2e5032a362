"""The product side of an institution party."""

from django.db import models
from django.db.models import Q


class InstitutionProfile(models.Model):
    """What kind of institution it is, and whether it serves the city (local) or only appears in the catalogue."""

    class Kind(models.TextChoices):
        BANK = "银行", "银行"
        GUARANTOR = "担保", "担保"
        INSURER = "保险", "保险"
        FUND = "基金", "基金"
        OTHER = "其他", "其他"

    party = models.OneToOneField("accounts.Party", models.PROTECT, related_name="institution", verbose_name="主体")
    kind = models.CharField("机构类别", max_length=4, choices=Kind)
    local = models.BooleanField("服务本市", default=False)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["银行", "担保", "保险", "基金", "其他"]), name="institution_kind_known"
            )
        ]
        verbose_name = verbose_name_plural = "机构档案"

    def __str__(self) -> str:
        return f"机构档案#{self.pk}"
