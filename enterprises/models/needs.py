"""What a party looks for."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from common import clock


class Need(models.Model):
    """One financing need. Amounts in 元; an empty amount, term or guarantee list is unknown."""

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        OPEN = "open", "登记中"
        CLOSED = "closed", "已结束"

    code = models.CharField("需求编号", max_length=40, unique=True)
    party = models.ForeignKey("accounts.Party", models.PROTECT, related_name="needs", verbose_name="主体")
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN)
    kinds = models.JSONField("类别", default=list)
    amount = models.BigIntegerField("金额（元）", null=True)
    term_months = models.PositiveIntegerField("期限（月）", null=True)
    purpose = models.CharField("用途", max_length=200, blank=True)
    guarantees = models.JSONField("可提供的担保", null=True)
    needed_by = models.DateField("最晚到账", null=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")
    created_at = models.DateTimeField("登记时间", default=clock.now)
    updated_at = models.DateTimeField("更新时间", default=clock.now)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["draft", "open", "closed"]), name="need_state_known"),
            models.CheckConstraint(condition=Q(amount=None) | Q(amount__gt=0), name="need_amount_positive"),
            models.CheckConstraint(condition=Q(term_months=None) | Q(term_months__gt=0), name="need_term_positive"),
            # A draft given up keeps none of its content, so a closed need without a kind was never submitted.
            models.CheckConstraint(condition=~Q(state="open") | ~Q(kinds=[]), name="need_open_has_kind"),
        ]
        verbose_name = verbose_name_plural = "融资需求"

    def __str__(self) -> str:
        return self.code
