"""The gap report, its groups, its files and the products; small groups stay closed."""

import csv
import io

import openpyxl
import pytest

from accounts.models import Party, Role
from common.models import AuditEvent
from common.tabular.writing import csv_bytes, xlsx_bytes
from enterprises.models import Fact, Need
from matching import gaps
from matching.services import rematch
from tests.frontend.conftest import text_of


@pytest.fixture(autouse=True)
def fresh_counts():
    gaps._exclusions.clear()
    yield
    gaps._exclusions.clear()


@pytest.fixture
def lacking(actor, put_on_shelf):
    """Six needs of one group that nothing fits, and one of another: the only product serves 成都."""
    put_on_shelf(["D026"])
    for number in range(7):
        party = Party.objects.create(kind=Party.Kind.TEAM, name=f"保密团队{number}", talent_code=f"G{number}")
        known = {"industry": "化工" if number else "=农牧", "region": "东胜区"}
        Fact.objects.bulk_create(
            Fact(party=party, field=field, value=value, source="declared", as_of="2020-01-01", recorded_by=actor)
            for field, value in known.items()
        )
        Need.objects.create(
            code=f"G{number}",
            party=party,
            recorded_by=actor,
            kinds=["贷"],
            amount=10**12,
            term_months=1_000,
            guarantees=[],
        )
    rematch()


def test_groups_lead_to_masked_needs_and_small_ones_to_nothing(as_office, lacking):
    page = text_of(as_office.get("/office/gaps/"))
    assert "<b>7</b> 项需求" in page
    assert "其余 2 组" in page
    assert "适用地区" in page
    group = "/office/gaps/needs/?sector=化工&band=3,000万元以上&guarantee=只有信用"
    needs = as_office.get(group)
    # Six and one: the one would follow from the total, so neither group is shown.
    assert needs.status_code == 404
    Need.objects.filter(code="G0").update(state="closed")
    rematch()
    needs = text_of(as_office.get(group))
    assert "6 项需求" in needs
    assert "G3" in needs
    assert "保密团队" not in needs
    assert AuditEvent.objects.filter(action="gap_needs").count() == 1
    assert as_office.get("/office/gaps/needs/?sector=没有").status_code == 404


def test_files_hold_the_same_groups_and_no_formula(as_office, lacking):
    Need.objects.filter(code="G0").update(state="closed")
    rematch()
    read = list(csv.reader(io.StringIO(as_office.get("/office/gaps/file/csv/").content.decode("utf-8-sig"))))
    assert read[1][:4] == ["化工", "3,000万元以上", "只有信用", "6"]
    book = openpyxl.load_workbook(io.BytesIO(as_office.get("/office/gaps/file/xlsx/").content))
    assert [[str(cell) for cell in row] for row in book.active.iter_rows(values_only=True)] == read
    assert as_office.get("/office/gaps/file/pdf/").status_code == 404
    assert AuditEvent.objects.filter(action="export").count() == 2


def test_no_cell_becomes_a_formula():
    rows = [["=1+1", "+1", "-1", "@a", "\tb", "安全", 3, None]]
    read = next(csv.reader(io.StringIO(csv_bytes(rows).decode("utf-8-sig"))))
    assert read == ["'=1+1", "'+1", "'-1", "'@a", "'\tb", "安全", "3", ""]
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx_bytes("表", rows))).active
    assert [cell.data_type for cell in sheet[1]][:5] == ["s"] * 5


def test_products_say_what_shuts_out_most(as_office, lacking):
    page = text_of(as_office.get("/office/gaps/products/"))
    assert "排除最多的条件" in page
    assert "保密团队" not in page


def test_no_gap_is_said(as_office, shelf):
    assert "没有缺口" in text_of(as_office.get("/office/gaps/"))


@pytest.mark.parametrize("role", [Role.BANK_MAKER, Role.LEAD_UNIT, Role.FIRM])
def test_only_the_office_reads_it(client, register, role):
    client.force_login(register("u", role))
    for path in ("", "needs/", "products/", "file/csv/"):
        assert client.get(f"/office/gaps/{path}").status_code == 403
