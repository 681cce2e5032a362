"""``evaluate_search [FILE] [--json]``."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.errors import Invalid
from search import evaluation, services
from search.evaluation import Score
from search.query import SearchQuery


class Command(BaseCommand):
    """nDCG@10 and zero-result rate by type of query, against judged queries (the project's own by default)."""

    help = "用评判过的检索词衡量检索质量"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=evaluation.JUDGED, metavar="FILE")
        parser.add_argument("--json", action="store_true", help="标准输出只含 JSON")
        parser.add_argument("--document", default="products", help="检索哪一类内容")

    def handle(self, *, file: Path, document: str, **options: Any) -> None:
        def answer(text: str) -> list[str]:
            result = services.search(SearchQuery(text=text, size=evaluation.DEPTH), document)
            return [hit.key for hit in result.hits]

        try:
            judged = evaluation.read(file)
        except Invalid as error:
            raise CommandError(error.message) from error
        whole, by_type, scores = evaluation.evaluate(judged, answer)
        if options["json"]:
            each = [
                {"qid": item.qid, "query": item.query, "type": item.type, "ndcg": round(score, 4)}
                for item, score in zip(judged, scores, strict=True)
            ]
            content = {**_as_json(whole), "types": [_as_json(item) for item in by_type], "each": each}
            self.stdout.write(json.dumps(content, ensure_ascii=False))
            return
        self.stdout.write("类型\t条数\tnDCG@10\t无结果率")
        for item in (*by_type, whole):
            self.stdout.write(f"{item.type}\t{item.queries}\t{item.ndcg:.3f}\t{item.zero_rate:.1%}")


def _as_json(score: Score) -> dict[str, Any]:
    return {
        "type": score.type,
        "queries": score.queries,
        "ndcg": round(score.ndcg, 4),
        "zero_rate": round(score.zero_rate, 4),
    }
