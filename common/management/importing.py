"""The command every import shares: ``FILE [--dry-run] [--skip-invalid] [--json]``."""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand
from django.db import OperationalError

from common import outbox
from common.tabular import ImportReport, run_import


class ImportCommand(BaseCommand):
    """Subclasses name the importer; exit code 1 when any row was rejected and not skipped."""

    importer_class: ClassVar[Any]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="CSV 或 XLSX 文件")
        parser.add_argument("--dry-run", action="store_true", help="只检查，不写入")
        parser.add_argument("--skip-invalid", action="store_true", help="跳过有误的行，写入其余各行")
        parser.add_argument("--json", action="store_true", help="标准输出只含 JSON")

    def handle(self, *, file: Path, dry_run: bool, skip_invalid: bool, **options: Any) -> None:
        report = ImportReport()
        try:
            report = run_import(file, self.importer_class(), dry_run=dry_run, skip_invalid=skip_invalid)
            # No worker is needed: what the import owes the index is delivered before the command ends.
            if report.written and (report.created or report.updated):
                self._tell_left_out(outbox.relay()[1])
        except OperationalError as error:
            # Deadlock, lock timeout, or SQLite's one writer: the database gave up waiting for others.
            if getattr(error.__cause__, "sqlstate", "") not in ("40P01", "55P03") and "is locked" not in str(error):
                raise
            if not report.written:
                report.refused = True
                report.reject(1, "", "数据库正被其他操作占用，没有写入任何内容，请稍后再导入一次。")
        self._print(report, as_json=options["json"], dry_run=dry_run)
        if report.refused or (report.rejected and not skip_invalid):
            raise SystemExit(1)

    def _tell_left_out(self, failed: Mapping[str, str]) -> None:
        if failed:
            reasons = "；".join(f"{key}：{reason}" for key, reason in failed.items())
            self.stderr.write(f"数据已写入，但有 {len(failed)} 条未能编入检索索引，稍后会自动重试。{reasons}")

    def _print(self, report: ImportReport, *, as_json: bool, dry_run: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False))
            return
        for item in report.as_json()["rejected"]:
            place = f"第 {item['row']} 行" + (f"，列 {item['column']}" if item["column"] else "")
            self.stderr.write(f"{place}：{item['error']}")
        note = "（试运行，未写入）" if dry_run else "" if report.written else "（有误，全部未写入）"
        self.stdout.write(
            f"新增 {report.created}，更新 {report.updated}，未变 {report.unchanged}，拒绝 {len(report.rejected)}{note}"
        )
