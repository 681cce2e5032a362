"""What is written beside the state when a referral leaves a stage: the promise kept or missed, and the next clock."""

from datetime import date
from typing import Any

from common import clock
from matching.cases.clock import deadline, shifted
from matching.cases.states import ENDS, State
from matching.models import Referral


def due_now(referral: Referral, today: date) -> date | None:
    """The day promised for the current stage, with a running pause counted up to ``today``."""
    if referral.due_on is None or referral.paused_since is None:
        return referral.due_on
    return shifted(referral.due_on, referral.paused_since, today)


def is_late(referral: Referral, today: date) -> bool:
    """True when the institution owes something and its day is past."""
    due = due_now(referral, today)
    return due is not None and due < today


def leaving(referral: Referral, target: str) -> dict[str, Any]:
    """Fields to write with the move to ``target``; ``referral`` as locked."""
    today, now = clock.today(), clock.now()
    due = due_now(referral, today)
    # The decision is still owed after contact became 尽调: the same clock goes on and nothing is settled yet.
    same_clock = (referral.state, target) == (State.CONTACTED, State.DILIGENCE)
    promised = None if same_clock or due is None else due.isoformat()
    entry = {"state": str(referral.state), "due": promised, "done": today.isoformat()}
    fields: dict[str, Any] = {"promises": [*referral.promises, entry], "paused_since": None, "pause_reason": ""}
    if same_clock:
        fields |= {"due_on": due}
    else:
        fields |= {"due_on": deadline(target, today), "stage_since": today}
    if responds(referral.state, target):
        fields["responded_at"] = now
    if target in ENDS:
        fields["closed_at"] = now
    return fields


def responds(source: str, target: str) -> bool:
    """True for an institution's first answer, yes or no."""
    return source == State.PENDING and target in (State.ACCEPTED, State.REFUSED)
