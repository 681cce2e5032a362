"""How a referral begins and ends, and what each side may do with it."""

from datetime import date

import pytest

from accounts.models import Notification, Role
from common import clock
from common.errors import Conflict, Invalid, Missing, NotAllowed
from common.models import TransitionLog
from enterprises.services import consent_withdraw, need_close, need_register
from journal.models import Posting
from matching.cases.labels import labels
from matching.cases.referrals import (
    referral_advance,
    referral_create,
    referral_grab,
    referral_paid,
    referral_pause,
    referral_refuse,
    referral_resume,
    referral_withdraw,
)
from matching.cases.selectors import timeline
from matching.cases.states import ENDS, MACHINE, State, moves
from matching.models import Financing, Referral
from products.services import suspend
from tests.matching.chain import FRIDAY, NEED, snapshot, staff

pytestmark = pytest.mark.django_db

WAY = (State.ACCEPTED, State.CONTACTED, State.DILIGENCE, State.APPROVED, State.SIGNED)
BANK, SEEKER, SYSTEM = {Role.BANK_MAKER, Role.BANK_CHECKER}, {Role.FIRM, Role.TALENT}, {Role.SYSTEM}
# Written out by hand from the design, not read from the table under test.
MOVES = {
    ("pending", "accepted"): BANK | SYSTEM,
    ("accepted", "contacted"): BANK | SYSTEM,
    ("contacted", "diligence"): BANK | SYSTEM,
    ("diligence", "approved"): BANK | SYSTEM,
    ("approved", "signed"): BANK | SYSTEM,
    ("signed", "disbursed"): BANK | SYSTEM,
    ("disbursed", "settled"): BANK | SYSTEM,
    ("pending", "lapsed"): SYSTEM,
    **{
        (state, end): who | SYSTEM
        for state in ("pending", "accepted", "contacted", "diligence", "approved", "signed")
        for end, who in (("refused", BANK), ("withdrawn", SEEKER))
    },
}


def make_financing(chain, number=0, serial="L1"):
    return Financing.objects.create(
        serial=serial,
        institution=chain.banks[number],
        party=chain.firm,
        need=chain.need,
        kind="贷",
        amount=3_000_000,
        disbursed_on=FRIDAY,
        recorded_by=chain.system,
    )


def in_state(chain, state):
    """A referral of its own need in ``state``; the end ones with what their constraints ask."""
    fields = {"refusal": "amount"} if state == State.REFUSED else {}
    return Referral.objects.create(
        code=f"R-{state}",
        need=chain.need,
        institution=chain.banks[0],
        kind="贷",
        channel="chosen",
        state=state,
        created_by=chain.system,
        stage_since=FRIDAY,
        **fields,
    )


@pytest.mark.parametrize("source", State.values)
def test_only_listed_moves_pass_for_each_role_and_nothing_else_changes(chain, source):
    """Every state × every target × every role, each actor at the right desk."""
    chain.consent()
    make_financing(chain)
    people = {
        role: staff(chain.system, f"p-{role}", chain.banks[0] if role in BANK else chain.firm, role)
        for role in Role.values
    }
    referral = in_state(chain, source)
    for target in State.values:
        for role, user in people.items():
            allowed = role in MOVES.get((source, target), set())
            before, logs = snapshot(referral), TransitionLog.objects.count()
            fields = {"refusal": "amount"} if target == State.REFUSED else {}
            offered = target in moves(user, Referral.objects.get(pk=referral.pk))
            assert offered is allowed, (source, target, role)
            if not allowed:
                with pytest.raises((Conflict, NotAllowed)):
                    MACHINE.move(referral, target, actor=user, reason="试", **fields)
                assert snapshot(referral) == before
                assert TransitionLog.objects.count() == logs
                continue
            MACHINE.move(referral, target, actor=user, reason="试", **fields)
            assert snapshot(referral)["state"] == target
            Referral.objects.filter(pk=referral.pk).delete()
            referral = in_state(chain, source)


