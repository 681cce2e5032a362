"""``rebuild_index [--document NAME] [--check] [--json]``."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from search import registry, services


class Command(BaseCommand):
    """Build new generations from the database, or with --check only compare; exit code 1 when they differ."""

    help = "由数据库重建检索索引（不中断检索）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--document", default=None, help="只重建一类内容")
        parser.add_argument("--check", action="store_true", help="只核对索引与数据库是否一致")
        parser.add_argument("--json", action="store_true", help="标准输出只含 JSON")

    def handle(self, *, document: str | None, check: bool, **options: Any) -> None:
        if check:
            self._check([document] if document else [item.name for item in registry.documents()], options["json"])
            return
        built = services.rebuild(document)
        if options["json"]:
            self.stdout.write(json.dumps(built, ensure_ascii=False))
            return
        for name, rows in built.items():
            self.stdout.write(f"{registry.get(name).label}：已索引 {rows} 条")

    def _check(self, names: list[str], as_json: bool) -> None:
        found = {name: services.drift(name) for name in names}
        counts = {
            name: {"missing": len(item.missing), "extra": len(item.extra), "stale": len(item.stale)}
            for name, item in found.items()
        }
        if as_json:
            self.stdout.write(json.dumps(counts, ensure_ascii=False))
        else:
            for name, count in counts.items():
                label = registry.get(name).label
                state = (
                    "一致"
                    if not found[name]
                    else "缺 {missing}，多 {extra}，旧 {stale}，请运行 rebuild_index".format(**count)
                )
                self.stdout.write(f"{label}：{state}")
        if any(found.values()):
            raise SystemExit(1)
