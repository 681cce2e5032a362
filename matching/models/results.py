"""The stored result of matching: one packed row a need."""

from django.db import models

from common import clock


class MatchResult(models.Model):
    """Which listed products fit one need, best first, as of one programme (hash over all listed rules)."""

    need = models.OneToOneField("enterprises.Need", models.CASCADE, related_name="match_result", verbose_name="需求")
    programme_hash = models.CharField("规则指纹", max_length=64)
    satisfied = models.PositiveIntegerField("符合", default=0)
    unknown = models.PositiveIntegerField("缺资料", default=0)
    violated = models.PositiveIntegerField("不符合", default=0)
    # [[product code, verdict, score], …] for satisfied and unknown, best first.
    ranked = models.JSONField("排序", default=list)
    computed_at = models.DateTimeField("计算时间", default=clock.now)

    class Meta:
        ordering = ["need"]
        verbose_name = verbose_name_plural = "匹配结果"

    def __str__(self) -> str:
        return f"{self.need_id}: {self.satisfied}/{self.unknown}/{self.violated}"
