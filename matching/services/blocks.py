"""Matching one block: a range of need ids is read, matched and written under one lock, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Max, QuerySet

from common import clock
from common.models import Job
from enterprises import selectors as enterprises
from enterprises.models import Need
from matching.engine import packing
from matching.engine.programme import Programme
from matching.engine.run import Matched, match
from matching.engine.single import match_each
from matching.models import SPAN, MatchBlock, MatchProgramme, MatchResult, MatchTally
from matching.programmes import programme_of
from matching.services import storing
from matching.services.storing import Row
from products import selectors as products

# Up to this many needs are read as subjects, one by one, which is quicker than a pass over columns.
FEW = 32


@dataclass(frozen=True)
class RematchSummary:
    """Needs and products matched, and pairs by verdict."""

    needs: int = 0
    products: int = 0
    satisfied: int = 0
    unknown: int = 0
    violated: int = 0


@dataclass(frozen=True)
class Shelf:
    """The compiled shelf and the record that stored results point to."""

    programme: Programme
    record: MatchProgramme


def current_shelf() -> Shelf:
    """What is listed now."""
    versions = list(products.listed_versions())
    programme = programme_of(versions)
    pairs = [[version.product_id, version.pk] for version in versions]
    record, _ = MatchProgramme.objects.get_or_create(hash=programme.hash, defaults={"versions": pairs})
    return Shelf(programme, record)


def refreshed(shelf: Shelf) -> Shelf:
    """``shelf`` while it is still what is listed, else what is."""
    return shelf if products.programme_hash() == shelf.programme.hash else current_shelf()


def numbers() -> list[int]:
    """Blocks that hold a need or a result."""
    last = max(
        Need.objects.aggregate(last=Max("pk"))["last"] or 0,
        MatchResult.objects.aggregate(last=Max("need"))["last"] or 0,
    )
    return list(range(last // SPAN + 1)) if last else []


def locked(number: int) -> MatchBlock:
    """The block, locked: whoever writes results of its needs first reads what they need under this lock."""
    MatchBlock.objects.get_or_create(number=number)
    return MatchBlock.objects.select_for_update(of=("self",)).select_related("programme").get(number=number)


def needs_of(number: int) -> QuerySet[Need]:
    """Open needs of a block."""
    return Need.objects.filter(state=Need.State.OPEN, pk__gte=number * SPAN, pk__lt=(number + 1) * SPAN)


def match_whole(block: MatchBlock, shelf: Shelf, *, run: Job | None = None) -> None:
    """Match every open need of a locked block and write what changed."""
    day, first = clock.today(), block.number * SPAN
    columns = enterprises.columns_on(needs_of(block.number), day)
    matched = match(shelf.programme, columns)
    rows = rows_of(shelf.programme, columns.keys.tolist(), matched)
    held = storing.held_rows(first, first + SPAN)
    gone = held.keys() - {row.need for row in rows}
    if gone:
        MatchResult.objects.filter(need__in=needs_gone(first)).delete()
    storing.write(storing.changed(rows, held), programme=shelf.record.pk, at=clock.now())
    tally = packing.tally(shelf.programme, matched.product_satisfied, matched.product_unknown)
    block.tally_due = False
    settle(block, shelf, day=day, rows=rows, tally=tally, run=run)


def needs_gone(first: int) -> QuerySet[Need]:
    """Needs of a block that are not open any more."""
    return Need.objects.filter(pk__gte=first, pk__lt=first + SPAN).exclude(state=Need.State.OPEN)


def rows_of(programme: Programme, needs: Sequence[int], matched: Matched) -> list[Row]:
    """Rows as they are stored."""
    counts = zip(matched.satisfied.tolist(), matched.unknown.tolist(), strict=True)
    best = packing.packed(programme, matched.best)
    return [
        Row(need, sure, maybe, len(programme) - sure - maybe, content)
        for need, (sure, maybe), content in zip(needs, counts, best, strict=True)
    ]


def settle(block: MatchBlock, shelf: Shelf, *, day: date, rows: Sequence[Row], tally: bytes, run: Job | None) -> None:
    """Say that all results of the block are right now."""
    block.programme, block.as_of, block.computed_at, block.tally = shelf.record, day, clock.now(), tally
    block.needs = len(rows)
    block.satisfied = sum(row.satisfied for row in rows)
    block.unknown = sum(row.unknown for row in rows)
    block.violated = sum(row.violated for row in rows)
    if run is not None:
        block.run = run
    block.save()


def match_some(number: int, needs: Sequence[Need], shelf: Shelf) -> list[Row]:
    """Match some open needs of a block, whose lock is held, and write what changed."""
    if len(needs) <= FEW:
        subjects = enterprises.subjects_of(needs)
        matched = match_each(shelf.programme, [subjects[need.pk] for need in needs])
        keys = [need.pk for need in needs]
    else:
        columns = enterprises.columns_on(Need.objects.filter(pk__in=[need.pk for need in needs]))
        matched, keys = match(shelf.programme, columns), columns.keys.tolist()
    rows = rows_of(shelf.programme, keys, matched)
    held = storing.held_rows(min(keys), max(keys) + 1)
    programme = MatchBlock.objects.values_list("programme_id", flat=True).get(number=number)
    # Under another programme than its block's, a row must say so even when it looks the same.
    written = storing.changed(rows, held) if programme == shelf.record.pk else rows
    storing.write(written, programme=shelf.record.pk, at=clock.now())
    return rows


def count_due() -> int:
    """Count the blocks anew in which needs have changed; how many those were.

    What a need had before is not known product by product, so a block is matched whole: at most SPAN needs, however
    many of them changed, and once for a whole import rather than at every change.
    """
    numbers = list(MatchBlock.objects.filter(tally_due=True).order_by("number").values_list("number", flat=True))
    if not numbers:
        return 0
    shelf = current_shelf()
    for number in numbers:
        with transaction.atomic():
            match_whole(locked(number), refreshed(shelf))
    sum_tallies()
    return len(numbers)


def sum_tallies() -> None:
    """Bring the counts by product up to date with the blocks; only what changed is written."""
    tallies = [bytes(tally) for tally in MatchBlock.objects.order_by("number").values_list("tally", flat=True)]
    wanted = packing.summed(tallies)
    held = {row.product_id: (row.satisfied, row.unknown) for row in MatchTally.objects.order_by("product")}
    MatchTally.objects.filter(product__in=held.keys() - wanted.keys()).delete()
    fresh = [
        MatchTally(product_id=number, satisfied=sure, unknown=maybe)
        for number, (sure, maybe) in wanted.items()
        if held.get(number) != (sure, maybe)
    ]
    MatchTally.objects.bulk_create(
        fresh, update_conflicts=True, unique_fields=["product"], update_fields=["satisfied", "unknown"]
    )
