"""Whoever can need, offer, guarantee or report: one table, with names that change over time."""

from datetime import date

from django.db import models
from django.db.models import Q

from common import clock


class Party(models.Model):
    """A firm, institution, department, person or team. ``name`` is the confirmed current name."""

    class Kind(models.TextChoices):
        ENTERPRISE = "enterprise", "企业"
        INSTITUTION = "institution", "金融机构"
        DEPARTMENT = "department", "单位"
        PERSON = "person", "人才个人"
        TEAM = "team", "人才团队"

    kind = models.CharField("类别", max_length=12, choices=Kind)
    name = models.CharField("名称", max_length=200)
    uscc = models.CharField("统一社会信用代码", max_length=18, null=True, unique=True)
    talent_code = models.CharField("人才编码", max_length=40, null=True, unique=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children", verbose_name="上级机构")
    bearer = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", verbose_name="承贷人")
    demo = models.BooleanField("演示数据", default=False)
    created_at = models.DateTimeField("登记时间", default=clock.now)
    erased_at = models.DateTimeField("注销时间", null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                # Persons and teams are known by talent code, never by an ID number; firms by credit code.
                condition=Q(kind__in=["person", "team"], talent_code__isnull=False, uscc=None)
                | Q(kind="enterprise", uscc__isnull=False, talent_code=None)
                | Q(kind__in=["institution", "department"], talent_code=None),
                name="party_code_fits_kind",
                violation_error_message="主体类别与编码不一致",
            ),
            models.CheckConstraint(condition=Q(bearer=None) | Q(kind="team"), name="party_bearer_only_of_team"),
            models.CheckConstraint(
                condition=Q(parent=None) | Q(kind__in=["institution", "department"]), name="party_tree_of_organisations"
            ),
        ]
        indexes = [models.Index(fields=["kind", "name"], name="party_kind_name")]
        verbose_name = verbose_name_plural = "主体"

    def __str__(self) -> str:
        return self.name

    @property
    def code(self) -> str:
        """The credit code or talent code; an organisation without either shows its number."""
        return self.uscc or self.talent_code or f"P{self.pk}"


class PartyName(models.Model):
    """A name and when it held. Agencies were renamed in 2023; the plan's scan spells some names wrong."""

    class Kind(models.TextChoices):
        OFFICIAL = "official", "正式名称"
        SHORT = "short", "简称"
        ORIGINAL = "original", "原文写法"

    party = models.ForeignKey(Party, models.CASCADE, related_name="names", verbose_name="主体")
    name = models.CharField("名称", max_length=200)
    kind = models.CharField("性质", max_length=10, choices=Kind, default=Kind.OFFICIAL)
    valid_from = models.DateField("自", default=date(1949, 10, 1))
    valid_to = models.DateField("至", null=True)
    source = models.CharField("依据", max_length=200, blank=True)

    class Meta:
        ordering = ["party", "valid_from", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["party", "name", "valid_from"], name="party_name_once"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=models.F("valid_from")), name="party_name_dates"
            ),
        ]
        indexes = [models.Index(fields=["name"], name="party_name_lookup")]
        verbose_name = verbose_name_plural = "主体名称"

    def __str__(self) -> str:
        return self.name
