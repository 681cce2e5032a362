"""Plan and ledger pages."""

import io
import re
from datetime import date

import openpyxl
import pytest

from common import clock
from ledger.forms import HEADINGS
from tests.frontend.conftest import text_of


def test_the_ledger_has_the_nine_headings_and_fourteen_rows(as_office, plan):
    page = text_of(as_office.get("/ledger/2023Q1/"))
    head = re.search(r"<thead>(.*?)</thead>", page)[1]
    assert tuple(re.findall(r'<th scope="col">(.*?)</th>', head)) == HEADINGS
    assert len(HEADINGS) == 9
    body = re.search(r"<tbody>(.*?)</tbody>", page)[1]
    assert [int(number) for number in re.findall(r'<th scope="row">(\d+)', body)] == list(range(1, 15))
    spans = [int(rows) for rows in re.findall(r'rowspan="(\d+)"', body)]
    assert (len(spans), sum(spans)) == (3, 14)


def test_the_ledger_names_its_due_day(as_office, plan):
    assert "2023-04-10" in text_of(as_office.get("/ledger/2023Q1/"))


def test_what_nobody_recorded_is_to_be_filled_in_and_not_invented(as_office, plan):
    page = text_of(as_office.get("/ledger/2023Q1/"))
    body = re.search(r"<tbody>(.*?)</tbody>", page)[1]
    assert body.count("待填报") == 14 * 3
    # Row 2 alone has a proposal beside its fields: its whitelist was due on 31 March, and no record shows one.
    assert body.count('<p class="hint">（建议稿）') == 2
    assert "标“（建议稿）”的文字由系统按逾期时限和未达指标提出" in page


def test_phones_get_the_same_rows_as_blocks(as_office, plan):
    page = text_of(as_office.get("/ledger/2023Q1/"))
    assert page.count("<article") == 14


def test_the_ledger_opens_on_the_current_quarter_and_takes_another(as_office, plan):
    with clock.at(date(2024, 5, 6)):
        assert as_office.get("/ledger/")["Location"] == "/ledger/2024Q2/"
    assert as_office.get("/ledger/", {"quarter": "2022Q4"})["Location"] == "/ledger/2022Q4/"


@pytest.mark.parametrize("quarter", ["2023Q5", "2023", "abc", "%00", "0000Q1", "２０２３Q1"])
def test_a_quarter_that_is_none_gets_words(as_office, plan, quarter):
    response = as_office.get(f"/ledger/{quarter}/")
    assert response.status_code in (404, 422)
    assert "没有这一页" in text_of(response) or "不是季度" in text_of(response)


def test_a_bad_quarter_in_the_form_gets_words(as_office, plan):
    response = as_office.get("/ledger/", {"quarter": "x\x00"})
    assert response.status_code == 422
    assert "不是季度" in text_of(response)


def test_the_workbook_holds_the_same_headings(as_office, plan):
    response = as_office.get("/ledger/2023Q1/xlsx/")
    assert response["Content-Type"].endswith("spreadsheetml.sheet")
    assert "filename*=UTF-8''" in response["Content-Disposition"]
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    rows = [tuple(cell.value for cell in row[:9]) for row in sheet.iter_rows()]
    assert HEADINGS in rows


@pytest.mark.parametrize(("kind", "starts"), [("xlsx", b"PK"), ("docx", b"PK"), ("pdf", b"%PDF")])
def test_the_ledger_is_given_as_a_file_of_each_kind(as_office, plan, kind, starts):
    assert f'href="/ledger/2023Q1/{kind}/"' in text_of(as_office.get("/ledger/2023Q1/"))
    response = as_office.get(f"/ledger/2023Q1/{kind}/")
    assert response.content.startswith(starts)
    assert response["Content-Disposition"].startswith(f'attachment; filename="ledger-2023Q1.{kind}"')


def test_a_kind_of_file_there_is_none_of_gets_words(as_office, plan):
    response = as_office.get("/ledger/2023Q1/exe/")
    assert response.status_code == 404
    assert "Excel、Word、PDF" in text_of(response)


def test_without_a_plan_the_pages_say_what_is_missing(as_office):
    for address in ("/plan/", "/ledger/2023Q1/"):
        response = as_office.get(address)
        assert response.status_code == 404
        assert "还没有载入任何方案" in text_of(response)


def test_the_plan_shows_measures_by_section_and_why_an_indicator_is_unknown(as_office, plan):
    page = text_of(as_office.get("/plan/"))
    assert [int(number) for number in re.findall(r'<li id="m(\d+)">', page)] == list(range(1, 15))
    assert "推动人才和科创贷款每年增速达到30%以上" in page
    assert page.count("暂不能算") == 11
    assert "待核定" in page
    assert "None" not in page
