"""Every posting rests on a record and every record is posted; what differs is named."""

import io
import json
from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.services import party_register
from common.models import AuditEvent
from enterprises.services import whitelist_publish
from journal import services as journal
from journal.models import Posting
from matching.cases import first_loans
from matching.cases.financings import financing_reverse, source_key
from matching.models import Financing, FirstLoanClaim
from products.content import VersionContent
from products.services import approve, draft_create, submit_for_review
from tests.matching.money import WAN, claim

pytestmark = pytest.mark.django_db


def command(name):
    out, code = io.StringIO(), 0
    try:
        call_command(name, "--json", stdout=out, stderr=io.StringIO())
    except SystemExit as stop:
        code = stop.code
    return json.loads(out.getvalue()), code


@pytest.fixture
def city(actor, lend, definition, firm, bank, person):
    """One of everything that posts, some of it taken back."""
    loan, wrong = lend(), lend("D-2", disbursed_on=date(2023, 4, 1))
    lend("B-1", kind="保", related=loan)
    financing_reverse(actor=actor, financing=wrong, reason="录错", on=date(2023, 4, 2))
    made = first_loans.first_loan_verify(actor=actor, claim=claim(actor, loan))
    first_loans.first_loan_confirm(actor=actor, claim=made)
    department = party_register(actor=actor, kind="department", name="测试科技局")
    whitelist_publish(
        actor=actor, code="2023-1", department=department, published_on=date(2023, 1, 5), basis_doc="", parties=[firm]
    )
    maker, checker = person("product_maker", bank, "bank_maker"), person("product_checker", bank, "bank_checker")
    content = VersionContent(name="科创通", amount_max=3_000_000)
    draft = draft_create(actor=maker, institution=bank, category="贷", content=content, code="T-01")
    approve(actor=checker, version=submit_for_review(actor=maker, version=draft))
    return loan


def test_records_and_postings_agree_and_are_counted_by_kind(city):
    report, code = command("reconcile_ledger")
    assert (report["drift"], report["drift_count"], code) == ([], 0, 0)
    found = {item["kind"]: (item["records"], item["postings"]) for item in report["kinds"]}
    assert found == {
        "loan_disbursed": (1, 1),
        "guarantee_issued": (1, 1),
        "insurance_issued": (0, 0),
        "investment_made": (0, 0),
        "lease_disbursed": (0, 0),
        "first_loan_confirmed": (1, 1),
        "service_logged": (0, 0),
        "whitelist_published": (1, 1),
        "whitelist_pushed": (0, 0),
        "product_listed": (1, 1),
    }


def test_a_claim_that_was_doubted_and_confirmed_again_still_agrees(actor, city):
    made = FirstLoanClaim.objects.get()
    first_loans.first_loan_doubt(actor=actor, claim=made, problem="异议")
    assert command("reconcile_ledger")[1] == 0
    first_loans.first_loan_confirm(actor=actor, claim=first_loans.first_loan_verify(actor=actor, claim=made))
    assert command("reconcile_ledger")[1] == 0


def test_a_posting_reversed_behind_its_records_back_is_drift(actor, city):
    posting = Posting.objects.get(source_key=source_key(city))
    journal.reverse(actor=actor, posting=posting, occurred_on=date(2023, 5, 1), reason="绕过业务")
    report, code = command("reconcile_ledger")
    assert code == 1
    assert report["drift"] == [
        {"kind": "loan_disbursed", "source_key": source_key(city), "problem": "有业务记录，没有有效记账"}
    ]


def test_a_posting_without_a_record_and_one_that_differs_are_drift(actor, city, bank, firm):
    journal.post(actor=actor, kind="loan_disbursed", source_key="凭空", occurred_on=date(2023, 1, 1), amount=1)
    posted = {"kind": "investment_made", "source_key": f"P{bank.pk}/T-1", "party": firm, "organisation": bank}
    journal.post(actor=actor, occurred_on=date(2023, 1, 2), amount=5, **posted)
    Financing.objects.create(
        serial="T-1",
        institution=bank,
        party=firm,
        kind="投",
        amount=WAN,
        disbursed_on=date(2023, 1, 1),
        recorded_by=actor,
    )
    problems = {item["source_key"]: item["problem"] for item in command("reconcile_ledger")[0]["drift"]}
    assert problems == {"凭空": "有记账，没有业务记录", f"P{bank.pk}/T-1": "记录与记账的日期、金额不同"}


def test_the_audit_chain_is_whole_until_somebody_touches_it(city):
    report, code = command("verify_audit")
    assert report == {"events": AuditEvent.objects.count(), "whole": True, "problems": []}
    assert (code, report["events"] > 5) == (0, True)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE common_audithead SET seq = seq - 1")
    report, code = command("verify_audit")
    assert (report["whole"], code, len(report["problems"])) == (False, 1, 1)
