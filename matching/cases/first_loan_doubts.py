"""Putting a claim in doubt; a confirmed one then leaves the count by reversal."""

from datetime import date

from django.db import transaction

from accounts.models import User
from accounts.policies import BANK_ROLES
from accounts.selectors import users_of
from accounts.services import notify
from common import audit, clock
from common.models import TransitionLog
from journal import services as journal
from journal.models import Posting
from matching.cases.kinds_financings import FIRST_LOAN
from matching.cases.states_first import MACHINE, State
from matching.models import Financing, FirstLoanClaim

MAX_PROBLEM = 300


def posting_of(claim: FirstLoanClaim) -> Posting | None:
    """The posting in force of a confirmed claim; each confirmation has one of its own."""
    rows = Posting.objects.filter(kind=FIRST_LOAN, source_key__startswith=f"{claim.pk}/")
    return rows.filter(reversal_of=None, reversed_by=None).order_by("pk").first()


@transaction.atomic
def doubt(*, actor: User, claim: FirstLoanClaim, problem: str, on: date | None = None) -> FirstLoanClaim:
    """Move ``claim`` to 存疑 with ``problem``, reversing its posting from ``on`` (today) if it was confirmed."""
    posting = posting_of(claim)
    log = MACHINE.move(claim, State.DOUBTFUL, actor=actor, reason=problem, problem=problem[:MAX_PROBLEM])
    if posting is not None:
        journal.reverse(actor=actor, posting=posting, occurred_on=on or clock.today(), reason=problem)
    tell_bank(claim, log, problem)
    audit.record("first_loan_doubt", actor=actor, obj=claim, problem=problem)
    return claim


def tell_bank(claim: FirstLoanClaim, log: TransitionLog, body: str = "") -> None:
    """A message to the people of the institution that claimed, once per move."""
    if claim.institution is None:
        return
    title = f"{claim.party.name}的首贷申报{claim.get_state_display()}"
    notify(users=users_of(claim.institution, *BANK_ROLES), key=f"first-loan:{log.pk}", title=title[:100], body=body)


def doubt_reversed(*, actor: User, financing: Financing, on: date) -> None:
    """The loan behind a live claim was taken back."""
    claim = FirstLoanClaim.objects.filter(
        financing=financing, state__in=[State.DECLARED, State.VERIFYING, State.CONFIRMED]
    ).first()
    if claim is not None:
        doubt(actor=actor, claim=claim, problem=f"放款 {financing.serial} 已冲正。", on=on)
