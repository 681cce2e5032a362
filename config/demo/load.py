"""What `make run` loads: plan, catalogue, made-up city, first match. Every part is loaded once and can be repeated."""

import hashlib
import json
import os
import secrets
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.models import Count

from accounts.models import Party, User
from accounts.services import system_actor
from common import jobs, outbox
from common.models import Job
from config.demo import filed, history, people, present, town
from config.demo.files import HISTORY
from enterprises.models import Need, WhitelistBatch
from ledger.models import Indicator, Measure
from matching.selectors import stored_totals
from matching.services import rematch
from products.models import Product, ProductVersion

Progress = Callable[[str], None]

PARTS = (
    settings.BASE_DIR / "ledger/plans/ordos-2022-2025.yaml",
    settings.BASE_DIR / "products/data/products.csv",
    *sorted(Path(__file__).parent.glob("*.*")),
    *sorted(HISTORY.glob("*.csv")),
)


def logins_path() -> Path:
    """Where the generated demo password and the log-ins are kept (mode 0600)."""
    return Path(settings.DATA_DIR) / "keys" / "demo_logins.json"


def load(progress: Progress) -> None:
    """Load what is missing. The same content twice does nothing; a changed plan or catalogue is taken in."""
    key = hashlib.sha256(b"".join(part.read_bytes() for part in PARTS)).hexdigest()[:16]
    if not Job.objects.filter(kind="demo", key=key, state=Job.State.DONE).exists():
        # A start that was cut off left its job running; its parts are transactions, so they simply come again.
        jobs.release_silent("demo", timedelta(0))
        job = jobs.enqueue("demo", key=key, actor=system_actor("演示"))
        with jobs.running(job):
            _load_parts(job, progress)
    _ensure_logins()


def _load_parts(job: Job, progress: Progress) -> None:
    steps: tuple[tuple[str, Callable[[], object]], ...] = (
        ("工作方案", lambda: _quietly("load_plan")),
        ("172 款参考产品", lambda: _quietly("import_products", settings.BASE_DIR / "products/data/products.csv")),
        ("演示城市", town.build),
        ("历年数据", history.build),
        ("近几周的办理", present.build),
        ("统计信息", analyze),
        ("台账报送", filed.build),
        ("检索索引", outbox.relay),
        ("首次匹配", rematch),
    )
    for number, (label, step) in enumerate(steps, start=1):
        progress(label)
        step()
        jobs.advance(job, number, total=len(steps))


def analyze() -> None:
    """Tell the planner what was just filled: without it PostgreSQL plans for empty tables (measured: 14 s a figure)."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _quietly(command: str, *arguments: object) -> None:
    call_command(command, *arguments, stdout=StringIO())


def _ensure_logins() -> None:
    """Give the demo users one generated password, again if its file was lost."""
    if logins_path().exists():
        return
    password = secrets.token_urlsafe(9)
    users = list(User.objects.filter(username__in=people.USERNAMES))
    for user in users:
        user.set_password(password)
    User.objects.bulk_update(users, ["password"])
    content = {"password": password, "users": [{"username": name, "who": who} for name, who in people.LOGINS]}
    logins_path().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(logins_path(), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        json.dump(content, handle, ensure_ascii=False)


def summary() -> dict[str, int]:
    """Counts for the closing screen, all read from the database."""
    listed = ProductVersion.objects.filter(state=ProductVersion.State.LISTED).order_by()
    by_origin = dict(listed.values_list("product__origin").annotate(Count("pk")))
    by_kind = dict(Party.objects.order_by().values_list("kind").annotate(Count("pk")))
    totals = stored_totals()
    return {
        "measures": Measure.objects.count(),
        "indicators": Indicator.objects.count(),
        "reference": by_origin.get(Product.Origin.CATALOGUE, 0),
        "local": by_origin.get(Product.Origin.LOCAL, 0),
        "firms": by_kind.get(Party.Kind.ENTERPRISE, 0),
        "talents": by_kind.get(Party.Kind.PERSON, 0) + by_kind.get(Party.Kind.TEAM, 0),
        "needs": Need.objects.count(),
        "batches": WhitelistBatch.objects.count(),
        "pairs": totals.satisfied + totals.unknown + totals.violated,
        "satisfied": totals.satisfied,
        "unknown": totals.unknown,
        "violated": totals.violated,
    }
