"""Ten made-up firms, seven made-up products and the verdict of every pair worked by hand (expected.yaml).

Import the fixture where needed: ``from tests.matching.ten_firms import DAY, EXPECTED, ten_firms``.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command

from common import clock

FOLDER = Path(__file__).parent
DAY = date(2026, 12, 1)


@dataclass(frozen=True)
class Expected:
    """What one need must get for one product. ``verdict`` is 符合, 缺资料 or 不符合, also as a machine word."""

    verdict: str
    because: str
    kind: str = "same"
    not_met: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    gap: dict[str, str] = field(default_factory=dict)
    from_dates: dict[str, date] = field(default_factory=dict)
    product_from: date | None = None

    @property
    def code(self) -> str:
        return {"符合": "satisfied", "缺资料": "unknown", "不符合": "violated"}[self.verdict]


def _expected(row: dict[str, Any]) -> Expected:
    return Expected(
        verdict=row["verdict"],
        because=row["because"],
        kind=row.get("kind", "same"),
        not_met=tuple(row.get("not_met", ())),
        open=tuple(row.get("open", ())),
        gap=row.get("gap", {}),
        from_dates=row.get("from", {}),
        product_from=row.get("product_from"),
    )


EXPECTED: dict[str, dict[str, Expected]] = {
    need: {product: _expected(row) for product, row in products.items()}
    for need, products in yaml.safe_load((FOLDER / "expected.yaml").read_text("utf-8")).items()
}


@pytest.fixture
def ten_firms(db: None) -> Iterator[dict[str, dict[str, Expected]]]:
    """The firms and products loaded by the import commands, with the clock at DAY while the test runs."""
    with clock.at(DAY):
        call_command("import_products", FOLDER / "products.csv", json=True)
        call_command("import_enterprises", FOLDER / "enterprises.csv", json=True)
        yield EXPECTED
