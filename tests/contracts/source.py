"""The product's own source files, as the contracts read them."""

import ast
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# The floors, lowest first (docs/adr/0001). import-linter holds imports to the same list.
FLOORS = (
    "common",
    "accounts",
    "journal",
    "search",
    "talents",
    "enterprises",
    "products",
    "matching",
    "ledger",
    "frontend",
    "config",
)


@lru_cache(maxsize=1)
def product_files() -> tuple[Path, ...]:
    """Python files of the floors, migrations left out."""
    found = (path for floor in FLOORS for path in (ROOT / floor).rglob("*.py"))
    return tuple(sorted(path for path in found if "migrations" not in path.parts))


@lru_cache(maxsize=1)
def suite_files() -> tuple[Path, ...]:
    return tuple(sorted((ROOT / "tests").rglob("*.py")))


@lru_cache(maxsize=1000)
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def lines(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))
