"""The plan as data: measures, the units that answer for them, deadlines, indicator declarations; and its quarters as
they are filed."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q

from common import clock


class Plan(models.Model):
    """One government plan, loaded from YAML; a second plan is a second row."""

    code = models.CharField("方案编号", max_length=60, unique=True)
    title = models.CharField("名称", max_length=200)
    document_number = models.CharField("文号", max_length=60)
    issued_on = models.DateField("印发日期")
    starts_on = models.DateField("自")
    ends_on = models.DateField("至")
    content_hash = models.CharField("内容指纹", max_length=64)
    # Everything the YAML says beyond what is queried: goals text, quotas, source places.
    body = models.JSONField("全文", default=dict)

    class Meta:
        ordering = ["starts_on", "pk"]
        constraints = [models.CheckConstraint(condition=Q(ends_on__gte=models.F("starts_on")), name="plan_dates")]
        verbose_name = verbose_name_plural = "工作方案"

    def __str__(self) -> str:
        return self.title

    def covers(self, day: date) -> bool:
        """Whether ``day`` is within the plan's years."""
        return self.starts_on <= day <= self.ends_on


class Measure(models.Model):
    """One of the plan's measures. Texts and units are the body's; ``deadline_text`` is annex 2's."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="measures", verbose_name="方案")
    number = models.PositiveSmallIntegerField("序号")
    section = models.CharField("重点任务", max_length=60)
    title = models.CharField("措施", max_length=60)
    text = models.TextField("工作措施")
    deadline_text = models.CharField("完成时限", max_length=200)
    # [{"kind": "by"|"yearly"|"ongoing", "day": ISO date, "count": int, "what": text, "met_by": …}]
    deadlines = models.JSONField("时限要点", default=list)
    # {"section": …, "text": …, "lead": …, "support": …, "notes": [...], "place": …}: the annex's own wording.
    annex = models.JSONField("附件2原文", default=dict)

    class Meta:
        ordering = ["plan", "number"]
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="measure_number_once")]
        verbose_name = verbose_name_plural = "工作措施"

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"


class MeasureUnit(models.Model):
    """A unit's part in a measure, in the body's wording; a group (各金融机构) has no party of its own."""

    class Role(models.TextChoices):
        LEAD = "lead", "牵头单位"
        SUPPORT = "support", "配合单位"

    measure = models.ForeignKey(Measure, models.CASCADE, related_name="units", verbose_name="措施")
    role = models.CharField("分工", max_length=10, choices=Role)
    order = models.PositiveSmallIntegerField("次序")
    wording = models.CharField("文件写法", max_length=60)
    party = models.ForeignKey(
        "accounts.Party", models.PROTECT, null=True, related_name="measure_units", verbose_name="单位"
    )
    # 待核定: the annex names it, the body does not (市财政局 in rows 2, 3, 4, 6, 9).
    pending = models.BooleanField("待核定", default=False)

    class Meta:
        ordering = ["measure", "role", "order"]
        constraints = [models.UniqueConstraint(fields=["measure", "role", "wording"], name="measure_unit_once")]
        verbose_name = verbose_name_plural = "责任单位"

    def __str__(self) -> str:
        return self.wording


class Indicator(models.Model):
    """A declared indicator: how to count it over postings is data, checked when the plan is loaded."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="indicators", verbose_name="方案")
    measure = models.ForeignKey(Measure, models.CASCADE, null=True, related_name="indicators", verbose_name="措施")
    code = models.CharField("编号", max_length=60)
    name = models.CharField("名称", max_length=100)
    order = models.PositiveSmallIntegerField("次序")
    declaration = models.JSONField("口径")

    class Meta:
        ordering = ["plan", "order"]
        constraints = [models.UniqueConstraint(fields=["plan", "code"], name="indicator_code_once")]
        verbose_name = verbose_name_plural = "指标"

    def __str__(self) -> str:
        return self.name


