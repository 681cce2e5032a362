"""Trying draft rules on a whitelist of that many firms: reading them once a day, and each answer."""

import time
from random import Random
from statistics import median
from typing import Any

from accounts.models import Party, Role, User
from accounts.services import system_actor, user_create
from common import clock
from enterprises.models import WhitelistBatch, WhitelistEntry
from matching import snapshots
from matching.management.bench import data
from matching.management.bench.nightly import fill
from matching.services.previews import preview
from products.content import VersionContent
from products.models import ProductVersion
from products.services import draft_create, institution_register

ANSWERS = 40


def trying(firms: int) -> dict[str, Any]:
    """Elapsed seconds on an empty database: the first answer of the day, and those after it."""
    with clock.at(data.DAY):
        fill(firms)
        parties = list(Party.objects.filter(kind=Party.Kind.TEAM).order_by("pk"))
        actor = system_actor("性能测试")
        batch = WhitelistBatch.objects.create(
            code="性能测试", department=parties[0], published_on=data.DAY, published_by=actor
        )
        WhitelistEntry.objects.bulk_create((WhitelistEntry(batch=batch, party=party) for party in parties), 5_000)
        maker, version = _draft(actor)
        shelf = data.shelf(ANSWERS)
        Random(3).shuffle(shelf)
        times = []
        for item in shelf:
            started = time.perf_counter()
            preview(actor=maker, version=version, rules=item.rules)
            times.append(time.perf_counter() - started)
        snapshots.forget()
    return {
        "firms": firms,
        "first_seconds": times[0],
        "median_seconds": median(times[1:]),
        "slowest_seconds": max(times[1:]),
        "answers": len(times),
    }


def _draft(actor: User) -> tuple[User, ProductVersion]:
    bank = institution_register(actor=actor, name="性能测试银行", kind="银行", local=True)
    maker = user_create(
        actor=actor, username="bench", password=None, display_name="性能测试", party=bank, roles=[Role.BANK_MAKER]
    )
    content = VersionContent(name="试算")
    return maker, draft_create(actor=maker, institution=bank, category="贷", content=content)
