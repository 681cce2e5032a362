"""Files of financings, balances and postings: their meaning, their idempotence, and hostile content."""

from datetime import date

import pytest

from accounts.models import Party
from enterprises.services import need_register
from journal.models import Posting
from ledger.quarters import parse
from ledger.selectors import indicator_values
from matching.models import Financing, FirstLoanClaim
from tests.enterprises.files import counts, places_of_errors, run, write_xlsx
from tests.ledger.conftest import plan
from tests.matching.money import BALANCES, FINANCINGS, POSTINGS, WAN, file_of, other_firm

__all__ = ["plan"]
pytestmark = pytest.mark.django_db
HOSTILE = ("=1+1", "@SUM(A1)", "a\x07b", "长" * 5000, "1e9", "NaN", "-1", "９９", "2023-02-30", "<script>", "'; DROP")


@pytest.fixture
def loan(firm):
    return {
        "serial": "D-1",
        "institution": "测试银行鄂尔多斯分行",
        "party_code": firm.uscc,
        "kind": "贷",
        "credit_kind": "流贷",
        "amount_wan": "100.5",
        "rate_pct": "3.95",
        "term_months": "12",
        "disbursed_on": "2023-03-01",
        "due_on": "2024-03-01",
        "guarantees": "信用",
    }


CLAIM = {
    "first_loan_claimed": "是",
    "prior_credit_kinds": "无",
    "credit_query_on": "2023-02-20",
    "operator": "钱经办",
}


@pytest.fixture
def financings(tmp_path):
    return lambda *rows, options=(): run("import_financings", file_of(tmp_path, FINANCINGS, *rows), *options)


@pytest.fixture
def balances(tmp_path):
    return lambda *rows: run("import_balances", file_of(tmp_path, BALANCES, *rows))


@pytest.fixture
def postings(tmp_path):
    return lambda *rows: run("import_postings", file_of(tmp_path, POSTINGS, *rows))


def test_a_loan_file_twice_changes_nothing_and_its_content_is_read_right(financings, loan, bank, firm):
    report, code = financings(loan)
    assert (counts(report), code) == ([1, 0, 0, 0], 0)
    assert counts(financings(loan)[0]) == [0, 0, 1, 0]
    made = Financing.objects.get()
    assert (made.institution, made.party, made.amount, made.rate_bp) == (bank, firm, 1_005_000, 395)
    assert (made.credit_kind, made.guarantees, made.due_on) == ("流贷", ["信用"], date(2024, 3, 1))
    assert Posting.objects.get().amount == 1_005_000


def test_other_content_of_a_known_serial_is_rejected_and_a_settlement_is_added(financings, loan):
    financings(loan)
    report, code = financings(loan | {"amount_wan": "200"})
    assert code == 1
    assert places_of_errors(report) == [(2, "serial")]
    assert "请先冲正" in report["rejected"][0]["error"]
    assert counts(financings(loan | {"settled_on": "2024-02-01"})[0]) == [0, 1, 0, 0]
    assert counts(financings(loan)[0]) == [0, 0, 1, 0]


def test_a_claimed_first_loan_becomes_a_declared_claim(financings, loan, definition):
    assert counts(financings(loan)[0]) == [1, 0, 0, 0]
    assert counts(financings(loan | CLAIM)[0]) == [0, 1, 0, 0]
    assert counts(financings(loan | CLAIM)[0]) == [0, 0, 1, 0]
    made = FirstLoanClaim.objects.get()
    assert (made.state, made.prior_credit_kinds, made.operator) == ("declared", [], "钱经办")
    assert made.definition == definition
    assert financings(loan | CLAIM | {"first_loan_claimed": "否"})[0]["unchanged"] == 1


@pytest.mark.parametrize("column", ["prior_credit_kinds", "credit_query_on", "operator"])
def test_a_claim_without_its_attestation_is_rejected_unknown_is_not_none(financings, loan, column):
    report, code = financings(loan | CLAIM | {column: ""})
    assert (places_of_errors(report), code) == ([(2, column)], 1)
    assert not Financing.objects.exists()


