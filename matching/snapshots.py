"""Who is on the whitelist today and what is known of them, read once a day and process."""

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from django.db import connection
from django.db.models import Count, Max
from numpy.typing import NDArray

from common import clock
from enterprises import selectors as enterprises
from enterprises.columns import Columns
from enterprises.facts import SetValue
from enterprises.selectors.banners import NO_BANNER, banner_in
from enterprises.selectors.whitelist import entries_on

_snapshots: dict[tuple[object, ...], "Snapshot"] = {}


@dataclass(frozen=True)
class Snapshot:
    """Rows of ``columns`` are what parties look for, those of one party together from ``starts`` on."""

    columns: Columns
    parties: NDArray[np.int64]
    starts: NDArray[np.int64]
    banners: tuple[str, ...]
    # By party a place in ``banners``.
    banner: NDArray[np.int64]
    read_at: datetime

    def best(self, found: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """[…, row] as […, party]: what the most promising of a party's rows says."""
        if not len(self.parties):
            return found[..., :0]
        best: NDArray[np.uint8] = np.maximum.reduceat(found, self.starts, axis=-1)
        return best


def whitelisted(day: date | None = None) -> Snapshot:
    """The whitelist of ``day`` (today). What a firm adds later that day counts from the next day on: otherwise the same
    question asked twice would tell what a firm has just filled in."""
    on = day or clock.today()
    key = (connection.settings_dict["NAME"], on, *entries_on(on).aggregate(n=Count("pk"), last=Max("pk")).values())
    if key not in _snapshots:
        _snapshots.clear()
        _snapshots[key] = _read(on)
    return _snapshots[key]


def forget() -> None:
    """Read anew next time."""
    _snapshots.clear()


def _read(day: date) -> Snapshot:
    columns = enterprises.columns_of_parties(enterprises.whitelist_on(day), day)
    parties, starts = np.unique(columns.keys, return_index=True)
    place = columns.coded["places"]
    labels = [banner_in(word) if isinstance(word, SetValue) else "" for word in place.words]
    named = [label or NO_BANNER for label in labels] + [NO_BANNER]
    banners = tuple(sorted(set(named), key=lambda label: (label == NO_BANNER, label)))
    of_word = np.array([banners.index(label) for label in named], dtype=np.int64)
    return Snapshot(columns, parties, starts, banners, of_word[place.codes[starts]], clock.now())
