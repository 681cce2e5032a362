"""A whitelist file handed in on a page: checked first, written when confirmed, with that person's rights."""

from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from accounts.models import User
from common import audit
from common.errors import NotAllowed
from common.tabular import ImportReport, run_import
from enterprises.imports.whitelist import WhitelistImporter
from enterprises.policies import REGISTRAR_ROLES


@dataclass(frozen=True)
class BatchLines:
    """What a file says of one batch."""

    code: str
    department: str
    published_on: str
    members: int
    exits: int


@dataclass(frozen=True)
class WhitelistUpload:
    """The report of a file, and its batches as read."""

    report: ImportReport
    batches: tuple[BatchLines, ...]


@transaction.atomic
def whitelist_upload(*, actor: User, path: Path, name: str, dry_run: bool) -> WhitelistUpload:
    """Check (``dry_run``) or write the file; all or nothing. NotAllowed unless the actor keeps lists."""
    if not actor.has_role(*REGISTRAR_ROLES):
        raise NotAllowed("白名单由推荐单位或金融办发布，您的账号不是。")
    importer = WhitelistImporter(actor)
    report = run_import(path, importer, dry_run=dry_run)
    if report.written:
        audit.record("import", actor=actor, file=name, kind="WhitelistImporter", created=report.created)
    found = (
        BatchLines(
            code=code,
            department=lines[0]["department"],
            published_on=str(lines[0]["published_on"]),
            members=len(lines),
            exits=sum(line["exit_on"] is not None for line in lines),
        )
        for code, lines in importer.lines.items()
    )
    return WhitelistUpload(report, tuple(found))
