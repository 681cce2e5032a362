"""The life of a need: a draft its party alone sees, open for matching and referral, closed."""

from accounts.models import Role
from common.transitions import StateMachine, Transition
from enterprises.models import Need

State = Need.State
# Seekers act for themselves; the system does for files and the demo.
SEEKERS = (Role.FIRM, Role.TALENT, Role.SYSTEM)

NEED = StateMachine(
    Need,
    [
        Transition(State.DRAFT, State.OPEN, SEEKERS),
        Transition(State.OPEN, State.CLOSED, SEEKERS),
        Transition(State.DRAFT, State.CLOSED, SEEKERS),
    ],
)
