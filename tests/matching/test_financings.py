"""Money is recorded once by serial, posted with it, and corrected by reversal only."""

from datetime import date

import pytest
from django.db import DatabaseError, transaction

from accounts.models import Party, Role
from accounts.services import party_register
from common import clock
from common.errors import Conflict, Invalid, NotAllowed
from common.tabular import Outcome
from enterprises.services import consent_give, need_register
from journal.models import Posting
from matching.cases import first_loans
from matching.cases.financings import financing_record, financing_reverse, source_key
from matching.cases.money_policies import claims_visible_to, financings_visible_to
from matching.cases.referrals import referral_create
from matching.models import Financing, FirstLoanClaim
from products.services import institution_register
from tests.matching.money import WAN, claim, other_firm

pytestmark = pytest.mark.django_db
CATEGORIES = {
    "贷": "loan_disbursed",
    "保": "guarantee_issued",
    "险": "insurance_issued",
    "投": "investment_made",
    "租": "lease_disbursed",
}


@pytest.mark.parametrize(("kind", "posted_as"), CATEGORIES.items())
def test_each_category_posts_its_own_kind_in_the_same_transaction(lend, firm, bank, kind, posted_as):
    loan = lend(kind=kind, premium=5 * WAN if kind == "险" else None)
    posting = Posting.objects.get()
    assert (posting.kind, posting.source_key, posting.occurred_on) == (posted_as, source_key(loan), date(2023, 3, 1))
    assert (posting.party, posting.organisation, posting.amount) == (firm, bank, 100 * WAN)
    assert posting.fields["serial"] == "D-1"
    assert posting.fields.get("premium") == (5 * WAN if kind == "险" else None)


def test_a_record_that_cannot_be_posted_is_not_kept(lend, monkeypatch):
    monkeypatch.setattr("matching.cases.financings.POSTED_AS", {"贷": "no_such_kind"})
    with pytest.raises(KeyError), transaction.atomic():
        lend()
    assert not Financing.objects.exists()


def test_the_same_serial_again_is_unchanged_gains_a_settlement_and_refuses_other_content(actor, lend, bank, firm):
    lend()
    same = {
        "actor": actor,
        "serial": "D-1",
        "institution": bank,
        "party": firm,
        "kind": "贷",
        "credit_kind": "流动资金贷款",
        "amount": 100 * WAN,
        "disbursed_on": date(2023, 3, 1),
    }
    assert financing_record(**same)[1] is Outcome.UNCHANGED
    assert financing_record(**same, settled_on=date(2024, 3, 1))[1] is Outcome.UPDATED
    assert financing_record(**same)[1] is Outcome.UNCHANGED
    assert Financing.objects.get().settled_on == date(2024, 3, 1)
    with pytest.raises(Conflict, match="2024-03-01"):
        financing_record(**same, settled_on=date(2024, 4, 1))
    for change in ({"amount": 101 * WAN}, {"rate_bp": 400}, {"guarantees": ["信用"]}, {"party": other_firm(actor)}):
        with pytest.raises(Conflict, match="请先冲正"):
            financing_record(**{**same, **change})
    assert Posting.objects.count() == 1


def test_the_same_serial_of_another_bank_is_another_business(lend, other_bank):
    lend()
    lend(institution=other_bank)
    assert Financing.objects.count() == Posting.objects.count() == 2


def test_a_reversal_is_the_opposite_of_record_and_posting_and_happens_once(actor, lend):
    loan = lend()
    opposite = financing_reverse(actor=actor, financing=loan, reason="金额录错", on=date(2023, 4, 1))
    assert (opposite.amount, opposite.reversal_of, opposite.disbursed_on) == (-100 * WAN, loan, date(2023, 4, 1))
    assert [posting.amount for posting in Posting.objects.order_by("pk")] == [100 * WAN, -100 * WAN]
    with pytest.raises(Conflict, match="已冲正过"):
        financing_reverse(actor=actor, financing=loan, reason="再来", on=date(2023, 4, 2))
    with pytest.raises(Conflict, match="本身是冲正"):
        financing_reverse(actor=actor, financing=opposite, reason="反悔", on=date(2023, 4, 2))
    with pytest.raises(Invalid, match="原因"):
        financing_reverse(actor=actor, financing=lend("D-2"), reason=" ", on=date(2023, 4, 2))
    with pytest.raises(Invalid, match="冲正日期"):
        financing_reverse(actor=actor, financing=lend("D-3"), reason="早", on=date(2023, 2, 1))


