"""Restoring: everything is checked before anything is touched, and a restore cut off says so until it is repeated.

The database is replaced in one transaction. From just before it until the end a marker lies in DATA_DIR; while it is
there no command but ``restore`` and no start goes on, because keys, uploads and index may not belong to the database.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import structlog
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader

from accounts.erasures import list_path
from common.errors import Conflict, Invalid
from config.backup import archive, databases, marker
from config.backup.making import FOLDERS, applied_migrations, audit_key_mark, data_key_mark
from search.services import rebuild, server_trouble

# Tables that a new database has rows in before anybody did anything.
BORN_FULL = ("common.AuditHead",)

Tell = Callable[[str], object]
_log = structlog.get_logger("config.backup")


def restore(path: Path, *, force: bool, fingerprint: str = "", tell: Tell) -> archive.Archive:
    """Put the state of ``path`` in place of the present one. DomainError, with nothing touched, when it may not be."""
    data = Path(settings.DATA_DIR)
    tell("检查备份文件")
    checked = archive.verified(path, fingerprint)
    _require_fitting(checked)
    if not force and (filled := _filled()):
        raise Conflict(f"现在的数据库不是空的（{filled}），没有恢复。确实要用备份替换它，请加 --force。")
    for leftover in data.glob(".restore-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=data) as name:
        staged = Path(name)
        _stage(checked, staged)
        mark = marker.put(data, path)
        try:
            tell("恢复数据库")
            databases.load(staged / databases.file_of())
        except Exception:
            # Its transaction did not happen: the old state is whole.
            mark.unlink()
            raise
        tell("恢复密钥与上传文件")
        _replace_folders(staged, data)
    _complete(checked, data, tell)
    mark.unlink()
    if list_path().is_file():
        tell("重新执行备份之后的注销")
        # In a process that starts with the keys just restored; cut off here, the hourly sweep does it.
        subprocess.run([sys.executable, settings.BASE_DIR / "manage.py", "reapply_erasures"], check=True)  # noqa: S603
    return checked


def _stage(checked: archive.Archive, folder: Path) -> None:
    try:
        checked.extract(folder)
    except OSError as error:
        raise Invalid(f"磁盘空间不足或不能写入（{error.strerror or error}），没有改动任何数据。") from error
    databases.check(folder / databases.file_of())


def _require_fitting(checked: archive.Archive) -> None:
    if checked.facts["vendor"] != connection.vendor or databases.file_of() not in checked.files:
        kinds = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
        there, here = kinds.get(checked.facts["vendor"], "未知"), kinds[connection.vendor]
        raise Conflict(f"备份来自 {there}，现在的 DATABASE_URL 指向 {here}，不能恢复。请改用同一种数据库。")
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if newer := sorted(set(checked.facts["migrations"]) - known):
        raise Conflict(f"备份来自更新版本的程序（{newer[0]}），请先升级程序再恢复。")
    # Backups older than sealing say nothing of a key.
    if "keys/data_key" not in checked.files and checked.facts.get("data_key", data_key_mark()) != data_key_mark():
        raise Conflict("备份时的数据密钥由环境变量 DATA_KEYS 给出，与现在的不同。请先把原来的密钥放在第一个。")
    if "keys/audit_key" not in checked.files and checked.facts["audit_key"] != audit_key_mark():
        raise Conflict("备份时的审计密钥由环境变量 AUDIT_KEY 给出，与现在的不同。请先设回原来的 AUDIT_KEY 再恢复。")


def _filled() -> str:
    """The first of our tables that has rows, with their number; empty when there is none."""
    tables = set(connection.introspection.table_names())
    for model in apps.get_models():
        ours = (settings.BASE_DIR / model._meta.app_label).is_dir()
        there = ours and model._meta.label not in BORN_FULL and model._meta.db_table in tables
        if count := model._default_manager.count() if there else 0:
            return f"{model._meta.verbose_name} {count} 条"
    return ""


def _replace_folders(staged: Path, data: Path) -> None:
    """Each folder by two renames; what was there goes only when the new one stands."""
    for name in FOLDERS:
        fresh, old = staged / name, staged / f"old-{name}"
        fresh.mkdir(mode=0o700, exist_ok=True)
        for key in set(os.listdir(data / name)) - set(os.listdir(fresh)) if (data / name).is_dir() else ():
            # Made on this machine and not in the backup (a key that came from the environment there): it stays.
            if name == "keys":
                shutil.copy2(data / name / key, fresh / key)
        if (data / name).exists():
            os.replace(data / name, old)
        os.replace(fresh, data / name)


def _complete(checked: archive.Archive, data: Path, tell: Tell) -> None:
    """What is computed rather than kept: tables of a newer program, the index, an empty queue."""
    connections.close_all()
    if set(checked.facts["migrations"]) != set(applied_migrations()) or _pending():
        tell("更新库表")
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
    shutil.rmtree(data / "broker", ignore_errors=True)
    tell("重建检索索引")
    rebuild()
    if trouble := server_trouble():
        # Built again as soon as it answers: until then it is not asked, for it knows another state.
        tell(trouble)
    # Logged and not written to the audit trail: a restored state is the state of the backup, to the last row.
    _log.info("restored", fingerprint=checked.fingerprint, made_at=checked.facts["made_at"])


def _pending() -> bool:
    return bool(set(MigrationLoader(None).disk_migrations) - _applied_keys())


def _applied_keys() -> set[tuple[str, str]]:
    return {(app, name) for app, name in (item.split(".", 1) for item in applied_migrations())}
