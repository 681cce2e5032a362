"""``match --need CODE``: which listed products fit one need, best first, with every reason."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from common.errors import Missing
from matching.api.serializers import matches_as_json
from matching.selectors import ProductMatch, match_need, need_or_missing


class Command(BaseCommand):
    help = "按需求编号列出匹配的产品及逐条理由"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--need", required=True, metavar="CODE", help="需求编号")
        parser.add_argument("--json", action="store_true", help="标准输出只含 JSON")
        parser.add_argument("--all-verdicts", action="store_true", help="也列出不符合的产品")
        parser.add_argument("--limit", type=int, metavar="N", help="最多列出几个产品")

    def handle(self, *, need: str, limit: int | None, all_verdicts: bool, **options: Any) -> None:
        if limit is not None and limit < 1:
            self._refuse(f"--limit 请填 1 或更大的整数，现为 {limit}。")
        try:
            matches = match_need(need_or_missing(need), all_verdicts=all_verdicts)[:limit]
        except Missing as error:
            self._refuse(error.message)
        if options["json"]:
            self.stdout.write(json.dumps(matches_as_json(matches), ensure_ascii=False))
            return
        for match in matches:
            self._print(match)
        if not matches:
            self.stdout.write("没有可匹配的产品。加 --all-verdicts 查看不符合的产品和原因。")

    def _refuse(self, message: str) -> None:
        self.stderr.write(message)
        raise SystemExit(1)

    def _print(self, match: ProductMatch) -> None:
        institution = match.version.product.institution
        self.stdout.write(
            f"{match.code} {match.version.name}（{institution.name if institution else '机构未说明'}）"
            f"　{match.verdict_text}　{match.score} 分"
        )
        for result in match.results:
            cure = [part for part in (result.gap, result.from_date and f"{result.from_date} 起符合") if part]
            cure += [f"缺{item.label}：{item.where}" for item in result.missing]
            self.stdout.write(
                f"  {result.verdict_label}　{result.label}：要求 {result.required}；我的 {result.actual}"
                + (f"；{'；'.join(cure)}" if cure else "")
            )
