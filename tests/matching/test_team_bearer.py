"""A team without a legal person: its loan is signed for by the one it names."""

import pytest

from accounts.models import Role
from common import clock
from common.errors import NotAllowed
from enterprises.services import consent_give, need_register
from matching.cases.referrals import referral_advance, referral_create
from talents.services import talent_register, team_bearer_set
from tests.matching.chain import FRIDAY, NEED, staff


@pytest.fixture
def team_at_the_bank(chain):
    """A team's loan, approved by the first bank."""
    with clock.at(FRIDAY):
        team = talent_register(actor=chain.system, talent_code="TD-1", name="治沙团队", kind="team")
        user = staff(chain.system, "team", team, Role.TALENT)
        need = need_register(actor=user, party=team, code="NT1", **NEED)
        consent_give(actor=user, need=need, institution=chain.banks[0])
        referral = referral_create(actor=user, need=need, institution=chain.banks[0], channel="chosen")
        for target in ("accepted", "contacted", "diligence"):
            referral_advance(actor=chain.bankers[0], referral=referral, to=target)
        return referral_advance(actor=chain.bankers[0], referral=referral, to="approved", approved_amount=100_000)


def test_nothing_is_signed_until_a_bearer_is_named(chain, team_at_the_bank):
    referral, banker = team_at_the_bank, chain.bankers[0]
    with pytest.raises(NotAllowed, match="承贷人"):
        referral_advance(actor=banker, referral=referral, to="signed")
    team_bearer_set(actor=chain.system, team=referral.need.party, bearer=chain.firm)
    referral.need.party.refresh_from_db()
    assert referral_advance(actor=banker, referral=referral, to="signed").state == "signed"
