"""Reads of firms: current facts, subjects for the matcher, needs and lists."""

from enterprises.selectors.facts import FactRow, current_facts, fact_rows
from enterprises.selectors.needs import need_by_code, open_needs
from enterprises.selectors.subjects import subject_of, subjects_of
from enterprises.selectors.whitelist import batches, whitelist_on

__all__ = [
    "FactRow",
    "batches",
    "current_facts",
    "fact_rows",
    "need_by_code",
    "open_needs",
    "subject_of",
    "subjects_of",
    "whitelist_on",
]
