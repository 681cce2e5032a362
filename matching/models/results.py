"""Stored results of matching: one packed row a need, kept current block by block. All of it can be computed anew."""

from django.db import models

from common import clock

# Need ids a block spans: some seconds of work at most, and what a killed run loses.
SPAN = 1 << 14


class MatchProgramme(models.Model):
    """A shelf that results were computed with. ``versions`` is [product id, version id] of each listed product."""

    hash = models.CharField("规则指纹", max_length=64, unique=True)
    versions = models.JSONField("产品版本", default=list)
    created_at = models.DateTimeField("创建时间", default=clock.now)

    class Meta:
        ordering = ["pk"]
        verbose_name = verbose_name_plural = "匹配规则集"

    def __str__(self) -> str:
        return self.hash[:12]


class MatchBlock(models.Model):
    """A range of need ids, and when all of its results were last known to be right: the lock, the progress and the
    sums of that range. ``tally`` packs how many of its needs each product fits (matching/engine/packing.py)."""

    number = models.PositiveIntegerField("区段", unique=True)
    programme = models.ForeignKey(MatchProgramme, models.PROTECT, null=True, related_name="+", verbose_name="规则集")
    run = models.ForeignKey("common.Job", models.SET_NULL, null=True, related_name="+", verbose_name="任务")
    as_of = models.DateField("资料日期", null=True)
    needs = models.PositiveIntegerField("需求", default=0)
    satisfied = models.BigIntegerField("符合", default=0)
    unknown = models.BigIntegerField("缺资料", default=0)
    violated = models.BigIntegerField("不符合", default=0)
    tally = models.BinaryField("各产品计数", default=bytes)
    # A need of it has changed since it was counted.
    tally_due = models.BooleanField("待重新计数", default=False)
    computed_at = models.DateTimeField("计算时间", null=True)

    class Meta:
        ordering = ["number"]
        verbose_name = verbose_name_plural = "匹配区段"

    def __str__(self) -> str:
        return f"区段 {self.number}"


class MatchResult(models.Model):
    """Which listed products fit one need: exact counts, and the best of them packed, best first.

    A row is written only when its content changes; its block says until when it was still right.
    """

    need = models.OneToOneField(
        "enterprises.Need", models.CASCADE, primary_key=True, related_name="match_result", verbose_name="需求"
    )
    programme = models.ForeignKey(
        MatchProgramme, models.PROTECT, db_index=False, related_name="+", verbose_name="规则集"
    )
    satisfied = models.PositiveIntegerField("符合", default=0)
    unknown = models.PositiveIntegerField("缺资料", default=0)
    violated = models.PositiveIntegerField("不符合", default=0)
    best = models.BinaryField("最合适的产品", default=bytes)
    computed_at = models.DateTimeField("计算时间", default=clock.now)

    class Meta:
        ordering = ["need"]
        verbose_name = verbose_name_plural = "匹配结果"

    def __str__(self) -> str:
        return f"{self.need_id}: {self.satisfied}/{self.unknown}/{self.violated}"


class MatchTally(models.Model):
    """For how many open needs a product is 符合 and 缺资料, some seconds after what it counts has changed."""

    product = models.OneToOneField(
        "products.Product", models.CASCADE, primary_key=True, related_name="match_tally", verbose_name="产品"
    )
    satisfied = models.PositiveIntegerField("符合", default=0)
    unknown = models.PositiveIntegerField("缺资料", default=0)

    class Meta:
        ordering = ["product"]
        verbose_name = verbose_name_plural = "产品匹配计数"

    def __str__(self) -> str:
        return f"{self.product_id}: {self.satisfied}/{self.unknown}"