@pytest.mark.parametrize("target", ["accepted", "refused"])
def test_another_bank_moves_nothing(chain, pending, target):
    before = snapshot(pending)
    with pytest.raises(NotAllowed, match="本机构"):
        if target == "refused":
            referral_refuse(actor=chain.bankers[1], referral=pending, reason="amount")
        else:
            referral_advance(actor=chain.bankers[1], referral=pending, to=target)
    for act in (referral_pause, referral_resume):
        with pytest.raises(NotAllowed):
            act(actor=chain.bankers[1], referral=pending, **({"reason": "x"} if act is referral_pause else {}))
    assert snapshot(pending) == before


def test_a_firm_applies_with_the_explanation_kept_as_evidence(chain):
    version = chain.product(min_age_months=24)
    with clock.at(FRIDAY):
        chain.consent()
        referral = referral_create(
            actor=chain.firm_user, need=chain.need, institution=chain.banks[0], version=version, channel="chosen"
        )
    assert (referral.state, referral.kind, referral.version) == ("pending", "贷", version)
    rules = {row["code"]: row for row in referral.reasons}
    assert rules["amount"]["verdict"] == "satisfied"
    assert rules["min_years"]["verdict"] == "unknown"
    assert rules["min_years"]["missing"] == ["成立年限"]
    posting = Posting.objects.get(kind="referral_dispatched")
    assert (posting.source_key, posting.party, posting.organisation) == (referral.code, chain.firm, chain.banks[0])
    assert posting.fields == {"kind": "贷", "channel": "企业自选"}
    told = Notification.objects.filter(key__startswith="referral:")
    assert {note.user for note in told} == {chain.bankers[0], chain.checkers[0]}
    assert "2024-09-29" in told.first().body


def test_without_consent_nothing_is_dispatched_by_anybody(chain):
    for actor, channel in ((chain.firm_user, "chosen"), (chain.office, "dispatched"), (chain.system, "dispatched")):
        with pytest.raises(NotAllowed, match="授权"):
            referral_create(actor=actor, need=chain.need, institution=chain.banks[0], channel=channel)
    consent = chain.consent()
    with pytest.raises(NotAllowed, match="授权"):
        referral_create(actor=chain.office, need=chain.need, institution=chain.banks[1], channel="dispatched")
    consent_withdraw(actor=chain.firm_user, consent=consent)
    with pytest.raises(NotAllowed, match="授权"):
        referral_create(actor=chain.office, need=chain.need, institution=chain.banks[0], channel="dispatched")
    assert not Referral.objects.exists()
    assert not Posting.objects.filter(kind="referral_dispatched").exists()


def test_who_may_put_a_need_before_an_institution(chain):
    chain.consent()
    stranger = staff(chain.system, "stranger", chain.banks[1], Role.FIRM)
    for actor, channel in (
        (stranger, "chosen"),
        (chain.office, "chosen"),
        (chain.bankers[0], "chosen"),
        (chain.firm_user, "dispatched"),
        (chain.bankers[0], "dispatched"),
        (chain.officer().user, "dispatched"),
    ):
        with pytest.raises(NotAllowed):
            referral_create(actor=actor, need=chain.need, institution=chain.banks[0], channel=channel)
    with pytest.raises(Invalid):
        referral_create(actor=chain.office, need=chain.need, institution=chain.banks[0], channel="grabbed")


def test_reference_products_foreign_ones_and_those_off_the_shelf_are_refused(chain, load_reference):
    chain.consent()
    chain.consent(1)

    def apply(version, number=0):
        referral_create(
            actor=chain.firm_user,
            need=chain.need,
            institution=chain.banks[number],
            version=version,
            channel="chosen",
        )

    version = chain.product()
    with pytest.raises(Invalid, match="参考产品"):
        apply(load_reference)
    with pytest.raises(Invalid, match="不是这家机构"):
        apply(version, 1)
    version = suspend(actor=chain.checkers[0], version=version, reason="调整")
    with pytest.raises(Conflict, match="暂停"):
        apply(version)


