"""A need that is closed leaves no referral running; money paid out stays with its loan."""

import pytest

from common.models import TransitionLog
from enterprises.models import Need
from enterprises.services import need_close
from matching.cases.referrals import referral_create, referral_refuse

pytestmark = pytest.mark.django_db


def test_closing_a_need_withdraws_its_open_referrals_with_the_reason(chain, accepted):
    chain.consent(1)
    other = referral_create(actor=chain.firm_user, need=chain.need, institution=chain.banks[1], channel="chosen")
    need_close(actor=chain.firm_user, need=chain.need, reason="已自筹")
    for referral in (accepted, other):
        referral.refresh_from_db()
        assert (referral.state, referral.due_on, referral.paused_since) == ("withdrawn", None, None)
        assert referral.closed_at is not None
        moved = TransitionLog.objects.filter(object_type="matching.Referral", object_id=referral.pk).latest("pk")
        assert "已自筹" in moved.reason
    assert chain.bankers[0].notifications.filter(key__contains=accepted.code, title__contains="结束").exists()


def test_what_has_ended_before_keeps_its_end(chain, accepted):
    referral_refuse(actor=chain.bankers[0], referral=accepted, reason="no_demand")
    need_close(actor=chain.firm_user, need=chain.need)
    accepted.refresh_from_db()
    assert accepted.state == "refused"


def test_a_referral_that_cannot_be_ended_keeps_the_need_open(chain, accepted, monkeypatch):
    def fail(*args):
        raise RuntimeError("the connection was lost")

    monkeypatch.setattr("matching.cases.closing.tell_institution", fail)
    with pytest.raises(RuntimeError):
        need_close(actor=chain.firm_user, need=chain.need)
    chain.need.refresh_from_db()
    accepted.refresh_from_db()
    assert (chain.need.state, accepted.state) == (Need.State.OPEN, "accepted")
