"""Reads of firms: current facts, subjects for the matcher, needs (whole and masked), consents and lists."""

from enterprises.selectors.columns import columns_of_parties, columns_on
from enterprises.selectors.consents import consents_of, live_consents, live_consents_of
from enterprises.selectors.facts import FactRow, contacts_of, current_facts, fact_rows, known_facts, regions_of
from enterprises.selectors.masked import MaskedNeed, masked_need, masked_needs, open_pool
from enterprises.selectors.needs import drafts_of, need_by_code, needs_by_id, open_needs
from enterprises.selectors.pushes import PushLine, PushTally, push_lines, tallies, told_party
from enterprises.selectors.subjects import subject_of, subjects_of
from enterprises.selectors.whitelist import batches, entries_of, first_published_on, listed_on_own_day, whitelist_on

__all__ = [
    "FactRow",
    "MaskedNeed",
    "PushLine",
    "PushTally",
    "batches",
    "columns_of_parties",
    "columns_on",
    "consents_of",
    "contacts_of",
    "current_facts",
    "drafts_of",
    "entries_of",
    "fact_rows",
    "first_published_on",
    "known_facts",
    "listed_on_own_day",
    "live_consents",
    "live_consents_of",
    "masked_need",
    "masked_needs",
    "need_by_code",
    "needs_by_id",
    "open_needs",
    "open_pool",
    "push_lines",
    "regions_of",
    "subject_of",
    "subjects_of",
    "tallies",
    "told_party",
    "whitelist_on",
]
