"""Reads of firms: current facts, subjects for the matcher, needs (whole and masked), consents and lists."""

from enterprises.selectors.columns import columns_on
from enterprises.selectors.consents import consents_of, live_consents, live_consents_of
from enterprises.selectors.facts import FactRow, current_facts, fact_rows
from enterprises.selectors.masked import MaskedNeed, masked_need, open_pool
from enterprises.selectors.needs import drafts_of, need_by_code, needs_by_id, open_needs
from enterprises.selectors.subjects import subject_of, subjects_of
from enterprises.selectors.whitelist import batches, whitelist_on

__all__ = [
    "FactRow",
    "MaskedNeed",
    "batches",
    "columns_on",
    "consents_of",
    "current_facts",
    "drafts_of",
    "fact_rows",
    "live_consents",
    "live_consents_of",
    "masked_need",
    "need_by_code",
    "needs_by_id",
    "open_needs",
    "open_pool",
    "subject_of",
    "subjects_of",
    "whitelist_on",
]
