"""Needs that nothing on the shelf fits, and what shuts needs out of products: figures for whoever makes the shelf."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from django.db import connection
from django.db.models import Max
from numpy.typing import NDArray

from accounts.small_counts import SMALLEST_SHOWN, folded
from common import clock
from enterprises import selectors as enterprises
from enterprises.columns import Columns
from enterprises.models import Need
from enterprises.selectors import MaskedNeed
from matching.engine.truths import Truths, truths
from matching.models import MatchBlock
from matching.selectors import needs_without_fit
from matching.services import blocks
from products import selectors as products
from products.models import ProductVersion
from products.rules.language import Node

# A need that looks for another kind of product is no gap of this one.
KIND = "category"
UNSAID, CREDIT = "未说明", "只有信用"
INTELLECTUAL, PLEDGED, GUARANTEED = "含知识产权质押", "抵押或质押", "保证或担保"

# Stands for what is left of a band or a guarantee after the groups that are told apart.
OTHER = "其余"

Cell = tuple[str, str, str]


@dataclass(frozen=True)
class Gap:
    """One need that nothing fits, masked; ``cell`` is sector, amount band and guarantee."""

    need: MaskedNeed
    cell: Cell
    # By label of a condition: how many products of the need's kinds it shuts the need out of.
    shut_out: Counter[str]


@dataclass(frozen=True)
class Group:
    """Needs alike: how many, and the condition that shuts them out most often."""

    key: Cell
    count: int
    excluding: str


@dataclass(frozen=True)
class Report:
    """Gaps by sector × amount band × guarantee, by banner and by condition; small groups only as a sum.

    ``rest`` are (groups, needs) too small to be told apart; a total below five is None.
    """

    total: int | None
    groups: tuple[Group, ...]
    rest: tuple[int, int | None]
    banners: tuple[tuple[str, int | None], ...]
    excluding: tuple[tuple[str, int | None], ...]


@dataclass(frozen=True)
class Exclusion:
    """One condition of a product over the open needs of its kind: whom it shuts out, and whom it alone shuts out."""

    label: str
    needs: int
    alone: int


def gaps() -> list[Gap]:
    """Every need without a fit, oldest first."""
    needs = list(needs_without_fit())
    if not needs:
        return []
    masked = enterprises.masked_needs(needs)
    columns = enterprises.columns_on(enterprises.needs_by_id([need.pk for need in needs]))
    counted = dict(zip(columns.keys.tolist(), _shut_out(columns), strict=True))
    return [
        Gap(seen, (seen.industry, seen.amount_band, guarantee_class(need)), counted[need.pk])
        for need, seen in zip(needs, masked, strict=True)
    ]


def grouped(found: Sequence[Gap]) -> dict[Cell, list[Gap]]:
    """Each gap in one group of at least five: its cell, else what is left of its sector and band, else of its sector.

    What is in no group is the rest, which is not small either.
    """
    groups: dict[Cell, list[Gap]] = {}
    left = list(found)
    for kept in (3, 2, 1):
        fine: dict[Cell, list[Gap]] = defaultdict(list)
        for gap in left:
            fine[_coarser(gap.cell, kept)].append(gap)
        groups |= {cell: some for cell, some in fine.items() if len(some) >= SMALLEST_SHOWN}
        left = [gap for cell, some in fine.items() if cell not in groups for gap in some]
    while 0 < len(left) < SMALLEST_SHOWN and groups:
        left += groups.pop(min(groups, key=lambda cell: len(groups[cell])))
    return groups


def _coarser(cell: Cell, kept: int) -> Cell:
    sector, band, guarantee = (*cell[:kept], *(OTHER,) * (3 - kept))
    return sector, band, guarantee


def report(found: Sequence[Gap]) -> Report:
    """What may be read of ``found`` by whoever may not read the needs themselves."""
    shown = grouped(found)
    groups = [Group(cell, len(some), _most(gap.shut_out for gap in some)) for cell, some in shown.items()]
    rest = {gap.need.code: gap.cell for gap in found}
    for some in shown.values():
        for gap in some:
            del rest[gap.need.code]
    return Report(
        total=_seen(len(found)),
        groups=tuple(sorted(groups, key=lambda group: (-group.count, group.key))),
        rest=(len(set(rest.values())), _seen(len(rest))),
        banners=_parts(Counter(gap.need.banner for gap in found)),
        excluding=_parts(Counter(_most([gap.shut_out]) for gap in found)),
    )


def guarantee_class(need: Need) -> str:
    """What a need offers, as one of five kinds that do not overlap."""
    if need.guarantees is None:
        return UNSAID
    offered = set(need.guarantees) - {"信用"}
    if not offered:
        return CREDIT
    if "知识产权质押" in offered:
        return INTELLECTUAL
    return PLEDGED if offered & {"抵押", "质押", "股权质押"} else GUARANTEED


def _parts(counts: Counter[str]) -> tuple[tuple[str, int | None], ...]:
    shown, hidden = folded(counts)
    ordered = sorted(shown.items(), key=lambda item: (-item[1], item[0]))
    return (*ordered, *((label, None) for label in sorted(hidden)))


def _seen(count: int) -> int | None:
    return count if count == 0 or count >= SMALLEST_SHOWN else None


def _most(counted: Iterable[Counter[str]]) -> str:
    whole: Counter[str] = Counter()
    for one in counted:
        whole.update(one)
    return min(whole, key=lambda label: (-whole[label], label)) if whole else "没有这一类产品"


def _tested(versions: Sequence[ProductVersion], columns: Columns) -> tuple[Truths, dict[str, int]]:
    """Truths of every condition of ``versions``, each distinct one once, and where it stands by its JSON."""
    tests: dict[str, Node] = {}
    for version in versions:
        for rule in products.rules_for(version):
            tests.setdefault(rule.test.model_dump_json(), rule.test)
    return truths(list(tests.values()), columns), {text: place for place, text in enumerate(tests)}


def _shut_out(columns: Columns) -> list[Counter[str]]:
    versions = list(products.listed_versions())
    found, at = _tested(versions, columns)
    counts: dict[str, NDArray[np.int64]] = {}
    for version in versions:
        rules = [rule for rule in products.rules_for(version) if rule.hard]
        kind = _of_kind(version, found, at, len(columns))
        for rule in rules:
            if rule.code != KIND:
                held = counts.setdefault(rule.label, np.zeros(len(columns), dtype=np.int64))
                held += kind & (found[at[rule.test.model_dump_json()]] == 0)
    return [
        Counter({label: int(held[row]) for label, held in counts.items() if held[row]}) for row in range(len(columns))
    ]


def _of_kind(version: ProductVersion, found: Truths, at: dict[str, int], count: int) -> NDArray[np.bool_]:
    asked = [rule for rule in products.rules_for(version) if rule.code == KIND]
    return found[at[asked[0].test.model_dump_json()]] > 0 if asked else np.ones(count, dtype=np.bool_)


_exclusions: dict[tuple[object, ...], dict[str, tuple[Exclusion, ...]]] = {}


def exclusions() -> dict[str, tuple[Exclusion, ...]]:
    """By product code the conditions of each listed product, the one that shuts out most first.

    Counted over all open needs, by each process once a day and shelf and whenever the stored counts have moved.
    """
    needs = Need.objects.filter(state=Need.State.OPEN).count()
    counted_at = MatchBlock.objects.aggregate(last=Max("computed_at"))["last"]
    key = (connection.settings_dict["NAME"], products.programme_hash(), clock.today(), needs, counted_at)
    if key not in _exclusions:
        _exclusions.clear()
        _exclusions[key] = _count_exclusions()
    return _exclusions[key]


def _count_exclusions() -> dict[str, tuple[Exclusion, ...]]:
    versions = list(products.listed_versions())
    counted: dict[str, Counter[tuple[str, bool]]] = {version.product.code: Counter() for version in versions}
    for number in blocks.numbers():
        columns = enterprises.columns_on(blocks.needs_of(number))
        found, at = _tested(versions, columns)
        for version in versions:
            counted[version.product.code].update(_excluded(version, columns, found, at))
    return {
        code: tuple(
            sorted(
                (Exclusion(label, whole[label, False], whole[label, True]) for label, alone in whole if not alone),
                key=lambda one: (-one.needs, one.label),
            )
        )
        for code, whole in counted.items()
    }


def _excluded(
    version: ProductVersion, columns: Columns, found: Truths, at: dict[str, int]
) -> dict[tuple[str, bool], int]:
    """Needs shut out by label: (label, False) in all, (label, True) by it alone."""
    rules = [rule for rule in products.rules_for(version) if rule.hard and rule.code != KIND]
    if not rules:
        return {}
    kind = _of_kind(version, found, at, len(columns))
    failed = (found[[at[rule.test.model_dump_json()] for rule in rules]] == 0) & kind
    single = failed.sum(axis=0) == 1
    counts: Counter[tuple[str, bool]] = Counter()
    for rule, row in zip(rules, failed, strict=True):
        counts[rule.label, False] += int(row.sum())
        counts[rule.label, True] += int((row & single).sum())
    return dict(counts)
