"""What an institution has been told of its draft rules: kept so that no two answers differ by a handful of parties."""

from django.conf import settings
from django.db import models

from common import clock


class PreviewAnswer(models.Model):
    """The sets one preview counted. ``sets`` holds a bit a party id, ``width`` bytes a set; ``counts`` what was said
    of each, before it is made coarse."""

    institution = models.ForeignKey("accounts.Party", models.CASCADE, related_name="+", verbose_name="机构")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="试算人")
    day = models.DateField("日期")
    digest = models.CharField("规则指纹", max_length=64)
    width = models.PositiveIntegerField("每组字节")
    sets = models.BinaryField("集合", default=bytes)
    counts = models.JSONField("计数", default=list)
    created_at = models.DateTimeField("时间", default=clock.now)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["institution", "day", "digest"], name="preview_once_a_day"),
        ]
        indexes = [models.Index(fields=["user", "day"], name="preview_by_user")]
        verbose_name = verbose_name_plural = "规则试算"

    def __str__(self) -> str:
        return f"{self.institution_id} {self.day}"


class WhitelistSnapshot(models.Model):
    """The last reading of the whitelist and of what was known of its parties, packed (enterprises/column_bytes.py);
    one row. ``entries`` and ``last_entry`` tell whether the list has changed since."""

    day = models.DateField("日期")
    entries = models.PositiveIntegerField("名单条数")
    last_entry = models.PositiveBigIntegerField("最后一条")
    content = models.BinaryField("各户资料")
    digest = models.CharField("内容指纹", max_length=64)
    read_at = models.DateTimeField("读取时间", default=clock.now)

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="whitelist_snapshot_is_one")]
        verbose_name = verbose_name_plural = "白名单快照"

    def __str__(self) -> str:
        return f"{self.day} {self.entries}"
