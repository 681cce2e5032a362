"""首贷: a dated, signed definition, and claims that at most once end confirmed."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from common import clock


class FirstLoanDefinition(models.Model):
    """One version of what counts (reference: published definitions conflict). Signed by the office, never edited."""

    version = models.CharField("版本", max_length=20, unique=True)
    effective_from = models.DateField("施行日期")
    effective_to = models.DateField("废止日期", null=True)
    # Credit kinds whose earlier existence disqualifies, and kinds that can be the first loan.
    record_blocks = models.JSONField("排除的既往记录")
    loan_counts = models.JSONField("计入的业务品种")
    query_within_days = models.PositiveSmallIntegerField("查询有效天数", default=30)
    document = models.CharField("依据", max_length=200)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="签发人")

    class Meta:
        ordering = ["effective_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(effective_to=None) | Q(effective_to__gte=F("effective_from")), name="first_loan_rule_dates"
            )
        ]
        verbose_name = verbose_name_plural = "首贷口径"

    def __str__(self) -> str:
        return self.version


class FirstLoanClaim(models.Model):
    """候选 → 银行申报 → 核验 → 确认 | 驳回 | 存疑. ``party_key`` outlives erasure of the party."""

    class State(models.TextChoices):
        CANDIDATE = "candidate", "候选"
        DECLARED = "declared", "银行已申报"
        VERIFYING = "verifying", "核验中"
        CONFIRMED = "confirmed", "已确认"
        REJECTED = "rejected", "已驳回"
        DOUBTFUL = "doubtful", "存疑"

    party = models.ForeignKey("accounts.Party", models.PROTECT, related_name="first_loan_claims", verbose_name="主体")
    party_key = models.CharField("主体指纹", max_length=64)
    institution = models.ForeignKey("accounts.Party", models.PROTECT, null=True, related_name="+", verbose_name="机构")
    financing = models.OneToOneField(
        "matching.Financing", models.PROTECT, null=True, related_name="first_loan_claim", verbose_name="放款"
    )
    definition = models.ForeignKey(
        FirstLoanDefinition, models.PROTECT, null=True, related_name="claims", verbose_name="口径"
    )
    state = models.CharField("状态", max_length=10, choices=State, default=State.CANDIDATE)
    # The bank attests: queried on, by whom, and what earlier credit the report showed. The report is not kept.
    query_on = models.DateField("查询日期", null=True)
    operator = models.CharField("查询经办", max_length=60, blank=True)
    prior_credit_kinds = models.JSONField("既往记录", null=True)
    problem = models.CharField("问题", max_length=300, blank=True)
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="申报人"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="核验人"
    )
    created_at = models.DateTimeField("建立时间", default=clock.now)
    decided_at = models.DateTimeField("核验时间", null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            # Once ever, city-wide, whoever claims and however fast.
            models.UniqueConstraint(
                fields=["party_key"], condition=Q(state="confirmed"), name="first_loan_once_per_party"
            ),
            # A candidate that no bank took up can be turned down as it is.
            models.CheckConstraint(
                condition=Q(state__in=["candidate", "rejected"])
                | (Q(financing__isnull=False) & Q(institution__isnull=False)),
                name="first_loan_declared_with_financing",
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed")
                | (Q(query_on__isnull=False) & ~Q(operator="") & Q(definition__isnull=False)),
                name="first_loan_confirmed_on_evidence",
            ),
        ]
        verbose_name = verbose_name_plural = "首贷认定"

    def __str__(self) -> str:
        return f"{self.party_id} {self.get_state_display()}"
