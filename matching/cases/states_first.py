"""The life of a first-loan claim: 候选 → 银行申报 → 核验 → 确认 | 驳回 | 存疑. ``state`` has no other writer."""

from accounts.models import Role
from common.transitions import StateMachine, Transition
from matching.models import FirstLoanClaim

State = FirstLoanClaim.State

BANKS = (Role.BANK_MAKER, Role.BANK_CHECKER, Role.SYSTEM)
OFFICE = (Role.OFFICE, Role.OFFICE_SIGNER, Role.SYSTEM)
SIGNERS = (Role.OFFICE_SIGNER, Role.SYSTEM)
# A bank that takes its loan back thereby puts its own claim in doubt.
ANYONE = (*BANKS, *OFFICE)

MACHINE = StateMachine(
    FirstLoanClaim,
    [
        Transition(State.CANDIDATE, State.DECLARED, BANKS),
        Transition(State.CANDIDATE, State.REJECTED, OFFICE, needs_reason=True),
        Transition(State.DECLARED, State.VERIFYING, OFFICE),
        Transition(State.DECLARED, State.REJECTED, OFFICE, needs_reason=True),
        Transition(State.DECLARED, State.DOUBTFUL, ANYONE, needs_reason=True),
        Transition(State.VERIFYING, State.CONFIRMED, SIGNERS),
        Transition(State.VERIFYING, State.REJECTED, OFFICE, needs_reason=True),
        Transition(State.VERIFYING, State.DOUBTFUL, ANYONE, needs_reason=True),
        Transition(State.CONFIRMED, State.DOUBTFUL, ANYONE, needs_reason=True),
        Transition(State.DOUBTFUL, State.VERIFYING, OFFICE),
        Transition(State.DOUBTFUL, State.REJECTED, OFFICE, needs_reason=True),
    ],
)
