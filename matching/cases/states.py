"""The life of a referral: which move is whose. ``state`` has no other writer."""

from itertools import pairwise
from typing import Any

from accounts.models import Party, Role
from accounts.policies import OFFICE_ROLES, Viewer
from common.transitions import StateMachine, Transition
from enterprises import selectors as enterprises
from enterprises.models import Consent, Need
from matching.models import Financing, Referral

State = Referral.State

BANKS = (Role.BANK_MAKER, Role.BANK_CHECKER, Role.SYSTEM)
SEEKERS = (Role.FIRM, Role.TALENT, Role.SYSTEM)
DISPATCHERS = OFFICE_ROLES

# The way forward, and the ends.
PROGRESS = (
    State.PENDING,
    State.ACCEPTED,
    State.CONTACTED,
    State.DILIGENCE,
    State.APPROVED,
    State.SIGNED,
    State.DISBURSED,
    State.SETTLED,
)
ENDS = (State.SETTLED, State.REFUSED, State.WITHDRAWN, State.LAPSED)
# Until the money is paid out either side may still step back.
REVOCABLE = PROGRESS[:6]


def has_consent(need: Need, institution_id: int) -> bool:
    """True while the party lets that institution read ``need`` to assess it."""
    live = enterprises.live_consents(need).filter(institution_id=institution_id, purpose=Consent.Purpose.ASSESS)
    return live.exists()


def _own_institution(referral: Any, actor: Any) -> str:
    own = actor.has_role(Role.SYSTEM) or referral.institution_id == actor.party_id
    return "" if own else "只能办理派给本机构的需求。"


def _consented(referral: Any, actor: Any) -> str:
    if refusal := _own_institution(referral, actor):
        return refusal
    return "" if has_consent(referral.need, referral.institution_id) else "企业尚未授权或已撤回授权，暂不能接单。"


def _paid(referral: Any, actor: Any) -> str:
    if refusal := _own_institution(referral, actor):
        return refusal
    paid = Financing.objects.filter(need_id=referral.need_id, institution_id=referral.institution_id)
    return "" if paid.filter(reversal_of=None, reversed_by=None).exists() else "请先登记这笔业务，登记后自动到这一步。"


def _borrower_named(referral: Any, actor: Any) -> str:
    if refusal := _own_institution(referral, actor):
        return refusal
    party = referral.need.party
    lends = referral.kind in ("贷", "租") and party.kind == Party.Kind.TEAM
    return "团队没有法人资格，签约前请先由金融办登记承贷人。" if lends and party.bearer_id is None else ""


def _own_need(referral: Any, actor: Any) -> str:
    own = actor.has_role(Role.SYSTEM) or referral.need.party_id == actor.party_id
    return "" if own else "只能撤回本单位的申请。"


_GUARDS = {State.ACCEPTED: _consented, State.SIGNED: _borrower_named, State.DISBURSED: _paid}

MACHINE = StateMachine(
    Referral,
    [
        *(
            Transition(source, target, BANKS, _GUARDS.get(target, _own_institution))
            for source, target in pairwise(PROGRESS)
        ),
        *(Transition(source, State.REFUSED, BANKS, _own_institution, needs_reason=True) for source in REVOCABLE),
        *(Transition(source, State.WITHDRAWN, SEEKERS, _own_need) for source in REVOCABLE),
        Transition(State.PENDING, State.LAPSED, (Role.SYSTEM,)),
    ],
)


def moves(user: Viewer, referral: Referral) -> tuple[str, ...]:
    """States ``user`` may bring ``referral`` to now: what its page offers."""
    return tuple(
        target
        for (source, target), move in MACHINE.table.items()
        if source == referral.state
        and not user.is_anonymous
        and user.has_role(*move.roles)
        and not (move.guard and move.guard(referral, user))
    )
