"""The whitelist as last read, and what was known of its parties then: one reading for all processes, kept as a row."""

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from django.db.models import Count, Max
from numpy.typing import NDArray

from common import clock
from enterprises.column_bytes import unpacked
from enterprises.columns import Columns
from enterprises.facts import SetValue
from enterprises.selectors.banners import NO_BANNER, banner_in
from enterprises.selectors.whitelist import entries_on
from matching.models import WhitelistSnapshot

# By digest, which names the content: what is remembered cannot be wrong. Only the last one stays.
_unpacked: dict[str, "Snapshot"] = {}


@dataclass(frozen=True)
class Snapshot:
    """Rows of ``columns`` are what parties look for, those of one party together from ``starts`` on."""

    columns: Columns
    parties: NDArray[np.int64]
    starts: NDArray[np.int64]
    banners: tuple[str, ...]
    # By party a place in ``banners``.
    banner: NDArray[np.int64]

    def best(self, found: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """[…, row] as […, party]: what the most promising of a party's rows says."""
        if not len(self.parties):
            return found[..., :0]
        best: NDArray[np.uint8] = np.maximum.reduceat(found, self.starts, axis=-1)
        return best


@dataclass(frozen=True)
class Reading:
    """The last reading: the hash of what was read, when, and whether day or list have changed since."""

    digest: str
    read_at: datetime
    stale: bool
    snapshot: Snapshot


def last_reading() -> Reading | None:
    """The last reading, however old; None before the first.

    What a firm adds later that day counts from the next day on: otherwise the same question asked twice would tell
    what a firm has just filled in.
    """
    held = WhitelistSnapshot.objects.defer("content").first()
    return None if held is None else reading_of(held)


def reading_of(held: WhitelistSnapshot) -> Reading:
    """What a row holds; one without its content gets what is there by now."""
    snapshot = _unpacked.get(held.digest)
    if snapshot is None:
        # In one query: it may have been read anew since.
        held = WhitelistSnapshot.objects.get(pk=held.pk)
        snapshot = _snapshot(unpacked(bytes(held.content)))
        _unpacked.clear()
        _unpacked[held.digest] = snapshot
    return Reading(held.digest, held.read_at, not is_current(held), snapshot)


def forget() -> None:
    """Unpack the row anew next time, as a process does that has just started."""
    _unpacked.clear()


def is_current(held: WhitelistSnapshot) -> bool:
    """Whether it is of today and of the list in force."""
    return (held.day, held.entries, held.last_entry) == list_on(clock.today())


def list_on(day: date) -> tuple[date, int, int]:
    """``day``, and what changes with the list in force then: its entries, and the last of them."""
    found = entries_on(day).aggregate(entries=Count("pk"), last=Max("pk"))
    return day, found["entries"], found["last"] or 0


def _snapshot(columns: Columns) -> Snapshot:
    parties, starts = np.unique(columns.keys, return_index=True)
    place = columns.coded["places"]
    labels = [banner_in(word) if isinstance(word, SetValue) else "" for word in place.words]
    named = [label or NO_BANNER for label in labels] + [NO_BANNER]
    banners = tuple(sorted(set(named), key=lambda label: (label == NO_BANNER, label)))
    of_word = np.array([banners.index(label) for label in named], dtype=np.int64)
    return Snapshot(columns, parties, starts, banners, of_word[place.codes[starts]])
