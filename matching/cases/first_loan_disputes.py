"""Two banks claim one party: the office says which loan goes on to checking, and why the others do not."""

from collections.abc import Sequence

from django.db import transaction

from accounts.models import User
from common import audit
from common.errors import Conflict, Invalid, NotAllowed
from matching.cases.first_loans import first_loan_doubt, first_loan_reject, first_loan_verify
from matching.cases.states_first import OFFICE, State
from matching.models import FirstLoanClaim

MAX_REASON = 200
_STANDING = (State.DECLARED, State.VERIFYING, State.CONFIRMED, State.DOUBTFUL)


@transaction.atomic
def dispute_settle(*, actor: User, keep: FirstLoanClaim, reason: str) -> Sequence[FirstLoanClaim]:
    """Turn down every other standing claim of the party of ``keep``, which goes on to checking; the ones turned down.

    A confirmed one among them leaves the count first. Conflict when ``keep`` no longer stands or stands alone.
    """
    if not actor.has_role(*OFFICE):
        raise NotAllowed("两家申报同一户，由金融办认定。")
    if not reason.strip() or len(reason) > MAX_REASON:
        raise Invalid(f"请写明认定的依据（{MAX_REASON} 字以内）。", field="reason")
    claims = FirstLoanClaim.objects.select_for_update(of=("self",)).filter(
        party_key=keep.party_key, state__in=_STANDING
    )
    standing = {claim.pk: claim for claim in claims.order_by("pk")}
    others = [claim for number, claim in standing.items() if number != keep.pk]
    if keep.pk not in standing or not others:
        raise Conflict("这一户的申报刚刚有变化，已不需要认定，请刷新后再看。")
    kept = standing[keep.pk]
    bank = kept.institution.name if kept.institution else ""
    said = f"同一户以{bank}的放款为准：{reason.strip()}"
    for claim in others:
        if claim.state == State.CONFIRMED:
            first_loan_doubt(actor=actor, claim=claim, problem=said)
        first_loan_reject(actor=actor, claim=claim, reason=said)
    if kept.state in (State.DECLARED, State.DOUBTFUL):
        first_loan_verify(actor=actor, claim=kept)
    audit.record("first_loan_dispute", actor=actor, obj=kept, turned_down=[claim.pk for claim in others])
    return others
