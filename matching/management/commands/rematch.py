"""``rematch``: all open needs × all listed products, stored one row a need."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from common.errors import Conflict
from matching.services import rematch


class Command(BaseCommand):
    help = "重新匹配全部登记中的需求与全部已上架产品"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="标准输出只含 JSON")

    def handle(self, **options: Any) -> None:
        columns = (TextColumn("匹配需求"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
            task = bar.add_task("match", total=None)
            try:
                summary = rematch(progress=lambda done, total: bar.update(task, completed=done, total=total))
            except Conflict as error:
                self.stderr.write(error.message)
                raise SystemExit(1) from error
        if options["json"]:
            self.stdout.write(json.dumps(asdict(summary)))
            return
        self.stdout.write(
            f"需求 {summary.needs} 条 × 产品 {summary.products} 个："
            f"符合 {summary.satisfied}，缺资料 {summary.unknown}，不符合 {summary.violated}"
        )
