"""One spelling of a code in every file, and which of several dated statements speaks (docs/adr/0009)."""

from datetime import date

import pytest

from accounts.models import Party
from common import clock
from enterprises.models import Fact, WhitelistEntry
from enterprises.selectors import current_facts
from tests.codes import credit_code
from tests.enterprises.files import ENTERPRISES, FACTS, TALENTS, WHITELIST, counts, places_of_errors, run, write_csv

pytestmark = pytest.mark.django_db
CODE = credit_code(1)
SPELLINGS = [CODE.lower(), f" {CODE[:6]} {CODE[6:]}", CODE.translate({ord("9"): "９", ord("M"): "Ｍ"}), f"{CODE}\u200b"]
FACT = {"party_code": CODE, "field": "employees", "value": "3", "source": "imported", "as_of": "2026-01-01"}
ENTRY = {"batch": "第一批", "department": "市科技局", "published_on": "2023-03-31", "party_code": CODE}
TALENT = {"talent_code": "RC-001", "name": "孙人才", "kind": "person", "firm_uscc": CODE, "role": "创办"}


@pytest.fixture(autouse=True)
def frozen_clock(firm):
    with clock.at(date(2026, 11, 23)):
        yield


@pytest.fixture
def load(tmp_path):
    def _load(command, columns, *rows):
        return run(f"import_{command}", write_csv(tmp_path / "x.csv", columns, rows))

    return _load


@pytest.mark.parametrize("spelled", SPELLINGS)
@pytest.mark.parametrize(
    ("command", "columns", "row", "column"),
    [
        ("enterprises", ENTERPRISES, {"uscc": CODE, "name": "测试新材料有限公司", "employees": "9"}, "uscc"),
        ("facts", FACTS, FACT, "party_code"),
        ("whitelist", WHITELIST, ENTRY, "party_code"),
        ("talents", TALENTS, TALENT, "firm_uscc"),
    ],
)
def test_a_credit_code_is_one_however_it_is_typed(load, command, columns, row, column, spelled):
    other = {**row, column: spelled}
    assert len(places_of_errors(load(command, columns, row, other)[0])) == 1
    assert load(command, columns, row)[1] == 0
    assert counts(load(command, columns, other)[0]) == [0, 0, 1, 0]
    assert Party.objects.filter(kind="enterprise").count() == 1


@pytest.mark.parametrize("spelled", ["rc-001", "ＲＣ－００１", "RC -001"])
def test_a_talent_code_is_one_however_it_is_typed(load, spelled):
    assert counts(load("talents", TALENTS, {**TALENT, "talent_code": spelled})[0]) == [1, 0, 0, 0]
    assert counts(load("talents", TALENTS, TALENT)[0]) == [0, 0, 1, 0]
    assert Party.objects.get(kind="person").talent_code == "RC-001"
    row = {**FACT, "party_code": spelled, "field": "industry", "value": "新能源"}
    assert counts(load("facts", FACTS, row)[0]) == [1, 0, 0, 0]
    assert counts(load("whitelist", WHITELIST, {**ENTRY, "party_code": spelled})[0]) == [1, 0, 0, 0]
    assert WhitelistEntry.objects.get().party.talent_code == "RC-001"


def firm_row(**cells):
    return {"uscc": CODE, "name": "测试新材料有限公司", **cells}


def employees(firm):
    fact = current_facts(firm)["employees"]
    return fact.value, fact.as_of, fact.source


def test_an_emptied_cell_keeps_the_older_dated_fact(load, firm):
    columns = [*ENTERPRISES, "facts_as_of"]
    load("enterprises", columns, firm_row(employees="30", tags="高企", facts_as_of="2026-01-01"))
    load("enterprises", columns, firm_row(employees="", tags="无", facts_as_of="2026-06-01"))
    assert employees(firm) == (30, date(2026, 1, 1), "imported")
    assert (current_facts(firm)["tags"].value, current_facts(firm)["tags"].as_of) == ([], date(2026, 6, 1))


def test_an_older_file_that_arrives_late_changes_nothing_newer(load, firm):
    columns = [*ENTERPRISES, "facts_as_of"]
    load("enterprises", columns, firm_row(employees="30", facts_as_of="2026-06-01"))
    assert counts(load("enterprises", columns, firm_row(employees="20", facts_as_of="2026-01-01"))[0]) == [0, 1, 0, 0]
    assert employees(firm) == (30, date(2026, 6, 1), "imported")
    assert Fact.objects.filter(field="employees").count() == 2


def test_the_newest_speaks_whatever_its_source_and_on_one_day_the_department(load, firm):
    load("facts", FACTS, {**FACT, "value": "1", "source": "verified", "as_of": "2026-03-01"})
    load("facts", FACTS, {**FACT, "value": "2", "source": "declared", "as_of": "2026-03-02"})
    assert employees(firm) == (2, date(2026, 3, 2), "declared")
    load("facts", FACTS, {**FACT, "value": "3", "source": "verified", "as_of": "2026-03-02"})
    load("facts", FACTS, {**FACT, "value": "4", "source": "imported", "as_of": "2026-03-02"})
    assert employees(firm) == (3, date(2026, 3, 2), "verified")


def test_an_undated_file_moves_no_date_when_it_says_what_was_last_imported(load, firm):
    load("enterprises", ENTERPRISES, firm_row(employees="30"))
    with clock.at(date(2026, 12, 24)):
        assert counts(load("enterprises", ENTERPRISES, firm_row(employees="30"))[0]) == [0, 0, 1, 0]
        assert employees(firm)[1] == date(2026, 11, 23)
