"""Firms are told when a product has come to fit them: by the passing of time, or because the product changed."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import numpy as np
from django.db import transaction

from accounts.models import User
from accounts.services import notify
from common import clock
from enterprises import selectors as enterprises
from enterprises.columns import Columns, Numbers
from enterprises.models import Need
from enterprises.selectors.subjects import age_months
from matching.engine.truths import together, truths
from matching.models import EligibilitySweep
from matching.services import blocks
from products import selectors as products
from products.models import Product, ProductVersion
from products.rules.trees import fields

AGE = "age_months"
_BY_DATE = "成立时间到了要求的年限，您现在符合这个产品已公开的条件。可以逐条对照后申请。"
_BY_CHANGE = "机构更新了条件，您现在符合这个产品已公开的条件。可以逐条对照后申请。"


@transaction.atomic
def tell_eligible() -> int:
    """Tell every party once a version that it fits now and did not at the last sweep; how many messages that were.

    Only what time and the institution changed counts: what a firm fills in itself it sees at once. The first sweep
    only takes note. Reference products, which nobody can apply for, are left out.
    """
    today = clock.today()
    shelf = {
        version.product_id: version
        for version in products.listed_versions().filter(product__origin=Product.Origin.LOCAL)
    }
    now = sorted([number, version.pk] for number, version in shelf.items())
    EligibilitySweep.objects.get_or_create(pk=1, defaults={"day": today, "versions": now})
    sweep = EligibilitySweep.objects.select_for_update().get(pk=1)
    if (sweep.day, sweep.versions) == (today, now):
        return 0
    before = dict(sweep.versions)
    changed = [version for number, version in shelf.items() if before.get(number) != version.pk]
    aged = [version for version in shelf.values() if version not in changed and AGE in _fields(version)]
    told = sum(
        _tell(version, parties, body)
        for body, versions in ((_BY_CHANGE, changed), (_BY_DATE, aged if sweep.day != today else []))
        for version, parties in _gained(versions, before, sweep.day, today)
    )
    EligibilitySweep.objects.filter(pk=1).update(day=today, versions=now)
    return told


def _fields(version: ProductVersion) -> set[str]:
    return {name for rule in products.rules_for(version) if rule.hard for name in fields(rule.test)}


def _gained(
    versions: Iterable[ProductVersion], before: dict[int, int], since: date, today: date
) -> list[tuple[ProductVersion, set[int]]]:
    """Each of ``versions`` with the parties that fit it now and fitted what was on its place ``since`` with no need."""
    wanted = list(versions)
    if not wanted:
        return []
    numbers = [before[version.product_id] for version in wanted if version.product_id in before]
    former = {version.product_id: version for version in ProductVersion.objects.filter(pk__in=numbers).order_by("pk")}
    fits, fitted = defaultdict[int, set[int]](set), defaultdict[int, set[int]](set)
    for number in blocks.numbers():
        needs = blocks.needs_of(number)
        columns = enterprises.columns_on(needs, today)
        younger = _younger(columns, enterprises.columns_on(needs, since, fields={AGE}), since, today)
        parties = _parties_of(needs)
        for version in wanted:
            fits[version.pk] |= _fitting(version, columns, parties)
            old = former.get(version.product_id)
            fitted[version.pk] |= _fitting(old, younger, parties) if old else set()
    return [(version, fits[version.pk] - fitted[version.pk]) for version in wanted]


def _parties_of(needs: Iterable[Need]) -> dict[int, int]:
    return {need.pk: need.party_id for need in needs}


def _younger(columns: Columns, then: Columns, since: date, today: date) -> Columns:
    """``columns`` with the ages of ``then`` where nothing but time has moved them; rows are the same needs."""
    now, held = columns.numbers[AGE], then.numbers[AGE]
    passed, grown = age_months(since, today) or 0, now.values - held.values
    older = now.known & held.known & (grown >= passed) & (grown <= passed + 1)
    return replace(
        columns, numbers={**columns.numbers, AGE: Numbers(np.where(older, held.values, now.values), now.known)}
    )


def _fitting(version: ProductVersion, columns: Columns, parties: dict[int, int]) -> set[int]:
    tests = [rule.test for rule in products.rules_for(version) if rule.hard]
    return {parties[need] for need in columns.keys[together(truths(tests, columns)) == 2].tolist()}


def _tell(version: ProductVersion, parties: set[int], body: str) -> int:
    if not parties:
        return 0
    return notify(
        users=User.objects.filter(party_id__in=parties, is_active=True).order_by("pk"),
        key=f"eligible:{version.pk}",
        title=f"您现在符合“{version.name}”的条件",
        body=body,
        path=f"/products/{version.product.code}/",
    )
