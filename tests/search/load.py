"""Products that change and searches that are made, by processes of their own, while something else is tried."""

import json
import subprocess
import sys

from tests.contracts.source import ROOT
from tests.houses import SETUP, House

# Each line: [seconds, error or ""]. Ends when its input does.
WRITE = """
import json, random, select, time
from dataclasses import replace
from accounts.services import system_actor
from products.content import content_of
from products.selectors import listed_versions
from products.services.catalogue import CatalogueProduct, catalogue_product_import
actor, chance, number = system_actor("证明"), random.Random(int(sys.argv[1])), 0
codes = sorted(listed_versions().values_list("product__code", flat=True))
while not select.select([sys.stdin], [], [], 0.05)[0]:
    begun, error, number = time.monotonic(), "", number + 1
    try:
        version = listed_versions().get(product__code=chance.choice(codes))
        institution = version.product.institution
        kind = getattr(getattr(institution, "institution", None), "kind", None)
        content = replace(content_of(version), features=f"改动{sys.argv[1]}{number:05}")
        name = institution.name if institution else None
        catalogue_product_import(
            actor=actor, row=CatalogueProduct(version.product.code, version.product.category, name, kind, content)
        )
    except Exception as failed:
        error = repr(failed)
    print(json.dumps([time.monotonic() - begun, error]), flush=True)
"""
# Each line: [when, seconds, engine, what is said of the server, error or ""].
READ = """
import json, random, select, time
from search import services
from search.query import SearchQuery
chance, texts = random.Random(int(sys.argv[1])), ["科创贷", "人才", "知识产权质押", "担保", "500万 信用贷"]
while not select.select([sys.stdin], [], [], 0.02)[0]:
    begun, engine, said, error = time.monotonic(), "", "", ""
    try:
        engine = services.search(SearchQuery(text=chance.choice(texts), facets=("category",))).engine
        took = time.monotonic() - begun
        said = services.server_trouble() if engine == "tantivy" else ""
    except Exception as failed:
        error, took = repr(failed), time.monotonic() - begun
    print(json.dumps([begun, took, engine, said, error]), flush=True)
"""
# The same lines; a reading is right when every product is there once, whatever changes.
READ_ALL = """
import json, select, time
from search import registry, sync
from search.plan import Plan
document = registry.get("products")
whole = sync.opened(document).count(Plan())
while not select.select([sys.stdin], [], [], 0.002)[0]:
    begun, error = time.monotonic(), ""
    try:
        page = sync.opened(document).search(Plan(facets=("category",), sort=document.sorts[0], size=whole + 1))
        counted = sum(number for _, number in page.facets["category"])
        counts = {page.total, counted, len(page.hits), len({hit.key for hit in page.hits})}
        error = "" if counts == {whole} else f"{counts} of {whole}"
    except Exception as failed:
        error = repr(failed)
    print(json.dumps([begun, time.monotonic() - begun, "tantivy", "", error]), flush=True)
"""


class Load:
    """Writers and readers in processes of their own; each says line by line what happened."""

    def __init__(self, house: House, code: str, count: int, folder) -> None:
        self._processes, self._files = [], [folder / f"{count}-{len(code)}-{number}" for number in range(count)]
        for number, path in enumerate(self._files):
            with path.open("w") as said:
                command = [sys.executable, "-c", SETUP + code, str(number + 1)]
                started = subprocess.Popen(
                    command,
                    cwd=ROOT,
                    env=house.environment,
                    stdin=subprocess.PIPE,
                    stdout=said,
                    stderr=subprocess.DEVNULL,
                )
            self._processes.append(started)

    def said(self) -> list[list]:
        lines = [line for path in self._files for line in path.read_text().splitlines(keepends=True)]
        return [json.loads(line) for line in lines if line.endswith("\n")]

    def engines_since(self, moment: float) -> set[str]:
        return {line[2] for line in self.said() if line[0] > moment}

    def stop(self) -> None:
        for process in self._processes:
            process.communicate(timeout=60)
            assert process.returncode == 0
