"""What guards the log-in: failed attempts, passwords used before, and firms that ask for an account."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.sealed import SealedField
from common import clock


class LoginFailure(models.Model):
    """One failed attempt against one key: a hashed account name or a network address. Swept when a day old."""

    key = models.CharField("对象", max_length=80)
    at = models.DateTimeField("时间", default=clock.now)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["key", "at"], name="login_failure_window")]
        verbose_name = verbose_name_plural = "登录失败"

    def __str__(self) -> str:
        return self.key


class UsedPassword(models.Model):
    """The hash of a password a user had, so that it is not taken again too soon."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="used_passwords")
    password = models.CharField("密码散列", max_length=128)
    at = models.DateTimeField("启用时间", default=clock.now)

    class Meta:
        ordering = ["-pk"]
        verbose_name = verbose_name_plural = "用过的密码"

    def __str__(self) -> str:
        return f"{self.user_id} {self.at:%Y-%m-%d}"


class AccountClaim(models.Model):
    """A firm asks for its account. ``code`` becomes the user name once the office approves."""

    class State(models.TextChoices):
        PENDING = "pending", "待审核"
        APPROVED = "approved", "已开通"
        REFUSED = "refused", "未通过"

    class Capacity(models.TextChoices):
        LEGAL = "legal", "法定代表人"
        AGENT = "agent", "授权经办人"

    code = models.CharField("受理号", max_length=40, unique=True)
    uscc = models.CharField("统一社会信用代码", max_length=18)
    firm_name = models.CharField("企业名称", max_length=200)
    capacity = models.CharField("身份", max_length=10, choices=Capacity)
    applicant = SealedField("姓名")
    phone = SealedField("电话")
    # The name people gave the file, and the random one it is kept under in DATA_DIR/claims.
    document = models.CharField("授权材料", max_length=120)
    document_file = models.CharField("存放名", max_length=80)
    document_hash = models.CharField("SHA-256", max_length=64)
    password = models.CharField("密码散列", max_length=128)
    state = models.CharField("状态", max_length=10, choices=State, default=State.PENDING)
    refusal = models.CharField("未通过原因", max_length=200, blank=True)
    created_at = models.DateTimeField("提交时间", default=clock.now)
    decided_at = models.DateTimeField("审核时间", null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="审核人"
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="claim", verbose_name="账号"
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["pending", "approved", "refused"]), name="account_claim_state_known"
            ),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(refusal=""), name="account_claim_refusal_reason"),
            models.CheckConstraint(
                condition=Q(state="approved", user__isnull=False) | (~Q(state="approved") & Q(user=None)),
                name="account_claim_user_when_approved",
            ),
        ]
        verbose_name = verbose_name_plural = "账号申领"

    def __str__(self) -> str:
        return self.code
