"""The plan as data: measures, the units that answer for them, deadlines, and indicator declarations."""

from django.db import models
from django.db.models import Q


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
