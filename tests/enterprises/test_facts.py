"""Which fact speaks on a day, how facts are recorded, and what 我的资料 shows."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Role
from accounts.services import user_create
from common import clock
from common.audit import verify
from common.errors import Conflict, Invalid, NotAllowed
from common.models import AuditEvent
from common.tabular import Outcome
from enterprises.fact_cells import FACT_CELLS
from enterprises.facts import FIELDS, Owner
from enterprises.models import Fact
from enterprises.selectors import current_facts, fact_rows
from enterprises.services import DeclarationInvalid, enterprise_register, fact_record, facts_declare
from tests.codes import credit_code

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def frozen_clock():
    with clock.at(TODAY):
        yield


@pytest.fixture
def record(actor, firm):
    def _record(field, value, source="imported", as_of=date(2026, 1, 1), **particulars):
        return fact_record(actor=actor, party=firm, field=field, value=value, source=source, as_of=as_of, **particulars)

    return _record


def value_on(firm, field, day=TODAY):
    fact = current_facts(firm, day).get(field)
    return fact.value if fact else None


def test_the_latest_statement_up_to_the_day_speaks(firm, record):
    record("revenue", 1_000_000, as_of=date(2024, 12, 31))
    record("revenue", 2_000_000, as_of=date(2025, 12, 31))
    assert value_on(firm, "revenue") == 2_000_000
    assert value_on(firm, "revenue", date(2025, 6, 1)) == 1_000_000
    assert value_on(firm, "revenue", date(2024, 1, 1)) is None


@pytest.mark.parametrize("order", [("declared", "imported", "verified"), ("verified", "imported", "declared")])
def test_on_the_same_day_the_department_outranks_the_import_and_the_import_the_firm(firm, record, order):
    values = {"declared": 1, "imported": 2, "verified": 3}
    for source in order:
        record("employees", values[source], source=source)
    assert value_on(firm, "employees") == 3
    Fact.objects.filter(source="verified").delete()
    assert value_on(firm, "employees") == 2


def test_an_expired_fact_is_unknown_and_says_so(firm, record):
    record("tax_grade", "A", as_of=date(2024, 4, 1), valid_to=date(2025, 12, 31))
    assert value_on(firm, "tax_grade", date(2025, 12, 31)) == "A"
    assert value_on(firm, "tax_grade", date(2026, 1, 1)) is None
    row = next(row for row in fact_rows(firm) if row.field == "tax_grade")
    assert (row.display, row.note) == ("", "已于 2025-12-31 过期")


def test_recording_again_changes_nothing_and_a_correction_is_audited(firm, record):
    assert record("employees", 12)[1] is Outcome.CREATED
    assert record("employees", 12)[1] is Outcome.UNCHANGED
    fact, outcome = record("employees", 21)
    assert (outcome, fact.value) == (Outcome.UPDATED, 21)
    event = AuditEvent.objects.get(action="fact_correct")
    assert event.data["old"] == 12
    assert verify()[1] == []


def test_evidence_left_empty_for_the_same_value_stays(record):
    record("employees", 12, evidence="社保清单")
    fact, outcome = record("employees", 12)
    assert (outcome, fact.evidence) == (Outcome.UNCHANGED, "社保清单")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("revenue", -1),
        ("revenue", True),
        ("revenue", "100"),
        ("tags", "高新技术企业"),
        ("has_prior_loan", "是"),
        ("tax_grade", "E"),
        ("region", "东胜"),
        ("region", "鄂尔多斯部分地区"),
        ("established_on", "2026-13-01"),
        ("established_on", "2026-11-24"),
        ("age_months", 12),
        ("on_whitelist", True),
        ("need_amount", 5),
        ("nonsense", 5),
    ],
)
def test_a_value_that_does_not_fit_its_field_is_refused(record, field, value):
    with pytest.raises(Invalid) as error:
        record(field, value)
    assert error.value.field == field
    assert not Fact.objects.exists()


def test_dates_that_cannot_be_are_refused(record):
    with pytest.raises(Invalid, match="晚于今天"):
        record("employees", 1, as_of=date(2026, 11, 24))
    with pytest.raises(Invalid, match="早于截至日期"):
        record("employees", 1, valid_to=date(2025, 1, 1))
    with pytest.raises(Invalid, match="来源"):
        record("employees", 1, source="guessed")


def test_the_database_itself_keeps_one_fact_a_source_and_day(actor, firm, record):
    record("employees", 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Fact.objects.create(
            party=firm, field="employees", value=2, source="imported", as_of=date(2026, 1, 1), recorded_by=actor
        )


def test_a_firm_declares_in_the_units_people_write(firm, firm_user):
    changed = facts_declare(
        actor=firm_user,
        party=firm,
        values={
            "region": "鄂尔多斯市东胜区",
            "established_on": "2024年1月31日",
            "revenue": "1200.5",
            "debt_ratio": "45.25",
            "tags": "高企；科小",
            "has_prior_loan": "否",
            "industry": "",
        },
    )
    facts = current_facts(firm)
    assert sorted(changed) == sorted(facts)
    assert {field: fact.value for field, fact in facts.items()} == {
        "region": "东胜区",
        "established_on": "2024-01-31",
        "revenue": 12_005_000,
        "debt_ratio": 4525,
        "tags": ["高新技术企业", "科技型中小企业"],
        "has_prior_loan": False,
    }
    assert {fact.source for fact in facts.values()} == {"declared"}


def test_declaring_what_already_holds_keeps_the_verified_source(firm, firm_user, record):
    record("tax_grade", "A", source="verified")
    assert facts_declare(actor=firm_user, party=firm, values={"tax_grade": "A级"}) == []
    assert current_facts(firm)["tax_grade"].source == "verified"


def test_every_wrong_field_of_a_form_is_named_and_nothing_is_written(firm, firm_user):
    with pytest.raises(DeclarationInvalid) as error:
        facts_declare(
            actor=firm_user,
            party=firm,
            values={"revenue": "1e999", "region": "火星", "tags": "高企;天骄英才", "employees": "5", "strange": "1"},
        )
    assert set(error.value.errors) == {"revenue", "region", "tags", "strange"}
    assert "人才称号" in error.value.errors["tags"]
    assert not Fact.objects.exists()


def test_what_the_form_shows_is_read_back_equal(firm, firm_user, record):
    written = {
        "region": "准格尔旗",
        "established_on": "2020-02-29",
        "revenue": 123_456_700,
        "debt_ratio": 6005,
        "tags": [],
        "leader_titles": ["天骄英才"],
        "has_prior_loan": True,
        "employees": 1234,
        "tax_grade": "M",
    }
    for field, value in written.items():
        record(field, value)
    rows = {row.field: row for row in fact_rows(firm)}
    assert {field: FACT_CELLS[field].parse(rows[field].text) for field in written} == written
    assert rows["revenue"].display == "12,345.67 万元"
    assert rows["debt_ratio"].display == "60.05 %"
    assert rows["employees"].display == "1,234 人"
    assert rows["tags"].display == "无"
    assert (rows["industry"].display, rows["industry"].source) == ("", "")
    assert facts_declare(actor=firm_user, party=firm, values={row.field: row.text for row in rows.values()}) == []


def test_the_page_lists_every_field_a_party_can_fill(firm):
    fields = [row.field for row in fact_rows(firm)]
    assert set(fields) == {code for code, item in FIELDS.items() if item.owner is Owner.FACT} | {
        "region",
        "established_on",
    }
    assert all(row.where for row in fact_rows(firm))


def test_a_firm_may_neither_declare_for_another_nor_verify_itself(actor, firm, firm_user):
    other = enterprise_register(actor=actor, uscc=credit_code(2), name="另一家有限公司")
    with pytest.raises(NotAllowed):
        facts_declare(actor=firm_user, party=other, values={"employees": "5"})
    with pytest.raises(NotAllowed):
        fact_record(actor=firm_user, party=firm, field="employees", value=5, source="verified", as_of=TODAY)


def test_the_office_records_what_a_department_verified(actor, firm):
    office = user_create(
        actor=actor, username="office", password="correct horse", display_name="钱", party=None, roles=[Role.OFFICE]
    )
    fact, _ = fact_record(
        actor=office, party=firm, field="tax_grade", value="B", source="verified", as_of=TODAY, evidence="税务局函"
    )
    assert (fact.source, fact.recorded_by) == ("verified", office)


def test_a_firm_registers_once_under_a_valid_credit_code(actor):
    firm = enterprise_register(actor=actor, uscc=credit_code(9).lower(), name="新设有限公司")
    assert (firm.uscc, firm.enterprise.pk is not None) == (credit_code(9), True)
    with pytest.raises(Conflict):
        enterprise_register(actor=actor, uscc=credit_code(9), name="重名有限公司")
    for wrong in ("", "91150602MA0T00001X", "123"):
        with pytest.raises(Invalid):
            enterprise_register(actor=actor, uscc=wrong, name="错码有限公司")
