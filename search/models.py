"""What the office teaches search, what people ask it, and what they asked to be told about."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from common import clock


class Synonym(models.Model):
    """Searching for ``left`` also finds ``right``; with ``both`` the two mean the same."""

    left = models.CharField("搜的词", max_length=20)
    right = models.CharField("也找到", max_length=20)
    both = models.BooleanField("互为同义", default=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办人")
    created_at = models.DateTimeField("时间", default=clock.now)

    class Meta:
        ordering = ["left", "right"]
        constraints = [
            models.UniqueConstraint(fields=["left", "right"], name="synonym_once"),
            models.CheckConstraint(condition=~Q(left=F("right")), name="synonym_of_another_word"),
        ]
        verbose_name = verbose_name_plural = "近义词"

    def __str__(self) -> str:
        return f"{self.left} {'=' if self.both else '=>'} {self.right}"


class SearchedText(models.Model):
    """How often a text was searched for on a day, and how often nothing was found. Nobody's name is kept."""

    day = models.DateField("日期")
    text = models.CharField("检索词", max_length=40)
    asked = models.PositiveIntegerField("次数", default=0)
    empty = models.PositiveIntegerField("无结果次数", default=0)

    class Meta:
        ordering = ["-day", "text"]
        constraints = [
            models.UniqueConstraint(fields=["day", "text"], name="searched_text_day"),
            models.CheckConstraint(condition=Q(empty__lte=F("asked")), name="searched_text_empty_within_asked"),
        ]
        verbose_name = verbose_name_plural = "检索统计"

    def __str__(self) -> str:
        return f"{self.day} {self.text}"


class SavedSearch(models.Model):
    """A search whose new hits its owner is told about. ``ticks``: [field, value] pairs; ``known``: keys seen before."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_searches", verbose_name="用户"
    )
    document = models.CharField("内容类别", max_length=40)
    text = models.CharField("检索词", max_length=200, blank=True)
    ticks = models.JSONField("所选条件", default=list)
    path = models.CharField("结果页", max_length=200)
    known = models.JSONField("已知结果", default=list)
    created_at = models.DateTimeField("保存时间", default=clock.now)

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["user", "path"], name="saved_search_once")]
        verbose_name = verbose_name_plural = "已存检索"

    def __str__(self) -> str:
        return self.text or self.path
