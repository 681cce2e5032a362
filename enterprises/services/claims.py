"""The office opens a firm's account; a firm it does not know yet is registered with it."""

from django.db import transaction

from accounts.claims import claim_settle
from accounts.models import AccountClaim, Party, User
from accounts.policies import OFFICE_ROLES
from accounts.selectors import party_by_code
from common.errors import Conflict, NotAllowed
from enterprises.services.firms import enterprise_register


@transaction.atomic
def claim_approve(*, actor: User, claim: AccountClaim) -> User:
    """Make the user of ``claim``'s firm; NotAllowed for others than the office, Conflict once decided."""
    if not actor.has_role(*OFFICE_ROLES):
        raise NotAllowed("账号申领由金融办审核。")
    party = party_by_code(claim.uscc)
    if party is None:
        party = enterprise_register(actor=actor, uscc=claim.uscc, name=claim.firm_name)
    if party.kind != Party.Kind.ENTERPRISE:
        raise Conflict("这个信用代码登记的不是企业，请退回并说明。")
    return claim_settle(actor=actor, claim=claim, party_id=party.pk)
