"""Break each policy in turn and see whether the matrix, or a corner beside it, notices.

``python -m tests.contracts.mutate [EVERY]`` breaks every EVERYth place (1: all) and prints each that goes unnoticed.
The city is built once in a database in memory; each broken policy is tried in a copy of the process.
"""

import ast
import copy
import importlib
import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.contracts.corners import Corner
    from tests.contracts.isolation.things import World

# Module → kinds of things of the matrix that it decides about; none: all.
MODULES: dict[str, tuple[str, ...]] = {
    "accounts.policies": ("facts", "firm", "contact", "institution", "need", "need_draft", "need_closed", "financing"),
    "enterprises.policies": (
        *("facts", "firm", "contact", "need", "need_draft", "need_closed", "batch", "entry", "push", "feedback"),
    ),
    "products.policies": (*("product_listed", "product_suspended", "product_review", "product_draft", "institution"),),
    "matching.policies": ("need", "need_draft", "need_closed"),
    "matching.cases.policies": (
        *("facts", "contact", "need", "need_draft", "need_closed", "referral", "answer", "institution"),
        *("assignment", "assignment_ended", "service_log"),
    ),
    "matching.cases.money_policies": ("financing", "first_loan"),
    "ledger.policies": ("plan", "measure", "report"),
    "search.policies": ("synonym",),
    "search.saved": ("saved_search",),
    "accounts.uploads.receiving": ("job",),
    "ledger.entries": ("posting",),
}
# Where a module does more than decide: the functions that do.
DECIDING: dict[str, frozenset[str]] = {
    "search.saved": frozenset({"saved_searches_of"}),
    "accounts.uploads.receiving": frozenset({"jobs_visible_to"}),
    "ledger.entries": frozenset({"may_post", "postings_visible_to"}),
}
# What answers the same broken or not, with the reason.
EQUIVALENT = {
    # Roles and grants are asked for behind it, and an account that is closed has neither.
    ("accounts.policies", "visible_to", "without not user.is_active"),
    ("enterprises.policies", "acts_for", "without not user.is_active"),
    ("enterprises.policies", "pushes_visible_to", "without not user.is_active"),
    ("ledger.policies", "traced_measures", "without not user.is_active"),
    ("ledger.policies", "can", "without not user.is_active"),
    ("ledger.policies", "may_file", "without not user.is_active"),
    ("ledger.entries", "may_post", "without not user.is_active"),
    # A visitor is never active.
    ("ledger.policies", "visible_to", "without user.is_authenticated"),
    # The way up from an institution never comes by nobody.
    ("matching.cases.money_policies", "may_record", "without user.party_id is None"),
    # Every move of a product has a guard.
    ("products.policies", "_may_move", "without move.guard"),
    # No need is without a party.
    ("matching.cases.policies", "visible_to", "if user.party_id is not None always True"),
}
# No mutant: a visitor is never active, so a condition that asks that too answers the same without the class.
_ASKS_ACTIVE = re.compile(r"\b(user\.is_active|holds_grants\(user\))")


@dataclass(frozen=True)
class Mutant:
    """One way to break one place."""

    module: str
    function: str
    line: int
    what: str
    tree: ast.Module


def mutants(name: str, source: str) -> Iterator[Mutant]:
    """Every mutant of a module: conditions negated or dropped, parts of and/or taken, filters gone, roles widened."""
    whole = ast.parse(source)
    functions = [item for item in whole.body if isinstance(item, ast.FunctionDef)]
    deciding = DECIDING.get(name) or {item.name for item in functions}
    # Annotations decide nothing.
    bodies = [(item.name, statement) for item in functions if item.name in deciding for statement in item.body]
    inside = {id(part): function for function, statement in bodies for part in ast.walk(statement)}
    for item in ast.walk(whole):
        if isinstance(item, ast.AnnAssign):
            for part in ast.walk(item.annotation):
                inside.pop(id(part), None)
    for number, node in enumerate(ast.walk(whole)):
        if id(node) not in inside:
            continue
        for kind in range(_ways(node)):
            tree = copy.deepcopy(whole)
            broken = next(item for index, item in enumerate(ast.walk(tree)) if index == number)
            what = _break(tree, broken, kind)
            if what and (name, inside[id(node)], what) not in EQUIVALENT:
                line = getattr(node, "lineno", 0)
                yield Mutant(name, inside[id(node)], line, what, ast.fix_missing_locations(tree))


def _ways(node: ast.AST) -> int:
    match node:
        case ast.BoolOp():
            return len(node.values)
        case ast.BinOp(op=ast.BitOr() | ast.BitAnd()):
            return 2
        case ast.If() | ast.Return():
            return 2
        case ast.Call(func=ast.Attribute(attr="filter" | "exclude")):
            return 1 + len(node.keywords)
        case ast.Call(func=ast.Attribute(attr="has_role")):
            return 2
    return 0


