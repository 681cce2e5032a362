"""What is known of a party: dated facts, and the talents who founded or lead it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.sealed import SealedField
from common import clock


class EnterpriseProfile(models.Model):
    """The firm side of an enterprise party; everything a rule reads is a Fact, not a column here."""

    party = models.OneToOneField("accounts.Party", models.PROTECT, related_name="enterprise", verbose_name="主体")
    contact_name = SealedField("联系人", blank=True)
    contact_phone = SealedField("联系电话", blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = verbose_name_plural = "企业档案"

    def __str__(self) -> str:
        return f"企业档案#{self.pk}"


class Fact(models.Model):
    """One dated statement about a party. No row means unknown, never no and never 0."""

    class Source(models.TextChoices):
        DECLARED = "declared", "自行申报"
        IMPORTED = "imported", "批量导入"
        VERIFIED = "verified", "部门核验"

    party = models.ForeignKey("accounts.Party", models.PROTECT, related_name="facts", verbose_name="主体")
    field = models.CharField("字段", max_length=40)
    value = models.JSONField("值")
    source = models.CharField("来源", max_length=10, choices=Source)
    as_of = models.DateField("截至日期")
    valid_to = models.DateField("有效期至", null=True)
    evidence = models.CharField("佐证", max_length=300, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="录入人")
    recorded_at = models.DateTimeField("录入时间", default=clock.now)

    class Meta:
        ordering = ["party", "field", "-as_of", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["party", "field", "source", "as_of"], name="fact_once_per_source_and_day"),
            models.CheckConstraint(
                condition=Q(source__in=["declared", "imported", "verified"]), name="fact_source_known"
            ),
            models.CheckConstraint(condition=Q(valid_to=None) | Q(valid_to__gte=F("as_of")), name="fact_dates"),
        ]
        verbose_name = verbose_name_plural = "企业资料"

    def __str__(self) -> str:
        return f"{self.field}@{self.as_of}"


class TalentRole(models.Model):
    """What a talent is to a firm. Only 创办 and 领办 make the firm a talent's firm; 任职 does not."""

    class Role(models.TextChoices):
        FOUNDER = "founder", "创办"
        LEADER = "leader", "领办"
        EMPLOYEE = "employee", "任职"

    talent = models.ForeignKey("accounts.Party", models.PROTECT, related_name="firm_roles", verbose_name="人才")
    firm = models.ForeignKey("accounts.Party", models.PROTECT, related_name="talent_roles", verbose_name="企业")
    role = models.CharField("关系", max_length=10, choices=Role)
    since = models.DateField("自", null=True)
    until = models.DateField("至", null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["talent", "firm", "role"], name="talent_role_once"),
            models.CheckConstraint(condition=Q(role__in=["founder", "leader", "employee"]), name="talent_role_known"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(since=None) | Q(until__gte=F("since")), name="talent_role_dates"
            ),
        ]
        verbose_name = verbose_name_plural = "人才与企业关系"

    def __str__(self) -> str:
        return f"{self.talent_id} {self.get_role_display()} {self.firm_id}"
