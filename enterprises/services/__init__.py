"""Writes of firms, facts, needs, talent roles and whitelist batches."""

from enterprises.services.facts import (
    DeclarationInvalid,
    Statement,
    fact_record,
    facts_declare,
    facts_record,
)
from enterprises.services.firms import enterprise_register, talent_role_record
from enterprises.services.needs import need_close, need_register, need_update
from enterprises.services.whitelist import whitelist_exit, whitelist_publish

__all__ = [
    "DeclarationInvalid",
    "Statement",
    "enterprise_register",
    "fact_record",
    "facts_declare",
    "facts_record",
    "need_close",
    "need_register",
    "need_update",
    "talent_role_record",
    "whitelist_exit",
    "whitelist_publish",
]
