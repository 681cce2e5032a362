"""``rebuild_index [--document NAME] [--check] [--json]``."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from search import registry, services


class Command(BaseCommand):
    """Build new generations from the database, or with --check only compare.

    Exit code 1 when index and database differ afterwards: a row that cannot be indexed is named on stderr.
    """

    help = "由数据库重建检索索引（不中断检索）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--document", default=None, help="只重建一类内容")
        parser.add_argument("--check", action="store_true", help="只核对索引与数据库是否一致")
        parser.add_argument("--json", action="store_true", help="标准输出只含 JSON")

    def handle(self, *, document: str | None, check: bool, **options: Any) -> None:
        names = [registry.get(document).name] if document else [item.name for item in registry.documents()]
        differs = self._differs(names, options["json"]) if check else False
        if not check:
            self._build(names, options["json"])
        for trouble in filter(None, map(services.server_trouble, names)):
            self.stderr.write(trouble)
        left_out = {name: services.unindexed(name) for name in names}
        for name, failed in left_out.items():
            for key, reason in failed.items():
                self.stderr.write(f"{registry.get(name).label} {key} 未能编入索引：{reason}。请更正后重建。")
        if differs or any(left_out.values()):
            raise SystemExit(1)

    def _build(self, names: list[str], as_json: bool) -> None:
        built = {name: rows for item in names for name, rows in services.rebuild(item).items()}
        if as_json:
            self.stdout.write(json.dumps(built, ensure_ascii=False))
            return
        for name, rows in built.items():
            self.stdout.write(f"{registry.get(name).label}：已索引 {rows} 条")

    def _differs(self, names: list[str], as_json: bool) -> bool:
        found = {name: services.drift(name) for name in names}
        counts = {
            name: {"missing": len(item.missing), "extra": len(item.extra), "stale": len(item.stale)}
            for name, item in found.items()
        }
        if as_json:
            self.stdout.write(json.dumps(counts, ensure_ascii=False))
            return any(found.values())
        for name, count in counts.items():
            difference = "缺 {missing}，多 {extra}，旧 {stale}，请运行 rebuild_index".format(**count)
            self.stdout.write(f"{registry.get(name).label}：{difference if found[name] else '一致'}")
        return any(found.values())
