"""The quarterly ledger: ``ledger 2023Q1 --format json|xlsx|docx|pdf [--output FILE] [--plan CODE]``."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.errors import DomainError
from ledger.files import write_whole
from ledger.forms import FORMATS, form_bytes
from ledger.selectors import LedgerTable, ledger_table, plan_by_code


class Command(BaseCommand):
    help = "导出一个季度的重点任务台账"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("quarter", metavar="QUARTER", help="季度，例如 2023Q1")
        parser.add_argument("--format", choices=["json", *FORMATS], default="json", help="格式，默认 json")
        parser.add_argument("--output", type=Path, metavar="FILE", help="写入文件；json 不写此项时输出到屏幕")
        parser.add_argument("--working", action="store_true", help="含尚未审签的填报内容")
        parser.add_argument("--plan", metavar="CODE", help="方案编号；默认为该季度执行中的方案")

    def handle(self, *, quarter: str, output: Path | None, **options: Any) -> None:
        kind = options["format"]
        as_json = kind == "json"
        if output is None and not as_json:
            raise CommandError(f"{kind} 不能输出到屏幕，请用 --output 写明文件名，例如 --output 台账.{kind}。")
        try:
            plan = plan_by_code(options["plan"]) if options["plan"] else None
            table = ledger_table(quarter, plan, working=options["working"])
        except DomainError as error:
            raise CommandError(error.message) from error
        self._warn(table)
        text = json.dumps(table.as_json(), ensure_ascii=False, indent=2) + "\n"
        if output is None:
            self.stdout.write(text, ending="")
            return
        try:
            write_whole(output, text.encode() if as_json else form_bytes(table, kind))
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stderr.write(f"已写入 {output}")

    def _warn(self, table: LedgerTable) -> None:
        if table.outside_plan:
            years = f"{table.plan.starts_on.year}—{table.plan.ends_on.year}年"
            self.stderr.write(f"提示：{table.quarter} 不在方案期（{years}）内，仅供查阅。")
        if table.due_tentative:
            self.stderr.write(f"提示：{table.due.year}年放假安排尚未录入，报送日期 {table.due} 为暂定。")