class QuarterlyReport(models.Model):
    """One quarter's ledger on its way to be filed. Signed, it is frozen and chained to the one signed before it; a
    correction is another version."""

    class State(models.TextChoices):
        OPEN = "open", "填报中"
        SIGNED = "signed", "已审签"

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="reports", verbose_name="方案")
    quarter = models.CharField("季度", max_length=6)
    number = models.PositiveSmallIntegerField("版次", default=1)
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN)
    reason = models.CharField("更正原因", max_length=300, blank=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="开启人")
    opened_at = models.DateTimeField("开启时间", default=clock.now)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="审签人"
    )
    signed_at = models.DateTimeField("审签时间", null=True)
    # What was filed: the published shape of the ledger, and SHA-256 over it and the digest before.
    snapshot = models.JSONField("报送内容", null=True)
    digest = models.CharField("指纹", max_length=64, blank=True)
    previous = models.OneToOneField("self", models.PROTECT, null=True, related_name="following", verbose_name="前一份")

    class Meta:
        ordering = ["plan", "quarter", "number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "quarter", "number"], name="report_version_once"),
            models.UniqueConstraint(fields=["plan", "quarter"], condition=Q(state="open"), name="report_open_once"),
            models.UniqueConstraint(
                fields=["plan"], condition=Q(state="signed", previous=None), name="report_chain_starts_once"
            ),
            models.CheckConstraint(
                condition=Q(state="open", signed_by=None, signed_at=None, snapshot=None, digest="", previous=None)
                | Q(state="signed", signed_by__isnull=False, signed_at__isnull=False, snapshot__isnull=False)
                & ~Q(digest=""),
                name="report_signed_whole",
            ),
            models.CheckConstraint(condition=Q(number=1) | ~Q(reason=""), name="report_correction_says_why"),
        ]
        verbose_name = verbose_name_plural = "季度台账"

    def __str__(self) -> str:
        return f"{self.quarter} 第{self.number}版"


class ReportRow(models.Model):
    """One measure of a report, in the words of the unit that leads it."""

    class State(models.TextChoices):
        TO_FILL = "to_fill", "待填报"
        FILLED = "filled", "待审核"
        RETURNED = "returned", "已退回"
        CHECKED = "checked", "已审核"

    report = models.ForeignKey(QuarterlyReport, models.PROTECT, related_name="rows", verbose_name="季度台账")
    measure = models.ForeignKey(Measure, models.PROTECT, related_name="report_rows", verbose_name="措施")
    state = models.CharField("状态", max_length=10, choices=State, default=State.TO_FILL)
    progress = models.TextField("进展情况", blank=True)
    problems = models.TextField("存在问题", blank=True)
    next_steps = models.TextField("下一步工作计划", blank=True)
    filled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="填报人"
    )
    filled_at = models.DateTimeField("填报时间", null=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="审核人"
    )
    note = models.CharField("退回意见", max_length=300, blank=True)

    class Meta:
        ordering = ["report", "measure__number"]
        constraints = [
            models.UniqueConstraint(fields=["report", "measure"], name="report_row_once"),
            models.CheckConstraint(
                condition=Q(state="to_fill")
                | Q(filled_by__isnull=False) & ~Q(progress="") & ~Q(problems="") & ~Q(next_steps=""),
                name="report_row_filled_whole",
            ),
            models.CheckConstraint(
                condition=Q(state="checked", checked_by__isnull=False) | ~Q(state="checked") & Q(checked_by=None),
                name="report_row_checked_by_somebody",
            ),
        ]
        verbose_name = verbose_name_plural = "台账填报"

    def __str__(self) -> str:
        return f"{self.report} {self.measure}"

    @property
    def stamp(self) -> str:
        """When its words were written, as a page that shows them carries it; empty before the first."""
        return self.filled_at.isoformat() if self.filled_at else ""


class RowAnswer(models.Model):
    """What a supporting unit says of a row as it stands: agreed, or what it would change."""

    row = models.ForeignKey(ReportRow, models.CASCADE, related_name="answers", verbose_name="填报")
    party = models.ForeignKey("accounts.Party", models.PROTECT, related_name="+", verbose_name="配合单位")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="答复人")
    at = models.DateTimeField("答复时间", default=clock.now)
    agreed = models.BooleanField("同意")
    comment = models.CharField("意见", max_length=300, blank=True)

    class Meta:
        ordering = ["row", "party"]
        constraints = [
            models.UniqueConstraint(fields=["row", "party"], name="row_answer_once"),
            models.CheckConstraint(condition=Q(agreed=True) | ~Q(comment=""), name="row_answer_says_what"),
        ]
        verbose_name = verbose_name_plural = "配合单位意见"

    def __str__(self) -> str:
        return f"{self.party}：{'同意' if self.agreed else self.comment}"
