"""Writes of matching: the stored result of every need, and who may read it."""

from accounts.models import User
from common import audit
from common.errors import Missing
from enterprises.models import Need
from matching import policies
from matching.selectors import need_or_missing
from matching.services.blocks import RematchSummary
from matching.services.rematching import JOB_KIND, SILENCE, rematch, rematch_block, rematch_start

__all__ = [
    "JOB_KIND",
    "SILENCE",
    "RematchSummary",
    "open_matches",
    "rematch",
    "rematch_block",
    "rematch_start",
]


def open_matches(*, actor: User, code: str) -> Need:
    """The need whose matches ``actor`` may read; another's need is Missing like an unknown one, and is recorded."""
    need = need_or_missing(code)
    if not policies.can(actor, "view", need):
        audit.record("denied_read", actor=actor, obj=need, what="matches")
        raise Missing(f"没有编号为“{code[:40]}”的需求，请核对需求编号。")
    return need
