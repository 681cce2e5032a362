"""A need in the hands of one institution, and the clock that runs while it owes an answer."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from common import clock


class Referral(models.Model):
    """派单/抢单/自选. The clock counts working days and stands still while the firm owes an answer."""

    class State(models.TextChoices):
        PENDING = "pending", "待响应"
        ACCEPTED = "accepted", "已接单"
        CONTACTED = "contacted", "已联系"
        DILIGENCE = "diligence", "尽调中"
        APPROVED = "approved", "已授信"
        SIGNED = "signed", "已签约"
        DISBURSED = "disbursed", "已放款"
        SETTLED = "settled", "已结清"
        REFUSED = "refused", "已拒绝"
        WITHDRAWN = "withdrawn", "已撤回"
        LAPSED = "lapsed", "超期转派"

    class Channel(models.TextChoices):
        CHOSEN = "chosen", "企业自选"
        DISPATCHED = "dispatched", "派单"
        GRABBED = "grabbed", "抢单"

    class Refusal(models.TextChoices):
        AMOUNT = "amount", "金额不匹配"
        TERM = "term", "期限不匹配"
        GUARANTEE = "guarantee", "担保不足"
        CONDITIONS = "conditions", "不符合准入条件"
        CREDIT = "credit", "征信或负债原因"
        SECTOR = "sector", "行业政策原因"
        UNREACHABLE = "unreachable", "多次联系不上"
        NO_DEMAND = "no_demand", "企业已无需求"
        OTHER = "other", "其他（须说明）"

    code = models.CharField("派单编号", max_length=40, unique=True)
    need = models.ForeignKey("enterprises.Need", models.PROTECT, related_name="referrals", verbose_name="需求")
    institution = models.ForeignKey("accounts.Party", models.PROTECT, related_name="referrals", verbose_name="机构")
    version = models.ForeignKey(
        "products.ProductVersion", models.PROTECT, null=True, related_name="referrals", verbose_name="产品版本"
    )
    kind = models.CharField("类别", max_length=2)
    channel = models.CharField("来路", max_length=12, choices=Channel)
    state = models.CharField("状态", max_length=12, choices=State, default=State.PENDING)
    # The explanation as it stood when the firm applied: evidence, never recomputed.
    reasons = models.JSONField("匹配依据", default=list)
    # The shelf it was judged on; empty where no product was named.
    programme_hash = models.CharField("规则指纹", max_length=64, blank=True)
    moved_from = models.OneToOneField("self", models.PROTECT, null=True, related_name="moved_to", verbose_name="转自")
    refusal = models.CharField("拒绝原因", max_length=12, choices=Refusal, blank=True)
    refusal_note = models.CharField("拒绝说明", max_length=300, blank=True)
    approved_amount = models.BigIntegerField("授信金额（元）", null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="发起人")
    dispatched_at = models.DateTimeField("派出时间", default=clock.now)
    responded_at = models.DateTimeField("响应时间", null=True)
    closed_at = models.DateTimeField("办结时间", null=True)
    # Clock of the current stage: started on, days the firm kept it waiting, and since when it waits now.
    stage_since = models.DateField("本环节起")
    due_on = models.DateField("应办结日", null=True)
    paused_since = models.DateField("暂停自", null=True)
    pause_reason = models.CharField("等企业补什么", max_length=200, blank=True)
    # One entry for every stage left: {"state", "due" (null: nothing was promised), "done"}, ISO dates.
    promises = models.JSONField("各环节时限", default=list)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["need", "institution"],
                condition=~Q(state__in=["settled", "refused", "withdrawn", "lapsed"]),
                name="referral_one_open_per_institution",
            ),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(refusal=""), name="referral_refusal_has_reason"),
            models.CheckConstraint(
                condition=~Q(refusal="other") | ~Q(refusal_note=""), name="referral_other_is_explained"
            ),
            models.CheckConstraint(condition=Q(kind__in=["贷", "保", "险", "投", "租"]), name="referral_kind_known"),
            models.CheckConstraint(
                condition=Q(approved_amount=None) | Q(approved_amount__gt=0), name="referral_approved_positive"
            ),
            models.CheckConstraint(condition=~Q(moved_from=F("id")), name="referral_not_moved_from_itself"),
        ]
        indexes = [models.Index(fields=["institution", "state", "due_on"], name="referral_inbox")]
        verbose_name = verbose_name_plural = "派单"

    def __str__(self) -> str:
        return self.code
