"""Two pages for machines: is the process alive, and is the market open."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from ledger.selectors import plans
from products.selectors import listed_versions
from search import registry
from search.query import SearchQuery
from search.services import search, server_trouble
from search.sync import is_current

_COUNTED = SearchQuery(size=1)


@never_cache
@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """200 while the process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
@login_not_required
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when everything a reader needs is loaded; else 503 with ``missing``: part → Chinese reason.

    ``degraded`` names what another part stands in for: readers are served, an administrator should look.
    """
    missing = _missing()
    if missing:
        return JsonResponse({"status": "not_ready", "missing": missing}, status=503)
    trouble = server_trouble()
    return JsonResponse({"status": "ready", **({"degraded": {"search": trouble}} if trouble else {})})


def _missing() -> dict[str, str]:
    """What is missing; without a database or its tables nothing else can be asked."""
    try:
        if _unapplied():
            return {"migrations": "数据库结构未更新，请运行 manage.py migrate"}
        return {part: reason for part, (there, reason) in _PARTS.items() if not there()}
    except DatabaseError as error:
        return {"database": f"数据库不能访问：{type(error).__name__}"}


def _unapplied() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _search_answers() -> bool:
    # Asked without building: a probe must not start work.
    return is_current(registry.get("products")) and search(_COUNTED).total > 0


_PARTS: dict[str, tuple[Callable[[], bool], str]] = {
    "plan": (lambda: plans().exists(), "工作方案未装载，请运行 manage.py load_plan"),
    "products": (lambda: listed_versions().exists(), "产品目录未导入，请运行 manage.py import_products"),
    "search": (_search_answers, "检索索引未建立，请运行 manage.py rebuild_index"),
}
