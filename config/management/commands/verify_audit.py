"""Recompute the audit chain link by link: exit code 1 unless it is whole."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from common import audit


class Command(BaseCommand):
    help = "核验审计链：逐条重算指纹，检查有无缺失、改动或截断"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="标准输出只含 JSON")

    def handle(self, **options: Any) -> None:
        events, problems = audit.verify()
        if options["json"]:
            report = {"events": events, "whole": not problems, "problems": problems}
            self.stdout.write(json.dumps(report, ensure_ascii=False))
        else:
            for problem in problems:
                self.stderr.write(problem)
            self.stdout.write(f"审计链 {events} 条，{'有问题 ' + str(len(problems)) + ' 处' if problems else '完整'}")
        if problems:
            raise SystemExit(1)
