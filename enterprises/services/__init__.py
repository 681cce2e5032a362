"""Writes of firms, facts, needs, consents, talent roles and whitelist batches."""

from enterprises.services.claims import claim_approve
from enterprises.services.consents import CONSENT_TEXT_VERSION, consent_give, consent_terms, consent_withdraw
from enterprises.services.facts import (
    DeclarationInvalid,
    Statement,
    fact_record,
    facts_declare,
    facts_record,
)
from enterprises.services.firms import contact_record, enterprise_register, talent_role_record
from enterprises.services.needs import (
    need_close,
    need_draft_save,
    need_register,
    need_submit,
    need_update,
    new_need_code,
)
from enterprises.services.pushes import whitelist_answer, whitelist_push
from enterprises.services.whitelist import whitelist_exit, whitelist_publish

__all__ = [
    "CONSENT_TEXT_VERSION",
    "DeclarationInvalid",
    "Statement",
    "claim_approve",
    "consent_give",
    "consent_terms",
    "consent_withdraw",
    "contact_record",
    "enterprise_register",
    "fact_record",
    "facts_declare",
    "facts_record",
    "need_close",
    "need_draft_save",
    "need_register",
    "need_submit",
    "need_update",
    "new_need_code",
    "talent_role_record",
    "whitelist_answer",
    "whitelist_exit",
    "whitelist_publish",
    "whitelist_push",
]
