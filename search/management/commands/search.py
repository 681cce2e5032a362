"""``search TEXT [--json]`` or ``search --queries FILE --json``."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from search import registry, services
from search.analysis.normalise import clean
from search.query import MAX_TEXT, SearchQuery, SearchResult

_SIZE = 10
_MAX_LINES = 100_000


class Command(BaseCommand):
    """Search from the command line; with --json stdout holds only JSON, one line for each query of a file."""

    help = "检索产品"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("text", nargs="?", default=None, metavar="TEXT", help="要检索的词句")
        parser.add_argument("--queries", type=Path, metavar="FILE", help="每行一条检索词的 UTF-8 文本文件")
        parser.add_argument("--json", action="store_true", help="标准输出只含 JSON")
        parser.add_argument("--sort", default="relevance", help="relevance、rate、amount 或 term")
        parser.add_argument("--document", default="products", help="检索哪一类内容")

    def handle(self, *, text: str | None, queries: Path | None, **options: Any) -> None:
        if (text is None) == (queries is None):
            raise CommandError("请给出检索词，或用 --queries 指定文件，二者取一。")
        for line in [text] if text is not None else self._lines(queries):
            result = self._search(line or "", options["document"], options["sort"])
            if options["json"]:
                self.stdout.write(json.dumps(_as_json(line or "", result), ensure_ascii=False))
            else:
                self._show(line or "", result)

    @staticmethod
    def _lines(queries: Path | None) -> list[str]:
        try:
            content = queries.read_text("utf-8-sig", errors="replace") if queries else ""
        except (OSError, ValueError) as error:
            raise CommandError(f"读不出文件 {queries}，请检查路径。") from error
        # One query a line: only line feeds end a line, whatever other separators a text may hold.
        lines = [line.rstrip("\r") for line in content.split("\n")]
        if lines and not lines[-1]:
            lines.pop()
        # A stray byte spoils one query; a whole file of them is another encoding, or no text at all.
        if 2 * sum("\ufffd" in line for line in lines) > len(lines):
            raise CommandError(f"{queries} 不是 UTF-8 文本，请另存为 UTF-8，每行一条检索词。")
        if len(lines) > _MAX_LINES:
            raise CommandError(f"一次最多 {_MAX_LINES} 条检索词，现有 {len(lines)} 条，请分批。")
        return lines

    @staticmethod
    def _search(text: str, document: str, sort: str) -> SearchResult:
        facets = tuple(item.name for item in registry.get(document).keywords)
        return services.search(SearchQuery(text=text, facets=facets, sort=sort, size=_SIZE), document)

    def _show(self, text: str, result: SearchResult) -> None:
        self.stdout.write(f"“{clean(text, MAX_TEXT)}”：找到 {result.total} 个，完全符合 {result.exact} 个")
        if result.corrected:
            self.stdout.write(f"  已按“{result.corrected}”检索")
        for item in result.understood:
            self.stdout.write(f"  理解为：{item.label}")
        for hit in result.hits:
            name = "".join(segment.text for segment in hit.highlights.get("name", ()))
            self.stdout.write(f"  {hit.key}  {hit.score:8.2f}  {name}")


def _as_json(text: str, result: SearchResult) -> dict[str, Any]:
    return {
        "query": _printable(text),
        "total": result.total,
        "hits": [{"code": hit.key, "score": round(hit.score, 4)} for hit in result.hits],
        "corrected": result.corrected,
        "facets": {
            name: [{"value": value, "count": count} for value, count in rows] for name, rows in result.facets.items()
        },
        "understood": [{"kind": item.kind, "label": item.label, "value": item.value} for item in result.understood],
        "exact": result.exact,
        "engine": result.engine,
    }


def _printable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
