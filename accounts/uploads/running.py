"""The two jobs of an uploaded file: the check, which writes nothing, and the taking in, block by block.

A block of rows, its counts and the cursor are one transaction: killed at any moment, the job goes on after the last
whole block and no row is lost or taken twice. A kind that must see all rows at once (a batch) is one block.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from accounts import services
from accounts.uploads.apart import read_apart
from common import audit, clock, jobs
from common.errors import Conflict, Invalid
from common.models import Job
from common.tabular import Importer, ImportReport, Preparing, apply_rows, parse, run_import

BLOCK = 200
# What the job's row keeps of refused rows; the number of all of them is kept beside.
KEPT_ERRORS = 2_000
KEEP = timedelta(days=7)
CHECK, TAKE_IN = "check", "import"


@dataclass(frozen=True)
class FileKind:
    """A kind of file that the office may bring in on the web."""

    name: str
    label: str
    importer: Callable[[], Importer]


_kinds: dict[str, FileKind] = {}


def register(kind: FileKind) -> None:
    """Let files of ``kind`` in; called from ``AppConfig.ready``."""
    jobs.register(f"{CHECK}:{kind.name}", jobs.Kind(f"检查 {kind.label}", _check, _ended))
    jobs.register(f"{TAKE_IN}:{kind.name}", jobs.Kind(f"导入 {kind.label}", _take_in, _ended))
    _kinds[kind.name] = kind


def kinds() -> tuple[FileKind, ...]:
    """All kinds of file in order of registration."""
    return tuple(_kinds.values())


def path_of(job: Job) -> Path:
    """Where the uploaded file of ``job`` lies."""
    return Path(settings.DATA_DIR) / "uploads" / str(job.params["file"])


def tidy() -> int:
    """Remove uploads older than KEEP; returns how many."""
    folder, limit = Path(settings.DATA_DIR) / "uploads", (clock.now() - KEEP).timestamp()
    old = [path for path in folder.glob("*") if path.stat().st_mtime < limit] if folder.is_dir() else []
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _importer(job: Job) -> Importer:
    return _kinds[job.kind.partition(":")[2]].importer()


def _require_file(job: Job) -> Path:
    path = path_of(job)
    if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != job.params["sha256"]:
        raise Conflict("上传的文件已经清理或变化，请重新上传。")
    return path


def _check(job: Job) -> None:
    report = run_import(_require_file(job), _importer(job), dry_run=True, skip_invalid=True, read=read_apart)
    job.result = _summary(report) | {"refused": report.refused}
    rows = sum(job.result[name] for name in ("created", "updated", "unchanged", "rejected_count"))
    jobs.advance(job, rows, rows)


def _take_in(job: Job) -> None:
    importer = _importer(job)
    rows, report = parse(read_apart(_require_file(job)), importer)
    if report.refused or (report.rejected and not job.params["skip_invalid"]):
        raise Invalid("文件与检查时不同，没有写入。请重新上传。")
    if job.done:
        report = _restored(job)
    jobs.advance(job, job.done, len(rows))
    size = len(rows) if isinstance(importer, Preparing) else BLOCK
    while job.done < len(rows):
        block = rows[job.done : job.done + size]
        with transaction.atomic():
            apply_rows(importer, block, report)
            job.result = _summary(report)
            jobs.advance(job, job.done + len(block), len(rows))
            if job.done == len(rows):
                audit.record("import", actor=job.started_by, obj=job, file=job.params["name"], counts=_counts(job))


def _summary(report: ImportReport) -> dict[str, Any]:
    result = report.as_json()
    rejected = result["rejected"]
    rows = len({item["row"] for item in rejected})
    return result | {"rejected": rejected[:KEPT_ERRORS], "rejected_count": rows}


def _restored(job: Job) -> ImportReport:
    return ImportReport(**{name: job.result[name] for name in ("created", "updated", "unchanged", "rejected")})


def _counts(job: Job) -> dict[str, Any]:
    return {name: count for name, count in job.result.items() if isinstance(count, int)}


def _ended(job: Job) -> None:
    """Tell who started it, and drop the file once it is taken in."""
    if job.started_by is not None:
        title = f"{jobs.kind_of(job).label}：{Job.State(job.state).label}"
        key = f"job:{job.pk}:{job.attempts}:{job.state}"
        path = reverse("frontend:job", args=[job.pk])
        services.notify(users=[job.started_by], key=key, title=title, body=str(job.params["name"]), path=path)
    if job.state == Job.State.DONE and job.kind.startswith(TAKE_IN):
        transaction.on_commit(lambda: path_of(job).unlink(missing_ok=True))
