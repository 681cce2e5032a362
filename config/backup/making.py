"""Making the archive while the market is open."""

import hashlib
import tempfile
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from common import clock
from common.errors import Invalid
from config.backup import archive, databases

# Folders of DATA_DIR that hold what cannot be computed again.
FOLDERS = ("keys", "uploads", "claims")


def make(target: Path) -> archive.Archive:
    """Write the archive to ``target``; Invalid when it cannot be written there."""
    data = Path(settings.DATA_DIR)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as folder:
            copy = Path(folder) / databases.file_of()
            databases.dump(copy)
            # After the database: a file it knows of is there, one it does not know does no harm.
            files = {str(path.relative_to(data)): path for name in FOLDERS for path in _files(data / name)}
            return archive.write(target, {copy.name: copy, **files}, _facts())
    except OSError as error:
        raise Invalid(
            f"备份写不到“{target}”（{error.strerror or error}），原有文件没有改动。请检查目录、权限和磁盘空间。"
        ) from error


def audit_key_mark() -> str:
    """A mark by which a restore sees that the audit key is another one, and from which it cannot be had."""
    return hashlib.sha256(b"audit-key:" + settings.AUDIT_KEY.encode()).hexdigest()[:16]


def data_key_mark() -> str:
    """The same of the key that seals: what it sealed is lost without it."""
    return hashlib.sha256(b"data-key:" + settings.DATA_KEYS[0].encode()).hexdigest()[:16]


def applied_migrations() -> list[str]:
    """``app.name`` of every migration the database has."""
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())


def _facts() -> dict[str, object]:
    return {
        "vendor": connection.vendor,
        "made_at": clock.now().isoformat(),
        "migrations": applied_migrations(),
        "audit_key": audit_key_mark(),
        "data_key": data_key_mark(),
    }


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