def _break(tree: ast.Module, node: ast.AST, kind: int) -> str:
    """Change ``node`` inside ``tree``; returns what was done, '' where nothing can be."""
    match node:
        case ast.BoolOp():
            return _drop(tree, node, kind)
        case ast.BinOp():
            _replace(tree, node, node.left if kind else node.right)
            return f"only {ast.unparse(node.left if kind else node.right)}"
        case ast.If():
            asked, node.test = ast.unparse(node.test), ast.Constant(not kind)
            return f"if {asked} always {not kind}"
        case ast.Return(value=value) if value is not None:
            if _is_rows(value):
                return ""
            if isinstance(value, ast.Constant) and value.value is (not kind):
                return ""
            node.value = ast.Constant(not kind)
            return f"return {not kind}"
        case ast.Call(func=ast.Attribute(attr="has_role")):
            _replace(tree, node, ast.Constant(not kind))
            return f"has_role always {not kind}"
        case ast.Call(func=ast.Attribute() as called):
            if kind:
                gone_keyword = node.keywords.pop(kind - 1)
                return f"without {ast.unparse(gone_keyword)}"
            told = ast.unparse(node)
            _replace(tree, node, called.value)
            return f"without filter {told[-60:]}"
    return ""


def _drop(tree: ast.Module, node: ast.BoolOp, number: int) -> str:
    gone = node.values.pop(number)
    if "isinstance(user, User)" in ast.unparse(gone) and _ASKS_ACTIVE.search(ast.unparse(node)):
        return ""
    if len(node.values) == 1:
        _replace(tree, node, node.values[0])
    return f"without {ast.unparse(gone)}"


def _is_rows(value: ast.expr) -> bool:
    """True for what returns rows or conditions rather than yes or no."""
    text = ast.unparse(value)
    return ".exists()" not in text and any(word in text for word in ("objects", "filter", ".none()", "Q(", "frozenset"))


def _replace(tree: ast.Module, old: ast.AST, new: ast.AST) -> None:
    class Swap(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return new if node is old else self.generic_visit(node)

    Swap().visit(tree)


def put_in(module: ModuleType, mutant: Mutant) -> None:
    """Give the broken function of ``module`` its code; whoever imported it has it too."""
    code = compile(mutant.tree, module.__file__ or "", "exec")
    broken = next(part for part in code.co_consts if isinstance(part, CodeType) and part.co_name == mutant.function)
    getattr(module, mutant.function).__code__ = broken


def _noticed(mutant: Mutant, world: "World", corners: "list[Corner]") -> bool:
    """Whether an answer or an exception tells the broken policy from the right one."""
    module = importlib.import_module(mutant.module)
    function = getattr(module, mutant.function)
    whole = function.__code__
    put_in(module, mutant)
    told = _told(world, corners, frozenset(MODULES[mutant.module]))
    function.__code__ = whole
    return told


def _told(world: "World", corners: "list[Corner]", kinds: frozenset[str]) -> bool:
    """Ask everything in a child, which may break down; True when something is wrong."""
    child = os.fork()
    if child == 0:
        from tests.contracts.isolation.table import differences

        found = True
        try:
            found = any(corner.wrong for corner in corners) or any(differences(world, kinds))
        except Exception:  # noqa: BLE001 - a policy that breaks down is noticed
            pass
        finally:
            os._exit(int(found))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1


def main(every: int) -> None:
    """Print one JSON object: killed and survived by module, and what survived."""
    os.environ["DATABASE_URL"] = "sqlite://:memory:"
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from django.conf import settings
    from django.test.utils import get_runner

    runner = get_runner(settings)(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    from common import clock
    from tests.contracts.corners import corners
    from tests.contracts.isolation.table import differences
    from tests.contracts.isolation.world import TODAY, build

    world = build()
    with clock.at(TODAY):
        beside = corners()
    counts: dict[str, list[int]] = {}
    survivors: list[str] = []
    with clock.at(TODAY):
        if wrong := list(differences(world)):
            raise SystemExit("the matrix does not hold unbroken: " + "; ".join(wrong[:5]))
        if wrong := [corner.what for corner in beside if corner.wrong]:
            raise SystemExit("the corners do not hold unbroken: " + "; ".join(wrong[:5]))
        if _told(world, beside, frozenset()):
            raise SystemExit("nothing is broken and something is noticed: this runner proves nothing")
        for name in MODULES:
            path = Path(importlib.import_module(name).__file__ or "")
            killed = tried = 0
            for number, mutant in enumerate(mutants(name, path.read_text("utf-8"))):
                if number % every:
                    continue
                tried += 1
                noticed = _noticed(mutant, world, beside)
                killed += noticed
                if not noticed:
                    sys.stderr.write(f"{name}:{mutant.line} {mutant.what}\n")
                    sys.stderr.flush()
                    survivors.append(f"{name}:{mutant.line} {mutant.what}")
            counts[name] = [killed, tried]
            sys.stderr.write(f"{name} {killed}/{tried}\n")
            sys.stderr.flush()
    runner.teardown_databases(databases)
    json.dump({"counts": counts, "survivors": survivors}, sys.stdout, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
