"""What a party lets one institution see, for one need and one purpose. Never 征信查询授权: the bank takes its own."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from common import clock


class Consent(models.Model):
    """One consent; off until given, ends by date or withdrawal with effect at once. ``grant`` is what it opened."""

    class Purpose(models.TextChoices):
        ASSESS = "assess", "评估融资需求"
        WHITELIST = "whitelist", "白名单推送联系"

    need = models.ForeignKey("enterprises.Need", models.PROTECT, related_name="consents", verbose_name="需求")
    institution = models.ForeignKey("accounts.Party", models.PROTECT, related_name="consents_held", verbose_name="机构")
    purpose = models.CharField("用途", max_length=12, choices=Purpose, default=Purpose.ASSESS)
    text_version = models.CharField("告知书版本", max_length=20)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="授权人")
    given_at = models.DateTimeField("授权时间", default=clock.now)
    expires_at = models.DateTimeField("到期")
    withdrawn_at = models.DateTimeField("撤回时间", null=True)
    grant = models.OneToOneField("accounts.Grant", models.PROTECT, related_name="consent", verbose_name="查看授权")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["need", "institution", "purpose"], condition=Q(withdrawn_at=None), name="consent_one_live"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("given_at")), name="consent_dates"),
        ]
        verbose_name = verbose_name_plural = "授权同意"

    def __str__(self) -> str:
        return f"{self.need_id}→{self.institution_id}"

    @property
    def live(self) -> bool:
        """True while it holds: not withdrawn, not expired."""
        return self.withdrawn_at is None and self.expires_at > clock.now()

    @property
    def status(self) -> str:
        """生效中, 已撤回 or 已到期. One that ran out and was given anew carries its own end as ``withdrawn_at``."""
        if self.live:
            return "生效中"
        return "已撤回" if self.withdrawn_at is not None and self.withdrawn_at < self.expires_at else "已到期"
