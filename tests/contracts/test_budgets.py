"""The house stays small: sizes, names and habits that reviews would otherwise have to repeat."""

import ast
import re

from tests.contracts.source import FLOORS, ROOT, lines, product_files, short, suite_files, tree

FILE_LINES, TEST_FILE_LINES, FUNCTION_LINES, COMMON_LINES = 300, 500, 40, 1500


def functions(path):
    return [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def size(function):
    return (function.end_lineno or 0) - function.lineno + 1


def test_files_stay_within_their_budget():
    over = [f"{short(p)}: {lines(p)}" for p in product_files() if lines(p) > FILE_LINES]
    over += [f"{short(p)}: {lines(p)}" for p in suite_files() if lines(p) > TEST_FILE_LINES]
    assert over == []


def test_functions_stay_within_their_budget():
    over = [
        f"{short(path)}:{function.lineno} {function.name}: {size(function)}"
        for path in product_files()
        for function in functions(path)
        if size(function) > FUNCTION_LINES
    ]
    assert over == []


def test_common_stays_the_smallest_common_ground():
    assert sum(lines(path) for path in product_files() if short(path).startswith("common/")) <= COMMON_LINES


def test_no_room_for_odds_and_ends():
    forbidden = {"utils", "helpers", "managers", "signals", "misc"}
    assert [short(path) for path in product_files() if path.stem in forbidden or path.parent.name in forbidden] == []


def test_no_unfinished_marks_and_no_network_addresses_of_others():
    marks = re.compile(r"\b(TODO|FIXME|XXX)\b|NotImplementedError")
    found = [short(path) for path in product_files() if marks.search(path.read_text("utf-8"))]
    pages = [*ROOT.glob("frontend/templates/**/*.html"), *ROOT.glob("frontend/static/**/*.*")]
    foreign = re.compile(r"""(src|href)=["']https?://|@import|url\(\s*["']?https?:""")
    found += [
        short(path) for path in pages if path.suffix in {".html", ".css", ".js"} and foreign.search(path.read_text())
    ]
    assert found == []


def test_no_imports_inside_functions_between_floors():
    """A local import is how cycles hide."""
    hidden = []
    for path in product_files():
        for function in functions(path):
            for node in ast.walk(function):
                module = node.module if isinstance(node, ast.ImportFrom) else None
                if module and module.split(".")[0] in FLOORS:
                    hidden.append(f"{short(path)}:{node.lineno} {module}")
    assert hidden == []


def test_time_comes_from_the_clock_only():
    direct = re.compile(r"timezone\.now\(|datetime\.now\(|date\.today\(|utcnow\(")
    found = [short(p) for p in product_files() if p.name != "clock.py" and direct.search(p.read_text("utf-8"))]
    assert found == []


def test_state_has_one_writer():
    """Only common.transitions (and jobs, which have no actor) assign a state."""
    writes = re.compile(r"\.state\s*=[^=]|update\([^)]*\bstate\s*=")
    allowed = {"common/jobs.py", "common/transitions.py"}
    found = [short(p) for p in product_files() if short(p) not in allowed and writes.search(p.read_text("utf-8"))]
    assert found == []


def test_migrations_are_named_by_hand():
    assert [short(path) for path in ROOT.glob("*/migrations/*_auto_*.py")] == []


def test_tasks_are_thin():
    thick = [
        f"{short(path)}:{function.name}"
        for path in product_files()
        if path.name == "tasks.py"
        for function in functions(path)
        if size(function) > 10
    ]
    assert thick == []