def test_a_reversal_line_names_the_serial_it_takes_back(financings, loan):
    reversal = {"serial": "R-1", "institution": loan["institution"], "disbursed_on": "2023-04-01", "reversal_of": "D-1"}
    correct = loan | {"serial": "D-2", "amount_wan": "99"}
    assert counts(financings(loan, reversal, correct)[0]) == [3, 0, 0, 0]
    assert counts(financings(loan, reversal, correct)[0]) == [0, 0, 3, 0]
    assert sum(posting.amount for posting in Posting.objects.order_by("pk")) == 99 * WAN
    again = reversal | {"serial": "R-2"}
    assert places_of_errors(financings(again)[0]) == [(2, "reversal_of")]
    partly = {**reversal, "serial": "R-3", "reversal_of": "D-2", "amount_wan": "-50"}
    assert places_of_errors(financings(partly)[0]) == [(2, "amount_wan")]
    assert counts(financings(partly | {"amount_wan": "-99"})[0]) == [1, 0, 0, 0]
    assert places_of_errors(financings(reversal | {"serial": "R-4", "reversal_of": "没有"})[0]) == [(2, "reversal_of")]


def test_reversing_a_claimed_loan_and_importing_the_same_file_again(financings, loan, definition):
    reversal = {"serial": "R-1", "institution": loan["institution"], "disbursed_on": "2023-04-01", "reversal_of": "D-1"}
    financings(loan | CLAIM)
    financings(reversal)
    assert FirstLoanClaim.objects.get().state == "doubtful"
    assert counts(financings(loan | CLAIM, reversal)[0]) == [0, 0, 2, 0]


def test_institutions_are_known_by_any_name_and_a_new_one_is_registered(actor, financings, loan, bank):
    bank.names.create(name="测试银行", kind="short")
    financings(loan | {"institution": "测试银行"})
    assert Financing.objects.get().institution == bank
    guarantee = loan | {"serial": "B-1", "institution": "新来的担保公司", "kind": "保", "related_serial": "D-1"}
    assert counts(financings(guarantee)[0]) == [1, 0, 0, 0]
    created = Party.objects.get(name="新来的担保公司")
    assert (created.institution.kind, created.institution.local) == ("担保", True)
    assert Financing.objects.get(serial="B-1").related == Financing.objects.get(serial="D-1")


def test_need_and_party_are_looked_up(actor, financings, loan, firm):
    need = need_register(
        actor=actor, party=firm, kinds=["贷"], amount=WAN, term_months=12, purpose="经营", guarantees=["信用"]
    )
    assert counts(financings(loan | {"need_code": need.code})[0]) == [1, 0, 0, 0]
    assert Financing.objects.get().need == need
    wrong = loan | {"serial": "D-2"}
    for column in ("party_code", "product", "need_code", "related_serial"):
        assert places_of_errors(financings(wrong | {column: "UNKNOWN-1"})[0]) == [(2, column)]
    stranger = wrong | {"party_code": other_firm(actor).uscc, "need_code": need.code}
    assert places_of_errors(financings(stranger)[0]) == [(2, "need_code")]


@pytest.mark.parametrize("column", FINANCINGS)
def test_hostile_cells_are_refused_or_kept_as_plain_text_and_never_crash(financings, loan, column, bank):
    for value in HOSTILE:
        report, code = financings(loan | {"serial": "H"} | {column: value})
        assert code == (1 if report["rejected"] else 0)
        if report["rejected"]:
            assert not Financing.objects.filter(serial="H").exists()
            continue
        # What passed is text that is only ever shown escaped, or a number that means what it says.
        assert column in {
            "serial",
            "institution",
            "credit_kind",
            "ip_registration_no",
            "operator",
            "prior_credit_kinds",
        }
        return


def test_a_zero_amount_a_missing_column_and_a_row_twice(tmp_path, financings, loan):
    assert places_of_errors(financings(loan | {"amount_wan": "0"})[0]) == [(2, "amount_wan")]
    assert places_of_errors(financings(loan, loan)[0]) == [(3, "institution")]
    short = file_of(tmp_path, FINANCINGS[:-1], loan, name="short.csv")
    report, code = run("import_financings", short)
    assert code == 1
    assert "reversal_of" in report["rejected"][0]["error"]


