"""``restore FILE``: put the state of a backup in place of the present one, or touch nothing and say why."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from config.backup.restoring import restore


class Command(BaseCommand):
    help = "恢复：先检查备份文件，再整体替换数据库、密钥、上传文件，并重建检索索引"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="backup 命令生成的文件")
        parser.add_argument("--force", action="store_true", help="现有数据库不是空的也替换")
        parser.add_argument("--fingerprint", default="", help="备份时记下的指纹；不同就拒绝")

    def handle(self, *, file: Path, force: bool, fingerprint: str, **_: Any) -> None:
        done = restore(file, force=force, fingerprint=fingerprint, tell=lambda text: self.stderr.write(f"  {text}"))
        self.stdout.write(f"已恢复到 {done.facts['made_at']} 的状态。请重新启动网页与后台任务。")
