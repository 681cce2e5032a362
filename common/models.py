"""Records every app shares: calendar overrides, transition log, outbox, audit chain, jobs."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from common import clock


class CalendarOverride(models.Model):
    """One day on which the office corrects the working-day library (国务院办公厅通知 or a local order)."""

    day = models.DateField("日期", unique=True)
    working = models.BooleanField("上班")
    source = models.CharField("依据", max_length=200)

    class Meta:
        ordering = ["day"]
        verbose_name = verbose_name_plural = "工作日调整"

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {'上班' if self.working else '放假'}"


class TransitionLog(models.Model):
    """One change of one object's state; written only by ``common.transitions``."""

    object_type = models.CharField("对象类型", max_length=60)
    object_id = models.BigIntegerField("对象")
    from_state = models.CharField("原状态", max_length=30)
    to_state = models.CharField("新状态", max_length=30)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="经办人", related_name="+")
    reason = models.CharField("原因", max_length=500, blank=True)
    at = models.DateTimeField("时间", default=clock.now)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["object_type", "object_id"], name="transition_object")]
        verbose_name = verbose_name_plural = "状态变更"

    def __str__(self) -> str:
        return f"{self.object_type}#{self.object_id} {self.from_state}→{self.to_state}"


class OutboxMessage(models.Model):
    """A side effect owed, written in the transaction that causes it and done afterwards at least once."""

    topic = models.CharField("主题", max_length=60)
    key = models.CharField("键", max_length=120)
    payload = models.JSONField("内容", default=dict)
    created_at = models.DateTimeField("写入时间", default=clock.now)
    attempts = models.PositiveIntegerField("尝试次数", default=0)
    last_error = models.TextField("最近错误", blank=True)
    done_at = models.DateTimeField("完成时间", null=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["topic", "id"], name="outbox_pending", condition=Q(done_at=None))]
        verbose_name = verbose_name_plural = "待发消息"

    def __str__(self) -> str:
        return f"{self.topic}:{self.key}"


class AuditEvent(models.Model):
    """One link of the hash chain. The database refuses update and delete (migration 0002)."""

    seq = models.BigIntegerField("序号", unique=True)
    at = models.DateTimeField("时间", default=clock.now)
    actor_id = models.BigIntegerField("经办人", null=True)
    actor_name = models.CharField("经办人用户名", max_length=150, blank=True)
    action = models.CharField("动作", max_length=60)
    object_type = models.CharField("对象类型", max_length=60, blank=True)
    object_id = models.CharField("对象", max_length=60, blank=True)
    data = models.JSONField("内容", default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["seq"]
        verbose_name = verbose_name_plural = "审计事件"

    def __str__(self) -> str:
        return f"{self.seq} {self.action}"


class AuditHead(models.Model):
    """The single row that writers lock, so that the chain never forks."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="0" * 64)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="audit_head_single")]

    def __str__(self) -> str:
        return f"审计链尾 {self.seq}"


class Job(models.Model):
    """Long work with a determinate progress bar that survives a restart."""

    class State(models.TextChoices):
        QUEUED = "queued", "排队中"
        RUNNING = "running", "进行中"
        DONE = "done", "已完成"
        FAILED = "failed", "未完成"
        CANCELLED = "cancelled", "已取消"

    kind = models.CharField("类别", max_length=60)
    key = models.CharField("去重键", max_length=200)
    params = models.JSONField("参数", default=dict)
    state = models.CharField("状态", max_length=10, choices=State, default=State.QUEUED)
    total = models.PositiveIntegerField("总数", default=0)
    done = models.PositiveIntegerField("已完成", default=0)
    result = models.JSONField("结果", default=dict)
    error = models.TextField("错误", blank=True)
    attempts = models.PositiveSmallIntegerField("开始次数", default=0)
    stop_requested = models.BooleanField("已请求取消", default=False)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField("创建时间", default=clock.now)
    updated_at = models.DateTimeField("更新时间", default=clock.now)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"],
                condition=Q(state__in=["queued", "running"]),
                name="job_one_active_per_key",
                violation_error_message="同样的任务正在进行",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "running", "done", "failed", "cancelled"]), name="job_state_known"
            ),
        ]
        verbose_name = verbose_name_plural = "后台任务"

    def __str__(self) -> str:
        return f"{self.kind} {self.done}/{self.total}"

    @property
    def percent(self) -> int:
        """Whole percent done, 0–100."""
        return 100 if self.state == self.State.DONE else self.done * 100 // self.total if self.total else 0


class IdempotentCall(models.Model):
    """One unsafe call of one client under its key. ``status`` None: in flight since ``started_at``."""

    client = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="客户端")
    key = models.CharField("幂等键", max_length=200)
    digest = models.CharField("内容指纹", max_length=64)
    status = models.PositiveSmallIntegerField("应答码", null=True)
    response = models.JSONField("应答", null=True)
    started_at = models.DateTimeField("开始时间", default=clock.now)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["client", "key"], name="idempotent_call_once")]
        verbose_name = verbose_name_plural = "幂等调用"

    def __str__(self) -> str:
        return self.key
