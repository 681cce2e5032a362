"""People, a bank and files of the money tests."""

from datetime import date

import pytest

from accounts.models import Party, Role
from accounts.services import party_register, user_create
from matching.cases import first_loans
from matching.cases.financings import financing_record
from products.services import institution_register
from tests.codes import credit_code
from tests.enterprises.files import csv_text

FINANCINGS = (
    "serial,institution,product,party_code,kind,credit_kind,amount_wan,rate_pct,fee_wan,premium_wan,term_months,"
    "disbursed_on,due_on,settled_on,guarantees,ip_registration_no,need_code,related_serial,first_loan_claimed,"
    "prior_credit_kinds,credit_query_on,operator,reversal_of"
).split(",")
BALANCES = "institution,month,scope,basis,list_batch,balance_wan,borrowers".split(",")
POSTINGS = "kind,source_key,occurred_on,organisation,quantity,amount_wan,fields,evidence,reversal_of".split(",")
WAN = 10_000


@pytest.fixture
def bank(actor):
    return institution_register(actor=actor, name="测试银行鄂尔多斯分行", kind="银行")


@pytest.fixture
def other_bank(actor):
    return institution_register(actor=actor, name="测试农商行", kind="银行")


@pytest.fixture
def person(actor):
    """Create a user of a party with roles."""

    def create(username, party, *roles):
        return user_create(
            actor=actor, username=username, password="correct horse", display_name=username, party=party, roles=roles
        )

    return create


@pytest.fixture
def maker(person, bank):
    return person("maker", bank, Role.BANK_MAKER)


@pytest.fixture
def clerk(person):
    return person("clerk", None, Role.OFFICE)


@pytest.fixture
def signer(person):
    return person("signer", None, Role.OFFICE_SIGNER)


@pytest.fixture
def lend(actor, bank, firm):
    """Record one loan; what is not said is a plain loan of 100 万元 on 2023-03-01."""

    def record(serial="D-1", **given):
        content = {
            "institution": bank,
            "party": firm,
            "kind": "贷",
            "credit_kind": "流动资金贷款",
            "amount": 100 * WAN,
            "disbursed_on": date(2023, 3, 1),
        }
        return financing_record(**{"actor": actor, "serial": serial, **content, **given})[0]

    return record


@pytest.fixture
def definition(actor):
    return sign(actor)


def sign(actor, version="2022", effective_from=date(2022, 1, 1), **given):
    content = {"record_blocks": ["贷款"], "loan_counts": ["流动资金贷款", "固贷"], "document": "鄂金办发〔2022〕测试"}
    return first_loans.definition_sign(
        actor=actor, version=version, effective_from=effective_from, **{**content, **given}
    )


def claim(actor, financing, **given):
    content = {"query_on": date(2023, 2, 20), "operator": "钱经办", "prior_credit_kinds": []}
    return first_loans.first_loan_claim(actor=actor, financing=financing, **{**content, **given})


def other_firm(actor, number=2):
    return party_register(
        actor=actor, kind=Party.Kind.ENTERPRISE, name=f"另一家{number}有限公司", uscc=credit_code(number)
    )


def file_of(folder, columns, *rows, name="rows.csv"):
    path = folder / name
    path.write_text(csv_text(columns, rows), encoding="utf-8")
    return path