def test_a_second_open_one_at_the_same_institution_is_a_conflict_until_the_first_ends(chain, pending):
    again = {"actor": chain.firm_user, "need": chain.need, "institution": chain.banks[0], "channel": "chosen"}
    with pytest.raises(Conflict, match="办理中"):
        referral_create(**again)
    assert Referral.objects.count() == 1
    referral_withdraw(actor=chain.firm_user, referral=pending)
    assert referral_create(**again).pk != pending.pk


def test_a_closed_need_goes_nowhere(chain):
    chain.consent()
    need_close(actor=chain.firm_user, need=chain.need)
    with pytest.raises(Conflict, match="已结束"):
        referral_create(actor=chain.office, need=chain.need, institution=chain.banks[0], channel="dispatched")


def test_refusing_needs_a_reason_and_other_needs_words(chain, pending):
    before = snapshot(pending)
    for reason, note, field in (("", "", "reason"), ("乱填", "", "reason"), ("other", " ", "note")):
        with pytest.raises(Invalid) as error:
            referral_refuse(actor=chain.bankers[0], referral=pending, reason=reason, note=note)
        assert error.value.field == field
    assert snapshot(pending) == before
    with clock.at(FRIDAY):
        referral_refuse(actor=chain.bankers[0], referral=pending, reason="other", note="总行暂停新增")
    assert (pending.state, pending.refusal, pending.refusal_note) == ("refused", "other", "总行暂停新增")
    assert pending.responded_at == pending.closed_at is not None
    posting = Posting.objects.get(kind="referral_responded")
    assert posting.fields == {"kind": "贷", "answer": "已拒绝", "within_time": "是"}
    assert "其他（须说明）：总行暂停新增" in timeline(pending)[-1].note


@pytest.mark.parametrize(("day", "kept"), [(date(2024, 9, 29), "是"), (date(2024, 9, 30), "否")])
def test_the_first_answer_is_posted_with_whether_it_was_in_time(chain, pending, day, kept):
    with clock.at(day):
        referral_advance(actor=chain.bankers[0], referral=pending, to="accepted")
        referral_advance(actor=chain.bankers[0], referral=pending, to="contacted")
    posting = Posting.objects.get(kind="referral_responded")
    assert (posting.occurred_on, posting.fields["within_time"]) == (day, kept)


def test_the_amount_is_said_at_approval_and_only_there(chain, accepted):
    banker = chain.bankers[0]
    with pytest.raises(Invalid, match="批复金额"):
        referral_advance(actor=banker, referral=accepted, to="contacted", approved_amount=1)
    for to in ("contacted", "diligence"):
        referral_advance(actor=banker, referral=accepted, to=to)
    for amount in (None, 0, -5):
        with pytest.raises(Invalid) as error:
            referral_advance(actor=banker, referral=accepted, to="approved", approved_amount=amount)
        assert error.value.field == "approved_amount"
    referral_advance(actor=banker, referral=accepted, to="approved", approved_amount=2_000_000)
    assert (accepted.state, accepted.approved_amount) == ("approved", 2_000_000)
    for to in ENDS[1:]:
        with pytest.raises(Invalid, match="另有按钮"):
            referral_advance(actor=banker, referral=accepted, to=to)
    with pytest.raises(Conflict):
        referral_advance(actor=banker, referral=accepted, to="disbursed")


def test_paid_out_rests_on_a_recorded_financing(chain, accepted):
    referral_advance(actor=chain.bankers[0], referral=accepted, to="contacted")
    make_financing(chain)
    referral_paid(actor=chain.system, referral=accepted, amount=3_000_000)
    assert (accepted.state, accepted.approved_amount) == ("disbursed", 3_000_000)
    assert [step.label for step in timeline(accepted)] == ["已送达", *list(labels("贷").values())[1:8]]
    referral_paid(actor=chain.system, referral=accepted, amount=3_000_000)
    assert len(accepted.promises) == 6


