"""Trying draft rules on a whitelist of that many firms: the worker's reading, and each answer after it."""

import time
from collections.abc import Callable
from functools import partial
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
from matching.models import WhitelistSnapshot
from matching.services.previews import preview
from matching.services.reading import whitelist_read
from products.content import VersionContent
from products.models import ProductVersion
from products.services import draft_create, institution_register

ANSWERS = 40


def trying(firms: int) -> dict[str, Any]:
    """Elapsed seconds on an empty database: the reading a worker does once a day, the first answer of a process that
    has just started, those after it, and the one answer of an installation's life that has to read by itself."""
    with clock.at(data.DAY):
        fill(firms)
        parties = list(Party.objects.filter(kind=Party.Kind.TEAM).order_by("pk"))
        actor = system_actor("性能测试")
        batch = WhitelistBatch.objects.create(
            code="性能测试", department=parties[0], published_on=data.DAY, published_by=actor
        )
        WhitelistEntry.objects.bulk_create((WhitelistEntry(batch=batch, party=party) for party in parties), 5_000)
        maker, version = _draft(actor)
        shelf = data.shelf(ANSWERS + 1)
        Random(3).shuffle(shelf)
        unread = _elapsed(lambda: preview(actor=maker, version=version, rules=shelf.pop().rules))
        WhitelistSnapshot.objects.all().delete()
        reading = _elapsed(whitelist_read)
        snapshots.forget()
        times = [_elapsed(partial(preview, actor=maker, version=version, rules=item.rules)) for item in shelf]
    return {
        "firms": firms,
        "reading_seconds": reading,
        "without_a_reading_seconds": unread,
        "first_seconds": times[0],
        "median_seconds": median(times[1:]),
        "slowest_seconds": max(times[1:]),
        "answers": len(times),
    }


def _elapsed(function: Callable[[], object]) -> float:
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


def _draft(actor: User) -> tuple[User, ProductVersion]:
    bank = institution_register(actor=actor, name="性能测试银行", kind="银行", local=True)
    maker = user_create(
        actor=actor, username="bench", password=None, display_name="性能测试", party=bank, roles=[Role.BANK_MAKER]
    )
    content = VersionContent(name="试算")
    return maker, draft_create(actor=maker, institution=bank, category="贷", content=content)
