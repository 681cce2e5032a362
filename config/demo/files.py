"""The demo's own files, sent through the importers people use."""

import csv
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from common.errors import Invalid
from common.tabular import Importer, run_import

HISTORY = Path(__file__).parent / "history"


def rows_of(name: str) -> list[dict[str, str]]:
    """The lines of one file of the history, in its order."""
    with (HISTORY / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def import_rows(importer: Importer, rows: Iterable[Mapping[str, str]]) -> None:
    """Send rows through the importer as a file, so that the demo obeys every check an office's file has to."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "demo.csv"
        with path.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, fieldnames=list(importer.columns), restval="")
            writer.writeheader()
            writer.writerows(rows)
        report = run_import(path, importer)
    if report.rejected:
        raise Invalid(f"演示数据有误：{report.rejected[0]}")
