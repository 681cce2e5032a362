"""Who accompanies a party, and what was done for it. A log entry is written once and reused by the ledger."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from common import clock


class LiaisonAssignment(models.Model):
    """One officer for one party; one active at a time, history kept."""

    party = models.ForeignKey("accounts.Party", models.PROTECT, related_name="assignments", verbose_name="服务对象")
    officer = models.ForeignKey(
        "talents.LiaisonOfficer", models.PROTECT, related_name="assignments", verbose_name="特派员"
    )
    backup = models.ForeignKey(
        "talents.LiaisonOfficer", models.PROTECT, null=True, related_name="backups", verbose_name="后备特派员"
    )
    started_on = models.DateField("自")
    ended_on = models.DateField("至", null=True)
    end_reason = models.CharField("结束原因", max_length=200, blank=True)
    grant = models.OneToOneField("accounts.Grant", models.PROTECT, null=True, related_name="+", verbose_name="查看授权")
    assigned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="指派人")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["party"], condition=Q(ended_on=None), name="liaison_one_active"),
            models.CheckConstraint(
                condition=Q(backup=None) | ~Q(backup=F("officer")), name="liaison_backup_is_another"
            ),
            models.CheckConstraint(condition=Q(ended_on=None) | ~Q(end_reason=""), name="liaison_end_has_reason"),
        ]
        verbose_name = verbose_name_plural = "特派员指派"

    def __str__(self) -> str:
        return f"{self.officer_id}→{self.party_id}"


class ServiceLog(models.Model):
    """One service: when, how, what, and the next step. The database refuses change (migration 0003)."""

    class Way(models.TextChoices):
        VISIT = "visit", "上门走访"
        PHONE = "phone", "电话"
        ONLINE = "online", "线上"
        MEETING = "meeting", "对接会"

    party = models.ForeignKey("accounts.Party", models.PROTECT, related_name="service_logs", verbose_name="服务对象")
    officer = models.ForeignKey("talents.LiaisonOfficer", models.PROTECT, related_name="logs", verbose_name="特派员")
    need = models.ForeignKey("enterprises.Need", models.PROTECT, null=True, related_name="+", verbose_name="需求")
    happened_on = models.DateField("日期")
    way = models.CharField("方式", max_length=10, choices=Way)
    content = models.CharField("内容", max_length=1000)
    next_step = models.CharField("下一步", max_length=300, blank=True)
    next_on = models.DateField("约定日期", null=True)
    # Made by the form, so that a page sent twice from a bad connection is one entry.
    client_key = models.CharField("提交键", max_length=40, unique=True)
    written_at = models.DateTimeField("记录时间", default=clock.now)

    class Meta:
        ordering = ["-happened_on", "-pk"]
        constraints = [models.CheckConstraint(condition=~Q(content=""), name="service_log_says_something")]
        verbose_name = verbose_name_plural = "服务记录"

    def __str__(self) -> str:
        return f"{self.happened_on} {self.party_id}"
