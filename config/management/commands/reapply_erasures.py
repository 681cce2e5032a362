"""``reapply_erasures [FILE …]``: erase again whom the list beside the database, and lists kept elsewhere, name."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.erasures import listed
from matching.cases.erasing import reapply


class Command(BaseCommand):
    help = "恢复备份之后重新执行注销：按本机和所给的注销清单（erasures.jsonl），再删除一次"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="另存在别处的 erasures.jsonl")

    def handle(self, *, files: list[Path], **_: Any) -> None:
        for path in files:
            try:
                if not path.is_file() or not all({"mark", "user"} <= entry.keys() for entry in listed(path).values()):
                    raise ValueError
            except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
                raise CommandError(f"“{path}”不是注销清单（应为另存的 erasures.jsonl），没有改动任何数据。") from error
        self.stdout.write(f"重新执行了 {reapply(files)} 人的注销。")
