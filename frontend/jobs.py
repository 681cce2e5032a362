"""A job as its page shows it: in words, with what its reader may do to it."""

from dataclasses import dataclass
from typing import Any

from accounts.models import User
from accounts.policies import OFFICE_ROLES
from accounts.uploads import CHECK, path_of
from common import jobs
from common.models import Job

TONES = {Job.State.DONE: "grass", Job.State.FAILED: "clay", Job.State.RUNNING: "ink", Job.State.QUEUED: "ink"}
COUNTED = (("created", "新增"), ("updated", "更新"), ("unchanged", "未变"), ("rejected_count", "有误"))
SHOWN_ERRORS = 50


@dataclass(frozen=True)
class Card:
    """``tone`` colours the state; ``counts`` are (label, number) of rows; ``errors`` the first refused rows."""

    job: Job
    label: str
    file: str
    tone: str
    active: bool
    trouble: str
    counts: list[tuple[str, int]]
    errors: list[dict[str, Any]]
    more_errors: int
    can_stop: bool
    can_resume: bool
    can_confirm: bool


def card(job: Job, user: User) -> Card:
    """What ``user`` sees of ``job``."""
    kind, active = jobs.kind_of(job), job.state in jobs.ACTIVE
    own = job.started_by_id == user.pk or user.has_role(*OFFICE_ROLES)
    rejected = job.result.get("rejected", [])
    taken = job.kind.startswith(f"{CHECK}:") and job.state == Job.State.DONE and not job.result["refused"]
    return Card(
        job=job,
        label=kind.label,
        file=job.params.get("name", ""),
        tone=TONES.get(Job.State(job.state), ""),
        active=active,
        trouble=_trouble(job),
        counts=[(label, job.result[name]) for name, label in COUNTED if name in job.result],
        errors=rejected[:SHOWN_ERRORS],
        more_errors=max(0, job.result.get("rejected_count", 0) - SHOWN_ERRORS),
        can_stop=own and active and kind.run is not None and not job.stop_requested,
        can_resume=own and kind.run is not None and job.state in (Job.State.FAILED, Job.State.CANCELLED),
        can_confirm=own and taken and path_of(job).is_file(),
    )


def _trouble(job: Job) -> str:
    """Why it did not end well, and what to do; a mistake of the program is told without its words."""
    if job.state == Job.State.CANCELLED:
        return "已按要求停下，做完的部分保留。点“继续”从停下的地方接着做。"
    if job.state != Job.State.FAILED:
        return "上次中断，正在从断点接着做。" if job.error and job.state == Job.State.RUNNING else ""
    if job.error.startswith("程序出错"):
        return f"程序出错，没有做完，已记入日志。点“继续”从断点接着做；仍不成，请把任务编号 {job.pk} 告诉管理员。"
    return job.error


def csv_safe(text: object) -> str:
    """A cell that no spreadsheet runs: what would be a formula gets an apostrophe in front."""
    cell = str(text)
    return f"'{cell}" if cell.lstrip(" \u3000")[:1] in tuple("=+-@＝＋－＠\t\r\n") and cell.strip() else cell