def test_signed_without_a_financing_stays_signed(chain, accepted):
    for to in WAY[1:]:
        amount = {"approved_amount": 5} if to == State.APPROVED else {}
        referral_advance(actor=chain.bankers[0], referral=accepted, to=to, **amount)
    with pytest.raises(NotAllowed, match="登记"):
        referral_advance(actor=chain.bankers[0], referral=accepted, to="disbursed")
    assert accepted.state == "signed"


def test_a_firm_withdraws_until_the_money_is_out(chain, accepted):
    with pytest.raises(NotAllowed):
        referral_withdraw(actor=chain.office, referral=accepted)
    referral_withdraw(actor=chain.firm_user, referral=accepted)
    assert accepted.state == "withdrawn"
    assert accepted.closed_at is not None
    with pytest.raises(Conflict):
        referral_withdraw(actor=chain.firm_user, referral=accepted)
    assert Notification.objects.filter(user=chain.bankers[0], key=f"referral:{accepted.code}:withdrawn").exists()


def test_only_stages_with_a_promise_can_wait(chain, pending):
    with pytest.raises(Conflict, match="不能暂停"):
        referral_pause(actor=chain.bankers[0], referral=pending, reason="x")
    with pytest.raises(Conflict, match="没有暂停"):
        referral_resume(actor=chain.firm_user, referral=pending)
    referral_advance(actor=chain.bankers[0], referral=pending, to="accepted")
    with pytest.raises(Invalid):
        referral_pause(actor=chain.bankers[0], referral=pending, reason=" ")
    referral_pause(actor=chain.bankers[0], referral=pending, reason="报表")
    with pytest.raises(Conflict, match="计时已停"):
        referral_pause(actor=chain.bankers[0], referral=pending, reason="报表")


@pytest.mark.parametrize("kind", ["贷", "保", "险", "投", "租"])
def test_every_state_has_a_label_in_every_kind(kind):
    assert set(labels(kind)) == set(State.values)
    assert len(set(labels(kind).values())) == len(State.values)


def test_a_grab_shows_nothing_until_the_firm_consents(chain):
    with clock.at(FRIDAY):
        referral = referral_grab(actor=chain.bankers[0], need_code="NC1", institution=chain.banks[0])
        assert (referral.channel, referral.due_on, referral.paused_since) == ("grabbed", None, FRIDAY)
        with pytest.raises(NotAllowed, match="授权"):
            referral_advance(actor=chain.bankers[0], referral=referral, to="accepted")
    assert not Posting.objects.filter(kind="referral_dispatched").exists()
    assert Notification.objects.get(key__endswith="grabbed").user == chain.firm_user
    with clock.at(date(2024, 10, 8)):
        chain.consent()
    with clock.at(date(2024, 10, 9)):
        referral_advance(actor=chain.bankers[0], referral=referral, to="accepted")
    assert Posting.objects.get(kind="referral_dispatched").occurred_on == date(2024, 10, 8)
    assert Posting.objects.get(kind="referral_responded").fields["within_time"] == "是"


def test_a_grab_is_refused_outside_the_pool_for_others_and_after_a_no(chain):
    with pytest.raises(NotAllowed):
        referral_grab(actor=chain.bankers[1], need_code="NC1", institution=chain.banks[0])
    with pytest.raises(Missing):
        referral_grab(actor=chain.bankers[0], need_code="NX", institution=chain.banks[0])
    referral = referral_grab(actor=chain.bankers[0], need_code="NC1", institution=chain.banks[0])
    with pytest.raises(Conflict, match="办理中"):
        referral_grab(actor=chain.bankers[0], need_code="NC1", institution=chain.banks[0])
    referral_withdraw(actor=chain.firm_user, referral=referral)
    with pytest.raises(Conflict, match="谢绝"):
        referral_grab(actor=chain.bankers[0], need_code="NC1", institution=chain.banks[0])
    other = need_register(actor=chain.system, party=chain.firm, code="NC2", **NEED)
    need_close(actor=chain.firm_user, need=other)
    with pytest.raises(Missing):
        referral_grab(actor=chain.bankers[0], need_code="NC2", institution=chain.banks[0])
