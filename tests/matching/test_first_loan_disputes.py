"""Two banks claim one party: one loan is kept, the other turned down with the reason both can read."""

from datetime import date

import pytest

from accounts.selectors import notifications_of
from common.errors import Conflict, Invalid, NotAllowed
from journal.models import Posting
from matching.cases import first_loans
from matching.cases.first_loan_disputes import dispute_settle
from matching.cases.selectors_first import checks, conflicts, problems
from matching.cases.states_first import State
from products.rules.evaluate import Verdict
from tests.matching.money import claim

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(actor, lend, definition, other_bank):
    """Two claims of one firm, the second for a later loan of another bank."""
    second = lend("D-2", institution=other_bank, disbursed_on=date(2023, 3, 15))
    return claim(actor, lend()), claim(actor, second)


def test_conditions_agree_with_what_stands_against(two):
    first, second = two
    assert {check.verdict for check in checks(first)} == {Verdict.SATISFIED}
    assert problems(first) == []
    worst = checks(second)[0]
    assert (worst.label, worst.verdict) == ("更早的放款", Verdict.VIOLATED)
    assert problems(second) == [worst.problem]


def test_the_kept_loan_goes_on_and_the_other_bank_reads_why(clerk, maker, two):
    first, second = two
    assert [item.pk for item in dispute_settle(actor=clerk, keep=second, reason="首笔为票据贴现")] == [first.pk]
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (State.REJECTED, State.VERIFYING)
    assert "测试农商行" in first.problem
    assert "首笔为票据贴现" in first.problem
    assert conflicts(clerk) == []
    assert "首笔为票据贴现" in notifications_of(maker).first().body


def test_a_confirmed_one_leaves_the_count_when_the_other_is_kept(clerk, signer, two):
    first, second = two
    first_loans.first_loan_verify(actor=clerk, claim=first)
    first_loans.first_loan_confirm(actor=signer, claim=first)
    dispute_settle(actor=clerk, keep=second, reason="首笔已查明为他人借款")
    quantities = list(Posting.objects.filter(kind="first_loan_confirmed").values_list("quantity", flat=True))
    assert sum(quantities) == 0
    assert len(quantities) == 2
    first.refresh_from_db()
    assert first.state == State.REJECTED


def test_it_needs_the_office_a_reason_and_a_dispute(clerk, maker, two):
    first, second = two
    with pytest.raises(NotAllowed):
        dispute_settle(actor=maker, keep=first, reason="我行在先")
    for wrong in ("", " ", "长" * 201):
        with pytest.raises(Invalid) as caught:
            dispute_settle(actor=clerk, keep=first, reason=wrong)
        assert caught.value.field == "reason"
    dispute_settle(actor=clerk, keep=first, reason="首笔在先")
    for gone in (first, second):
        with pytest.raises(Conflict, match="不需要认定"):
            dispute_settle(actor=clerk, keep=gone, reason="再来一次")