def test_a_bad_row_keeps_the_file_out_unless_skipped_and_a_dry_run_writes_nothing(financings, loan):
    bad = loan | {"serial": "D-2", "disbursed_on": "2023-02-30"}
    assert financings(loan, bad)[1] == 1
    assert counts(financings(loan, options=["--dry-run"])[0]) == [1, 0, 0, 0]
    assert not Financing.objects.exists()
    report, code = financings(loan, bad, options=["--skip-invalid"])
    assert (counts(report), code) == ([1, 0, 0, 1], 0)


def balance(month, scope, wan, **given):
    row = {"institution": "测试银行鄂尔多斯分行", "month": month, "scope": scope, "basis": "名录"}
    return {**row, "balance_wan": wan, "list_batch": "2022-01", "borrowers": "10", **given}


def test_balances_are_what_the_plans_growth_reads(balances, postings, plan, bank):
    rows = [balance("2022-12", "人才∪科创", "1000"), balance("2023-12", "人才∪科创", "1350.5")]
    assert counts(balances(*rows)[0]) == [2, 0, 0, 0]
    assert counts(balances(*rows)[0]) == [0, 0, 2, 0]
    growth = {item.code: item for item in indicator_values(plan, parse("2023Q4"))}["loan-growth"]
    assert str(growth.value) == "35.05"
    posting = Posting.objects.get(occurred_on=date(2023, 12, 31))
    assert posting.fields == {"scope": "人才∪科创", "basis": "名录", "list_batch": "2022-01", "borrowers": 10}
    assert posting.organisation == bank


def test_a_wrong_balance_is_reversed_by_its_key_and_reported_again(balances, postings):
    balances(balance("2023-12", "各项", "100"))
    report, code = balances(balance("2023-12", "各项", "200"))
    assert (places_of_errors(report), code) == ([(2, "balance_wan")], 1)
    key = Posting.objects.get().source_key
    assert key in report["rejected"][0]["error"]
    taken_back = {"kind": "loan_balance", "source_key": "更正1", "occurred_on": "2024-01-05", "reversal_of": key}
    assert counts(postings(taken_back)[0]) == [1, 0, 0, 0]
    assert counts(postings(taken_back)[0]) == [0, 0, 1, 0]
    assert counts(balances(balance("2023-12", "各项", "200"))[0]) == [1, 0, 0, 0]
    assert counts(balances(balance("2023-12", "各项", "200"))[0]) == [0, 0, 1, 0]


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ([("科创", "300"), ("人才∪科创", "200")], 3),
        ([("科创", "300"), ("人才", "200"), ("人才∪科创", "501")], 4),
        ([("人才∪科创", "400"), ("各项", "399")], 3),
    ],
)
def test_scopes_that_contradict_each_other_are_rejected(balances, rows, line):
    report, code = balances(*[balance("2023-12", scope, wan) for scope, wan in rows])
    assert (places_of_errors(report), code) == ([(line, "balance_wan")], 1)
    assert not Posting.objects.exists()


@pytest.mark.parametrize(
    "month", ["2023-13", "2023", "12-2023", "2099-01", "1999-12", "9999-12", "2023-12-15", "二零二三", ""]
)
def test_a_month_is_a_finished_month(balances, month):
    assert places_of_errors(balances(balance(month, "各项", "1"))[0]) == [(2, "month")]


def test_a_spreadsheet_that_turned_the_month_into_a_date_is_read(tmp_path, bank):
    path = write_xlsx(tmp_path / "b.xlsx", BALANCES, [balance(date(2023, 12, 1), "各项", 100, borrowers=None)])
    assert counts(run("import_balances", path)[0]) == [1, 0, 0, 0]
    assert Posting.objects.get().occurred_on == date(2023, 12, 31)


def event(**given):
    return {"kind": "matching_event", "source_key": "E-1", "occurred_on": "2023-05-01", **given}


def test_an_event_is_posted_by_code_or_label_with_its_fields(postings, bank):
    first = event(organisation=bank.name, fields="name=春季对接会;participants=80", evidence="通知;签到表")
    second = event(kind="融资对接活动", source_key="E-2", fields='{"name": "秋季对接会", "participants": 90}')
    assert counts(postings(first, second)[0]) == [2, 0, 0, 0]
    assert counts(postings(first, second)[0]) == [0, 0, 2, 0]
    one, two = Posting.objects.order_by("source_key")
    assert (one.fields, one.evidence) == ({"name": "春季对接会", "participants": 80}, ["通知", "签到表"])
    assert (one.organisation, two.fields["participants"], one.quantity) == (bank, 90, 1)
    assert places_of_errors(postings(event(fields="name=改名"))[0]) == [(2, "source_key")]


