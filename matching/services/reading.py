"""Reading the whitelist ahead of those who try rules out on it."""

import hashlib

from django.db import transaction

from common import clock
from enterprises import selectors as enterprises
from enterprises.column_bytes import packed
from enterprises.selectors.whitelist import whitelist_on
from matching.models import WhitelistSnapshot
from matching.snapshots import Reading, is_current, last_reading, list_on, reading_of


def whitelist_read() -> Reading:
    """The whitelist of today as read once for everybody; repeating costs two small queries until day or list change.

    One reading a day and list, whoever is first: two of one day would differ by what a firm filled in between.
    """
    held = last_reading()
    if held is not None and not held.stale:
        return held
    # Outside the transaction: on SQLite those who ask would wait for it.
    day, entries, last = list_on(clock.today())
    content = packed(enterprises.columns_of_parties(whitelist_on(day), day))
    fresh = {
        "day": day,
        "entries": entries,
        "last_entry": last,
        "content": content,
        "digest": hashlib.sha256(content).hexdigest(),
        "read_at": clock.now(),
    }
    return _kept(fresh)


@transaction.atomic
def _kept(fresh: dict[str, object]) -> Reading:
    row, made = WhitelistSnapshot.objects.select_for_update(of=("self",)).get_or_create(pk=1, defaults=fresh)
    if not made and not is_current(row):
        WhitelistSnapshot.objects.filter(pk=1).update(**fresh)
    return reading_of(WhitelistSnapshot.objects.get(pk=1))
