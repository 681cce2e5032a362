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


class WhitelistPush(models.Model):
    """One batch sent to one institution on a day. ``released`` is all it was told, frozen by the database."""

    batch = models.ForeignKey(WhitelistBatch, models.PROTECT, related_name="pushes", verbose_name="批次")
    institution = models.ForeignKey("accounts.Party", models.PROTECT, related_name="+", verbose_name="机构")
    pushed_on = models.DateField("推送日期")
    basis_doc = models.CharField("依据文件", max_length=200)
    # [{"party": number, "name": …, "code": …, "tags": […]}]
    released = models.JSONField("推送内容")
    pushed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="推送人")
    created_at = models.DateTimeField("录入时间", default=clock.now)

    class Meta:
        ordering = ["-pushed_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "institution", "pushed_on"], name="whitelist_push_once_a_day"),
            models.CheckConstraint(condition=~Q(basis_doc=""), name="whitelist_push_has_basis"),
        ]
        verbose_name = verbose_name_plural = "白名单推送"

    def __str__(self) -> str:
        return f"{self.batch_id}→{self.institution_id} {self.pushed_on}"

    @property
    def parties(self) -> list[int]:
        """Numbers of the parties told."""
        return [line["party"] for line in self.released]


class WhitelistFeedback(models.Model):
    """What the institution reports of one party of one push; the latest day speaks, earlier answers stay."""

    class Answer(models.TextChoices):
        CONTACTED = "contacted", "已联系"
        TALKING = "talking", "洽谈中"
        APPROVED = "approved", "已授信"
        NOT_NEEDED = "not_needed", "不需要"
        UNREACHABLE = "unreachable", "联系不上"
        UNFIT = "unfit", "暂不符合条件"

    push = models.ForeignKey(WhitelistPush, models.PROTECT, related_name="feedback", verbose_name="推送")
    party = models.ForeignKey("accounts.Party", models.PROTECT, related_name="+", verbose_name="主体")
    answer = models.CharField("答复", max_length=12, choices=Answer)
    answered_on = models.DateField("答复日期")
    note = models.CharField("说明", max_length=200, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="录入人")
    recorded_at = models.DateTimeField("录入时间", default=clock.now)

    class Meta:
        ordering = ["answered_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["push", "party", "answer", "answered_on"], name="whitelist_feedback_once"),
        ]
        verbose_name = verbose_name_plural = "白名单反馈"

    def __str__(self) -> str:
        return f"{self.push_id}:{self.party_id} {self.answer}"
