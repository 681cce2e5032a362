"""Load plans from YAML: ``load_plan [FILE] [--json]``."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.services import system_actor
from common.errors import DomainError
from ledger.services import Loaded, LoadOutcome, carried_plans, plan_load

LABELS = {Loaded.CREATED: "已载入", Loaded.UPDATED: "已更新", Loaded.UNCHANGED: "未变化"}


class Command(BaseCommand):
    help = "载入工作方案（YAML）；不写文件名时载入随项目提供的方案。重复运行不改变任何内容。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="方案文件")
        parser.add_argument("--json", action="store_true", help="标准输出只含 JSON")

    def handle(self, *, file: Path | None, **options: Any) -> None:
        try:
            loaded = self._load([file] if file else carried_plans())
        except DomainError as error:
            raise CommandError(error.message) from error
        if options["json"]:
            self.stdout.write(json.dumps(self._report(loaded), ensure_ascii=False))
            return
        for item in loaded:
            plan = item.plan
            counts = f"措施 {plan.measures.count()} 项，指标 {plan.indicators.count()} 个"
            self.stdout.write(f"{LABELS[item.outcome]}：《{plan.title}》{counts}（{plan.code}）")

    @staticmethod
    @transaction.atomic
    def _load(files: list[Path]) -> list[LoadOutcome]:
        actor = system_actor("导入")
        return [plan_load(actor=actor, path=path) for path in files]

    @staticmethod
    def _report(loaded: list[LoadOutcome]) -> dict[str, Any]:
        counts = {outcome.value: sum(item.outcome == outcome for item in loaded) for outcome in Loaded}
        plans = [
            {
                "code": item.plan.code,
                "title": item.plan.title,
                "outcome": item.outcome.value,
                "measures": item.plan.measures.count(),
                "indicators": item.plan.indicators.count(),
            }
            for item in loaded
        ]
        return {**counts, "plans": plans}
