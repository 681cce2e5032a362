"""Corners of the policies that no person of the matrix's city stands in: asked one by one, answered by hand.

Who breaks a policy on purpose (``mutate``) asks these as well as the matrix.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from accounts import policies as parties
from accounts.models import Party, Role, User
from accounts.services import grant_open
from tests.matching.chain import Chain, make_chain, staff


@dataclass(frozen=True)
class Corner:
    """A question and the answer that is right."""

    what: str
    ask: Callable[[], bool]
    wanted: bool

    @property
    def wrong(self) -> bool:
        return self.ask() is not self.wanted


def corners() -> list[Corner]:
    """All of them, over a few records of their own."""
    chain = make_chain()
    return [Corner(what, ask, wanted) for what, ask, wanted in (*_at_the_desk(chain),)]


Asked = tuple[str, Callable[[], bool], bool]


def _at_the_desk(chain: Chain) -> Iterator[Asked]:
    odd = staff(chain.system, "odd", chain.firm, Role.FIRM, Role.BANK_MAKER)
    yield "a bank's role at a firm is no desk", lambda: parties.at_desk(odd), False
    bank = chain.banks[0]
    grant_open(actor=chain.system, grantee=bank, party=chain.firm, reason="全户")
    sent = staff(chain.system, "sent", bank, Role.OFFICER)
    yield "a grant to the bank is not for an officer it sends out", lambda: sees(sent, chain.firm), False
    yield "it is for the bank's desk", lambda: sees(chain.bankers[0], chain.firm), True


def sees(user: User, party: Party) -> bool:
    """Whether the particulars of the party are for the user."""
    return parties.visible_to(user).filter(pk=party.pk).exists()
