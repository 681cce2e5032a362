"""Up to where firms have been told which products they have come to fit."""

from django.db import models


class EligibilitySweep(models.Model):
    """The one row: the day and the local shelf of the last sweep. ``versions`` is [product id, version id]."""

    day = models.DateField("日期")
    versions = models.JSONField("产品版本", default=list)

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="sweep_is_one")]
        verbose_name = verbose_name_plural = "符合提醒进度"

    def __str__(self) -> str:
        return f"{self.day}"
