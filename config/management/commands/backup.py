"""``backup FILE``: database, keys and uploads in one archive, made while the market is open."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from config.backup.making import make


class Command(BaseCommand):
    help = "备份：数据库、密钥、上传文件写成一个文件（检索索引与任务队列可重建，不在其中）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="备份文件，如 market-20261123.tar")
        parser.add_argument("--json", action="store_true", help="标准输出只含 JSON")

    def handle(self, *, file: Path, **options: Any) -> None:
        made = make(file)
        report = {"file": str(file), "fingerprint": made.fingerprint, "files": len(made.files)}
        report["bytes"] = file.stat().st_size
        if options["json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False))
            return
        self.stdout.write(f"已备份 {report['files']} 个文件，{report['bytes']} 字节：{file}\n指纹 {made.fingerprint}")
        self.stdout.write("备份里有密钥：请存放在只有管理员能读的地方，指纹另外记下。")
