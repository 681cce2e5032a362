"""A changed shelf: only the products that came, went or changed are matched, and merged into what is stored."""

from collections.abc import Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common import clock
from enterprises import selectors as enterprises
from enterprises.columns import Columns
from matching.engine import packing
from matching.engine.few import Shelfmarks, keys_of_few, keys_stored, merged
from matching.engine.keys import verdicts_of
from matching.engine.lots import hashes
from matching.engine.programme import Programme
from matching.engine.run import TOP, match
from matching.models import SPAN, MatchBlock, MatchProgramme, MatchResult
from matching.programmes import programme_of
from matching.services import blocks, storing
from matching.services.blocks import Shelf
from matching.services.storing import Row
from products.models import Product, ProductVersion

Bools = NDArray[np.bool_]

# Beyond this many changed products a full match of the block is as quick.
MANY = 64


@dataclass(frozen=True)
class _Change:
    """Versions that left the shelf, and those that came; a changed product is in both."""

    left: Programme
    came: Programme

    @property
    def fields(self) -> set[str]:
        return {atom.field for programme in (self.left, self.came) for atom in programme.atoms}


def bring_up(block: MatchBlock, shelf: Shelf) -> None:
    """Make a locked block right for ``shelf``, by merging where that is exact."""
    if block.programme_id == shelf.record.pk:
        return
    change = _change(block.programme, shelf.record) if block.programme is not None else None
    # Stored counts of another day may count the products that left otherwise than today.
    if change is None or block.as_of != clock.today():
        blocks.match_whole(block, shelf)
    else:
        _merge(block, shelf, change)


def _change(old: MatchProgramme, new: MatchProgramme) -> _Change | None:
    """None when too much has changed."""
    before, after = ({version for _, version in record.versions} for record in (old, new))
    if len(before ^ after) > MANY:
        return None
    versions = ProductVersion.objects.filter(pk__in=before ^ after).select_related("product").order_by("pk")
    left, came = ([one for one in versions if one.pk in side] for side in (before - after, after - before))
    return _Change(programme_of(left), programme_of(came))


def _merge(block: MatchBlock, shelf: Shelf, change: _Change) -> None:
    first, programme = block.number * SPAN, shelf.programme
    columns = enterprises.columns_on(blocks.needs_of(block.number), block.as_of, fields=change.fields)
    seeds, held = hashes(columns.seeds), storing.held_rows(first, first + SPAN)
    stored = [held.get(need) or Row(need, 0, 0, 0, b"") for need in columns.keys.tolist()]
    best, numbers = keys_stored(_marks(programme, change.left), seeds, [row.best for row in stored], TOP)
    places = np.searchsorted(programme.codes, change.came.codes) if len(change.came) else np.zeros(0, dtype=np.int64)
    came, left = (keys_of_few(one, columns, seeds) for one in (change.came, change.left))
    shifted = came + (np.arange(len(change.came)) - places).astype(np.uint64)
    found = merged(best, np.isin(numbers, change.left.numbers), shifted)
    delta = [
        (verdicts_of(came) == verdict).sum(axis=1) - (verdicts_of(left) == verdict).sum(axis=1) for verdict in (2, 1)
    ]
    rows = [
        Row(row.need, sure, maybe, len(programme) - sure - maybe, content)
        for row, sure, maybe, content in zip(
            stored,
            (np.array([row.satisfied for row in stored], dtype=np.int64) + delta[0]).tolist(),
            (np.array([row.unknown for row in stored], dtype=np.int64) + delta[1]).tolist(),
            packing.packed(programme, found.best),
            strict=True,
        )
    ]
    again = found.short | np.isin(columns.keys, _not_of(block, held.keys(), columns))
    rows = _matched_again(rows, columns, again, programme)
    storing.write(storing.changed(rows, held), programme=shelf.record.pk, at=clock.now())
    MatchResult.objects.filter(need__in=blocks.needs_gone(first)).delete()
    tally = packing.tally_moved(bytes(block.tally), change.left, change.came, verdicts_of(came))
    blocks.settle(block, shelf, day=clock.today(), rows=rows, tally=tally, run=None)


def _marks(programme: Programme, left: Programme) -> Shelfmarks:
    here = set(programme.numbers.tolist())
    gone = Product.objects.filter(pk__in=set(left.numbers.tolist()) - here).order_by("pk")
    return Shelfmarks.of(
        programme, [(product.pk, product.code, product.origin == Product.Origin.LOCAL) for product in gone]
    )


def _not_of(block: MatchBlock, held: Set[int], columns: Columns) -> list[int]:
    """Needs without a result, or with one computed since and with another shelf than the block's."""
    last = (block.number + 1) * SPAN
    others = MatchResult.objects.filter(need__gte=block.number * SPAN, need__lt=last)
    others = others.filter(computed_at__gte=block.computed_at).exclude(programme=block.programme)
    strange = set(others.order_by().values_list("need_id", flat=True))
    return [need for need in columns.keys.tolist() if need in strange or need not in held]


def _matched_again(rows: list[Row], columns: Columns, again: Bools, programme: Programme) -> list[Row]:
    if not again.any():
        return rows
    needs = columns.keys[again].tolist()
    whole = enterprises.columns_on(enterprises.needs_by_id(needs))
    fresh = {row.need: row for row in blocks.rows_of(programme, whole.keys.tolist(), match(programme, whole))}
    return [fresh.get(row.need, row) for row in rows]
