"""Compare records with their postings: exit code 1 on any drift."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from matching.reconciliation import reconcile


class Command(BaseCommand):
    help = "对账：由业务记录重算应有的记账，与实际记账逐笔核对"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="标准输出只含 JSON")

    def handle(self, **options: Any) -> None:
        result = reconcile()
        if options["json"]:
            self.stdout.write(json.dumps(result.as_json(), ensure_ascii=False))
        else:
            for count in result.kinds:
                self.stdout.write(f"{count.label}：业务记录 {count.records}，记账 {count.postings}")
            for item in result.drift:
                self.stderr.write(f"{item.kind} {item.source_key}：{item.problem}")
            self.stdout.write(f"不符 {len(result.drift)} 笔" if result.drift else "账实相符")
        if result.drift:
            raise SystemExit(1)