def test_a_listing_names_its_firm_and_milestones_their_measure_as_a_number(postings, firm):
    listing = event(kind="company_listed", organisation=firm.name, fields="board=北交所;stock_code=000001")
    bond = event(kind="bond_issued", amount_wan="3000", fields=f"party_code={firm.uscc};bond_type=科创票据")
    milestone = event(kind="milestone_reached", fields="measure=11;item=特派员制度")
    assert counts(postings(listing, bond, milestone)[0]) == [3, 0, 0, 0]
    rows = {posting.kind: posting for posting in Posting.objects.order_by("pk")}
    assert rows["company_listed"].party == rows["bond_issued"].party == firm
    assert rows["company_listed"].fields["stock_code"] == "000001"
    assert rows["milestone_reached"].fields == {"measure": 11, "item": "特派员制度"}


def test_a_zero_report_is_a_posting_of_quantity_nought(postings):
    assert counts(postings(event(quantity="0"))[0]) == [1, 0, 0, 0]
    assert Posting.objects.get().quantity == 0


def test_unknown_kinds_are_named_with_the_known_ones_and_recorded_kinds_with_their_place(postings):
    report, code = postings(event(kind="party_time"))
    assert (places_of_errors(report), code) == ([(2, "kind")], 1)
    assert "matching_event（融资对接活动）" in report["rejected"][0]["error"]
    assert "loan_disbursed" not in report["rejected"][0]["error"]
    for kind, place in (("loan_disbursed", "import_financings"), ("白名单批次发布", "import_whitelist")):
        assert place in postings(event(kind=kind))[0]["rejected"][0]["error"]


@pytest.mark.parametrize(
    "fields",
    [
        "weather=晴",
        "没有等号",
        "name=甲;name=乙",
        '{"name": 1.5}',
        '{"name": ["a"]}',
        '{"name"',
        '{"participants": 1e400}',
        '{"name": null}',
        '{"a":' * 3000,
        "name=" + "长" * 400,
        "party_code=NOBODY",
        '{"participants": ' + "9" * 30 + "}",
    ],
)
def test_fields_that_make_no_sense_are_rejected(postings, fields):
    report, code = postings(event(fields=fields))
    assert (places_of_errors(report), code) == ([(2, "fields")], 1)


@pytest.mark.parametrize("column", POSTINGS)
def test_hostile_cells_of_postings_never_crash(postings, column):
    for value in HOSTILE:
        report, code = postings(event(source_key="H") | {column: value})
        assert code == (1 if report["rejected"] else 0)
        if not report["rejected"]:
            assert column in {"source_key", "evidence"}
            return


def test_a_reversal_of_a_posting_needs_its_original_and_a_later_day(postings):
    postings(event())
    back = event(source_key="X", reversal_of="E-1")
    assert places_of_errors(postings(back | {"reversal_of": "E-9"})[0]) == [(2, "reversal_of")]
    assert places_of_errors(postings(back | {"occurred_on": "2023-04-30"})[0]) == [(2, "occurred_on")]
    assert counts(postings(back)[0]) == [1, 0, 0, 0]
    assert places_of_errors(postings(back | {"occurred_on": "2023-06-01"})[0]) == [(2, "reversal_of")]


@pytest.mark.parametrize("spell", [str.lower, lambda code: f"{code[:9]} {code[9:]}", "\u3000{}".format])
def test_a_code_is_one_however_it_is_typed(firm, loan, financings, postings, spell):
    assert counts(financings({**loan, "party_code": spell(firm.uscc)})[0]) == [1, 0, 0, 0]
    assert counts(financings(loan)[0]) == [0, 0, 1, 0]
    event = {
        "kind": "training_held",
        "source_key": "T-1",
        "occurred_on": "2023-03-01",
        "organisation": spell(firm.uscc),
    }
    postings(event)
    assert Posting.objects.get(source_key="T-1").party == firm
    postings({**event, "source_key": "T-2", "organisation": "", "fields": f"party_code={spell(firm.uscc)}"})
    assert Posting.objects.get(source_key="T-2").party == firm
