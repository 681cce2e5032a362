"""Taking a file from a person: kept under a random name, never opened here, checked by a job, taken in on request."""

import hashlib
import os
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from accounts.models import Role, User
from accounts.policies import OFFICE_ROLES
from accounts.uploads.running import CHECK, TAKE_IN, kinds, path_of
from common import audit, jobs
from common.errors import Conflict, Invalid, NotAllowed
from common.models import Job
from common.tabular.reading import MAX_BYTES


class Upload(Protocol):
    """A file as a browser sends it."""

    @property
    def name(self) -> Any: ...

    @property
    def size(self) -> Any: ...

    def chunks(self) -> Iterable[bytes]: ...


def jobs_visible_to(user: User) -> QuerySet[Job]:
    """The office sees all jobs, anybody else those of their own; newest first."""
    rows = Job.objects.select_related("started_by").order_by("-pk")
    return rows if user.has_role(*OFFICE_ROLES) else rows.filter(started_by=user)


def upload_receive(*, actor: User, kind: str, upload: Upload | None) -> Job:
    """Keep the file and queue its check. Invalid for a file that cannot be one; Conflict when it is being checked."""
    _require_office(actor)
    if kind not in {item.name for item in kinds()}:
        raise Invalid("请选择文件的类别。", field="kind")
    if upload is None or not upload.size:
        raise Invalid("请选择要导入的 CSV 或 .xlsx 文件，文件不能是空的。", field="file")
    if upload.size > MAX_BYTES:
        size = f"{upload.size >> 20} MB，超过上限 {MAX_BYTES >> 20} MB"
        raise Invalid(f"文件有 {size}，请拆成几个文件导入。", field="file")
    file, digest = _kept(upload)
    try:
        with transaction.atomic():
            params = {"file": file.name, "sha256": digest, "name": str(upload.name)[-100:]}
            job = jobs.enqueue(f"{CHECK}:{kind}", key=digest, actor=actor, **params)
            audit.record("upload", actor=actor, obj=job, kind=kind, sha256=digest, size=upload.size)
    except Conflict:
        file.unlink()
        raise
    return job


@transaction.atomic
def upload_confirm(*, actor: User, job: Job, skip_invalid: bool = False) -> Job:
    """Queue the taking in of a checked file. Conflict when there is nothing to take in (any more)."""
    _require_office(actor)
    kind = job.kind.partition(":")[2]
    if job.kind != f"{CHECK}:{kind}" or job.state != Job.State.DONE or job.result["refused"]:
        raise Conflict("这个文件没有通过检查，不能导入。请改好后重新上传。")
    if job.result["rejected_count"] and not skip_invalid:
        raise Invalid("文件里有错误的行。请改好后重新上传，或勾选跳过这些行。", field="skip_invalid")
    if not path_of(job).is_file():
        raise Conflict("这个文件已经导入或清理，请重新上传。")
    params = {name: job.params[name] for name in ("file", "sha256", "name")}
    return jobs.enqueue(
        f"{TAKE_IN}:{kind}", key=job.key, actor=actor, skip_invalid=skip_invalid, check=job.pk, **params
    )


@transaction.atomic
def job_cancel(*, actor: User, job: Job) -> None:
    """Ask a job of one's own (the office: any) to stop after its current block."""
    _require_owner(actor, job)
    jobs.cancel(job)
    audit.record("job_cancel", actor=actor, obj=job)


@transaction.atomic
def job_resume(*, actor: User, job: Job) -> None:
    """Let a job that failed or was cancelled go on from its last block."""
    _require_owner(actor, job)
    jobs.resume(job)
    audit.record("job_resume", actor=actor, obj=job)


def _require_office(actor: User) -> None:
    if not actor.has_role(Role.OFFICE):
        raise NotAllowed("文件由金融办经办导入，您的账号不是。")


def _require_owner(actor: User, job: Job) -> None:
    if job.started_by_id != actor.pk and not actor.has_role(*OFFICE_ROLES):
        raise NotAllowed("只能办理自己的任务。")


def _kept(upload: Upload) -> tuple[Path, str]:
    folder = Path(settings.DATA_DIR) / "uploads"
    folder.mkdir(mode=0o700, exist_ok=True)
    path, digest = folder / uuid.uuid4().hex, hashlib.sha256()
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
            for chunk in upload.chunks():
                digest.update(chunk)
                handle.write(chunk)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise Invalid("文件没有存下来，服务器磁盘可能已满。请告诉管理员后再试。", field="file") from error
    return path, digest.hexdigest()
