"""首贷: a signed definition, an attested claim, one confirmation ever, whoever races."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import Party
from accounts.selectors import notifications_of
from accounts.services import party_register, system_actor
from common.errors import Conflict, Invalid, NotAllowed
from journal.models import Posting
from matching.cases import first_loans
from matching.cases.financings import financing_record
from matching.cases.selectors_first import conflicts, counts, problems, waiting
from matching.cases.states_first import State
from matching.models import FirstLoanClaim, FirstLoanDefinition
from products.services import institution_register
from tests.codes import credit_code
from tests.matching.money import WAN, claim, other_firm, sign

pytestmark = pytest.mark.django_db


def confirmed(signer, clerk, made):
    return first_loans.first_loan_confirm(actor=signer, claim=first_loans.first_loan_verify(actor=clerk, claim=made))


def test_a_claim_is_verified_by_one_and_confirmed_by_another(maker, clerk, signer, lend, definition, firm, bank):
    made = claim(maker, lend())
    assert made.state == State.DECLARED
    with pytest.raises(NotAllowed):
        first_loans.first_loan_verify(actor=maker, claim=made)
    with pytest.raises(Conflict, match="银行已申报"):
        first_loans.first_loan_confirm(actor=signer, claim=made)
    first_loans.first_loan_verify(actor=clerk, claim=made)
    with pytest.raises(NotAllowed, match="审签"):
        first_loans.first_loan_confirm(actor=clerk, claim=made)
    assert first_loans.first_loan_confirm(actor=signer, claim=made).state == State.CONFIRMED
    posting = Posting.objects.get(kind="first_loan_confirmed")
    assert (posting.party, posting.organisation, posting.occurred_on) == (firm, bank, date(2023, 3, 1))
    assert posting.fields == {"definition": "2022"}
    assert [item.title for item in notifications_of(maker)] == [f"{firm.name}的首贷申报已确认"]


def test_the_one_who_verified_does_not_confirm(actor, signer, lend, definition):
    made = first_loans.first_loan_verify(actor=signer, claim=claim(actor, lend()))
    with pytest.raises(NotAllowed, match="另一位"):
        first_loans.first_loan_confirm(actor=signer, claim=made)
    assert not Posting.objects.filter(kind="first_loan_confirmed").exists()


def test_a_second_bank_gets_a_conflict_and_its_claim_a_doubt_with_its_reason(
    actor, clerk, signer, lend, definition, bank, other_bank, maker
):
    first, second = claim(actor, lend()), claim(actor, lend(institution=other_bank, disbursed_on=date(2023, 3, 15)))
    assert [len(dispute.claims) for dispute in conflicts(actor)] == [2]
    assert conflicts(maker) == []
    confirmed(signer, clerk, first)
    with pytest.raises(Conflict, match="一生只计一次"):
        confirmed(signer, clerk, second)
    second.refresh_from_db()
    assert second.state == State.DOUBTFUL
    assert bank.name in second.problem
    assert Posting.objects.filter(kind="first_loan_confirmed").count() == 1
    rows = counts(actor)
    assert (rows[State.CONFIRMED], rows[State.DOUBTFUL], rows[State.DECLARED]) == (1, 1, 0)
    assert waiting(actor) == [second]
    first_loans.first_loan_reject(actor=clerk, claim=second, reason="首笔在另一家银行")
    assert conflicts(actor) == []


def test_a_confirmed_claim_put_in_doubt_leaves_the_count_and_may_return(actor, clerk, signer, lend, definition):
    made = confirmed(signer, clerk, claim(actor, lend()))
    first_loans.first_loan_doubt(actor=clerk, claim=made, problem="收到异议")
    again = confirmed(signer, clerk, made)
    quantities = [item.quantity for item in Posting.objects.filter(kind="first_loan_confirmed").order_by("pk")]
    assert (again.state, quantities) == (State.CONFIRMED, [1, -1, 1])
    with pytest.raises(Conflict, match="原因"):
        first_loans.first_loan_doubt(actor=clerk, claim=made, problem=" ")


@pytest.mark.parametrize(
    ("loan", "attested", "reason"),
    [
        ({"credit_kind": "票据贴现"}, {}, "不在口径"),
        ({"credit_kind": ""}, {}, "未填"),
        ({}, {"prior_credit_kinds": ["流贷"]}, "放款前已有：流动资金贷款"),
        ({}, {"query_on": date(2023, 1, 29)}, "早于放款 31 天"),
        ({"disbursed_on": date(2021, 12, 31)}, {"query_on": date(2021, 12, 20)}, "没有已签发的首贷口径"),
    ],
)
def test_what_the_definition_does_not_count_is_not_confirmed(
    actor, clerk, signer, lend, definition, loan, attested, reason
):
    made = claim(actor, lend(**loan), **attested)
    with pytest.raises(Invalid, match=reason):
        confirmed(signer, clerk, made)
    assert any(reason in text for text in problems(made))
    made.refresh_from_db()
    assert made.state == State.VERIFYING


def test_credit_that_does_not_disqualify_and_the_last_day_of_the_window_pass(actor, clerk, signer, lend, definition):
    made = claim(actor, lend(credit_kind="固贷"), prior_credit_kinds=["信用卡"], query_on=date(2023, 1, 30))
    assert confirmed(signer, clerk, made).state == State.CONFIRMED


def test_an_earlier_loan_on_the_platform_disqualifies_until_it_is_reversed(
    actor, clerk, signer, lend, definition, other_bank
):
    lend("OLD", institution=other_bank, disbursed_on=date(2022, 5, 1))
    with pytest.raises(Invalid, match="2022-05-01"):
        confirmed(signer, clerk, claim(actor, lend()))


def test_the_definition_in_force_on_the_disbursement_date_decides(actor, clerk, signer, lend, definition):
    sign(actor, "2023", date(2023, 3, 1), loan_counts=["固定资产贷款"])
    before = claim(actor, lend(disbursed_on=date(2023, 2, 28)))
    assert confirmed(signer, clerk, before).definition == definition
    other = claim(actor, lend("D-2", party=other_firm(actor), disbursed_on=date(2023, 3, 1)))
    with pytest.raises(Invalid, match="口径 2023"):
        confirmed(signer, clerk, other)


def test_a_definition_is_signed_once_in_order_and_never_edited(actor, clerk, definition):
    assert sign(actor) == definition
    with pytest.raises(Conflict, match="不能更改"):
        sign(actor, record_blocks=[])
    with pytest.raises(Conflict, match="更晚施行"):
        sign(actor, "2021", date(2021, 1, 1))
    with pytest.raises(NotAllowed):
        sign(clerk, "2024", date(2024, 1, 1))
    with pytest.raises(Invalid):
        sign(actor, "2024", date(2024, 1, 1), loan_counts=[])
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        FirstLoanDefinition.objects.update(document="别的")


def test_a_party_declares_itself_only_a_candidate_that_the_bank_takes_up(actor, firm_user, firm, lend, clerk, maker):
    candidate = first_loans.candidate_declare(actor=firm_user, party=firm)
    assert candidate.state == State.CANDIDATE
    with pytest.raises(Conflict, match="候选"):
        first_loans.candidate_declare(actor=firm_user, party=firm)
    with pytest.raises(NotAllowed):
        first_loans.candidate_declare(actor=maker, party=firm)
    with pytest.raises(Conflict):
        first_loans.first_loan_verify(actor=clerk, claim=candidate)
    made = claim(maker, lend())
    assert (made.pk, made.state, made.declared_by) == (candidate.pk, State.DECLARED, maker)


def test_the_same_claim_twice_is_one_and_other_content_conflicts(actor, lend):
    loan = lend()
    assert claim(actor, loan) == claim(actor, loan)
    with pytest.raises(Conflict, match="内容不同"):
        claim(actor, loan, operator="孙经办")
    assert FirstLoanClaim.objects.count() == 1


@pytest.mark.parametrize(
    ("attested", "field"),
    [({"query_on": date(2023, 3, 2)}, "credit_query_on"), ({"operator": " "}, "operator")],
)
def test_an_attestation_after_the_loan_or_by_nobody_is_refused(actor, lend, attested, field):
    with pytest.raises(Invalid) as refusal:
        claim(actor, lend(), **attested)
    assert refusal.value.field == field


def test_only_the_lender_claims_and_only_a_loan(actor, maker, lend, other_bank):
    with pytest.raises(NotAllowed):
        claim(maker, lend(institution=other_bank))
    with pytest.raises(Conflict, match="贷款"):
        claim(actor, lend("B-1", kind="保"))


def test_the_fingerprint_is_keyed_and_says_nothing(actor, lend, firm, settings):
    made = claim(actor, lend())
    assert made.party_key == first_loans.party_key(firm)
    assert firm.uscc not in made.party_key
    settings.AUDIT_KEY = "another key"
    assert first_loans.party_key(firm) != made.party_key


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_racing_records_of_one_serial_leave_one_financing_and_one_posting():
    root = system_actor("测试")
    firm = party_register(actor=root, kind=Party.Kind.ENTERPRISE, name="同一笔有限公司", uscc=credit_code(1))
    bank = institution_register(actor=root, name="测试银行", kind="银行")
    barrier, results = threading.Barrier(8), []

    def attempt(number):
        try:
            barrier.wait(timeout=30)
            _, outcome = financing_record(
                actor=root,
                serial="D-1",
                institution=bank,
                party=firm,
                kind="贷",
                amount=WAN * (1 + number % 2),
                disbursed_on=date(2023, 3, 1) + timedelta(days=0),
            )
            results.append(outcome.value)
        except Conflict:
            results.append("conflict")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(attempt, range(8)))
    assert sorted(results) == ["conflict"] * 4 + ["created"] + ["unchanged"] * 3
    assert Posting.objects.count() == 1