def test_reversing_the_loan_takes_its_first_loan_out_of_the_count(actor, lend, definition):
    loan = lend()
    made = first_loans.first_loan_verify(actor=actor, claim=claim(actor, loan))
    first_loans.first_loan_confirm(actor=actor, claim=made)
    financing_reverse(actor=actor, financing=loan, reason="并未放款", on=date(2023, 5, 1))
    made.refresh_from_db()
    assert (made.state, made.problem) == ("doubtful", "放款 D-1 已冲正。")
    first = Posting.objects.filter(kind="first_loan_confirmed").order_by("pk")
    assert [(item.quantity, item.occurred_on) for item in first] == [(1, date(2023, 3, 1)), (-1, date(2023, 5, 1))]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": -5}, "amount"),
        ({"amount": 10**13}, "amount"),
        ({"kind": "赌"}, "kind"),
        ({"serial": "  "}, "serial"),
        ({"serial": "长" * 61}, "serial"),
        ({"disbursed_on": date(2099, 1, 1)}, "disbursed_on"),
        ({"due_on": date(2023, 2, 1)}, "due_on"),
        ({"settled_on": date(2023, 2, 1)}, "settled_on"),
        ({"guarantees": ["口头"]}, "guarantees"),
    ],
)
def test_what_cannot_be_true_is_refused_by_field(lend, change, field):
    with pytest.raises(Invalid) as refusal:
        lend(**change)
    assert refusal.value.field == field
    assert not Posting.objects.exists()


def test_links_must_belong_to_the_same_party(actor, lend, bank, firm):
    stranger = other_firm(actor)
    need = need_register(
        actor=actor, party=stranger, kinds=["贷"], amount=WAN, term_months=12, purpose="经营", guarantees=["信用"]
    )
    with pytest.raises(Invalid, match="需求") as refusal:
        lend(need=need)
    assert refusal.value.field == "need_code"
    with pytest.raises(Invalid, match="关联业务"):
        lend("B-1", kind="保", related=lend("D-9", party=stranger))


def test_a_guarantee_is_joined_to_its_loan_and_never_added(actor, lend):
    loan = lend()
    guarantor = institution_register(actor=actor, name="测试担保公司", kind="担保")
    guarantee = lend("B-1", institution=guarantor, kind="保", related=loan, credit_kind="")
    assert guarantee.related == loan
    sums = {posting.kind: posting.amount for posting in Posting.objects.order_by("pk")}
    assert sums == {"loan_disbursed": 100 * WAN, "guarantee_issued": 100 * WAN}
    assert Posting.objects.get(kind="guarantee_issued").fields["related"] == "D-1"


@pytest.mark.parametrize(("kind", "code"), [(Party.Kind.PERSON, "RC-1"), (Party.Kind.TEAM, "TD-1")])
def test_a_talent_and_a_team_are_financed_like_a_firm(actor, lend, kind, code, definition):
    party = party_register(actor=actor, kind=kind, name="测试人才", talent_code=code)
    loan = lend(party=party)
    made = first_loans.first_loan_verify(actor=actor, claim=claim(actor, loan))
    first_loans.first_loan_confirm(actor=actor, claim=made)
    assert Posting.objects.get(kind="first_loan_confirmed").party == party


def test_only_the_institutions_own_people_record_and_read(
    actor, lend, bank, other_bank, maker, person, firm, firm_user
):
    with pytest.raises(NotAllowed):
        lend(actor=maker, institution=other_bank)
    with pytest.raises(NotAllowed):
        lend(actor=person("officer", None, Role.OFFICER))
    branch = institution_register(actor=actor, name="测试银行康巴什支行", kind="银行", parent=bank)
    own, under = lend(actor=maker), lend("D-2", actor=maker, institution=branch)
    foreign = lend("D-3", institution=other_bank, party=other_firm(actor))
    made = claim(actor, foreign)
    with pytest.raises(NotAllowed):
        financing_reverse(actor=maker, financing=foreign, reason="不是我的", on=date(2023, 4, 1))
    assert set(financings_visible_to(maker)) == {own, under} == set(financings_visible_to(firm_user))
    assert set(financings_visible_to(person("office", None, Role.OFFICE))) == {own, under, foreign}
    assert not claims_visible_to(maker).exists()
    assert set(claims_visible_to(actor)) == {made} == set(FirstLoanClaim.objects.all())
    assert not financings_visible_to(person("nobody", None)).exists()


def test_money_paid_out_brings_its_referral_to_disbursed_but_an_older_loan_does_not(actor, firm, firm_user, bank, lend):
    with clock.at(date(2023, 2, 20)):
        need = need_register(
            actor=actor, party=firm, kinds=["贷"], amount=WAN, term_months=12, purpose="经营", guarantees=["信用"]
        )
        consent_give(actor=firm_user, need=need, institution=bank)
        referral = referral_create(actor=firm_user, need=need, institution=bank, channel="chosen")
    lend("OLD", need=need, disbursed_on=date(2023, 2, 1))
    referral.refresh_from_db()
    assert referral.state == "pending"
    with clock.at(date(2023, 3, 2)):
        lend(need=need)
    referral.refresh_from_db()
    assert (referral.state, referral.approved_amount) == ("disbursed", 100 * WAN)


@pytest.mark.parametrize("change", [{"amount": 1}, {"serial": "X"}, {"disbursed_on": date(2020, 1, 1)}])
def test_the_database_refuses_change_of_a_financing(lend, change):
    lend()
    with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
        Financing.objects.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Financing.objects.all()._raw_delete("default")
