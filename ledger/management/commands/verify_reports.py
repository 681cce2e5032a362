"""Recompute the chain of signed quarterly reports: exit code 1 unless it is whole."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from common.models import AuditEvent
from ledger.filing import broken_reports
from ledger.models import QuarterlyReport


class Command(BaseCommand):
    help = "核验已审签的季度台账：逐份重算指纹，检查有无改动或缺失"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="标准输出只含 JSON")

    def handle(self, **options: Any) -> None:
        signed = QuarterlyReport.objects.filter(state=QuarterlyReport.State.SIGNED).count()
        problems = [f"{report.plan.code} {report}：内容与指纹不符，或前一份不对" for report in broken_reports()]
        audited = AuditEvent.objects.filter(action="report_sign").count()
        if audited != signed:
            problems.append(f"审计链记有审签 {audited} 次，库里有已审签的台账 {signed} 份")
        if options["json"]:
            self.stdout.write(
                json.dumps({"reports": signed, "whole": not problems, "problems": problems}, ensure_ascii=False)
            )
        else:
            for problem in problems:
                self.stderr.write(problem)
            said = f"有问题 {len(problems)} 份" if problems else "完整"
            self.stdout.write(f"已审签的台账 {signed} 份，{said}")
        if problems:
            raise SystemExit(1)
