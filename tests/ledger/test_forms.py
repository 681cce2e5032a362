"""The form in its three formats, read back: the same text in each, whole, and ready to print."""

import re
import shutil
import subprocess
from io import BytesIO

import pytest
from django.core.management import CommandError
from django.db import connection
from docx import Document
from docx.oxml.ns import qn
from openpyxl import load_workbook

from ledger.forms import FORMATS, HEADINGS
from ledger.forms.content import form_of
from ledger.forms.xlsx import xlsx_bytes
from ledger.selectors import ledger_table
from tests.ledger.test_load_plan import run

pytestmark = pytest.mark.django_db
needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext and pdfinfo")
# What a spreadsheet would run, what a typesetter would read as markup, an address wider than its column, two lines.
ODD = ['=HYPERLINK("http://x")', "#eval(1) *粗* $x$ <a> & “引”", f"http://example.test/{'a' * 150}", "第一行\n第二行"]


@pytest.fixture
def files(plan, tmp_path):
    """The three files of 2023Q1, with odd texts in 完成时限."""
    for number, text in enumerate(ODD, start=1):
        plan.measures.filter(number=number).update(deadline_text=text)
    paths = {kind: tmp_path / f"ledger.{kind}" for kind in FORMATS}
    for kind, path in paths.items():
        run("ledger", "2023Q1", "--format", kind, "--output", str(path))
    return paths


@pytest.fixture
def form(files):
    return form_of(ledger_table("2023Q1"))


def pdf_text(path):
    """In reading order, without the spaces and line ends of the page."""
    out = subprocess.run(["pdftotext", "-raw", str(path), "-"], check=True, capture_output=True, text=True).stdout
    return re.sub(r"\s", "", out)


def word_tables(path):
    return [[[cell.text for cell in row.cells] for row in table.rows] for table in Document(str(path)).tables]


def test_word_says_what_the_ledger_says(files, form):
    ledger, indicators, contacts = word_tables(files["docx"])
    assert tuple(ledger[0]) == HEADINGS
    assert [tuple(row) for row in ledger[1:]] == list(form.rows)
    assert [tuple(row) for row in indicators[1:]] == list(form.indicators)
    assert [tuple(row) for row in contacts[1:]] == list(form.contacts)
    assert len(Document(str(files["docx"])).tables) == 3
    bare = [row[0] for table in (ledger, indicators, contacts) for row in table if row[0].strip().isdecimal()]
    assert bare == [str(number) for number in range(1, 15)]


def test_the_sheet_says_what_the_ledger_says(files, form):
    page = load_workbook(files["xlsx"]).active
    rows = [["" if value is None else str(value) for value in row] for row in page.iter_rows(values_only=True)]
    start = rows.index(list(HEADINGS)) + 1
    section = ""
    for row, expected in zip(rows[start:], form.rows, strict=True):
        section = row[1] or section
        assert (row[0], section, *row[2:]) == expected


@needs_poppler
def test_the_pdf_says_what_the_ledger_says_in_the_same_order(files, form):
    said = pdf_text(files["pdf"])
    assert "".join(HEADINGS) in said
    place = 0
    for row in form.rows:
        for column, text in enumerate(row):
            if column == 1:
                continue
            found = said.find(re.sub(r"\s", "", text), place)
            assert found >= 0, text
            place = found
    for section, _ in form.sections:
        assert re.sub(r"\s", "", form.rows[section][1]) in said
    for row in (*form.indicators, *form.contacts):
        assert all(re.sub(r"\s", "", text) in said for text in row)


@needs_poppler
def test_the_pdf_is_tagged_a4_landscape_and_repeats_its_headings(files):
    told = subprocess.run(["pdfinfo", str(files["pdf"])], check=True, capture_output=True, text=True).stdout
    assert re.search(r"Tagged:\s+yes", told)
    assert re.search(r"Page size:\s+841\.\d+ x 595\.\d+ pts \(A4\)", told)
    assert "重点任务台账" in told
    pages = int(re.search(r"Pages:\s+(\d+)", told)[1])
    assert pages >= 3
    assert pdf_text(files["pdf"]).count("".join(HEADINGS)) >= 2


def test_word_is_a4_landscape_repeats_its_headings_and_merges_sections(files, form):
    document = Document(str(files["docx"]))
    page = document.sections[0]
    assert (page.page_width.mm, page.page_height.mm) == pytest.approx((297, 210), abs=0.1)
    assert page._sectPr.find(qn("w:pgSz")).get(qn("w:orient")) == "landscape"
    table = document.tables[0]
    assert len(table.columns) == 9
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert [count for _, count in form.sections] == [6, 3, 5]
    merges = [row._tr.tc_lst[1].vMerge for row in table.rows[1:]]
    assert merges == [kind for _, count in form.sections for kind in ["restart", *["continue"] * (count - 1)]]
    assert document.core_properties.title == form.title


def longest(plan, text):
    plan.measures.filter(number=3).update(text=text)
    return form_of(ledger_table("2023Q1"))


@pytest.mark.parametrize("length", [400, 3000])
def test_long_text_is_whole_in_every_format(plan, tmp_path, length):
    form = longest(plan, "龘" * length)
    for kind, made in ((kind, make(form)) for kind, make in FORMATS.items()):
        path = tmp_path / f"long.{kind}"
        path.write_bytes(made)
    assert word_tables(tmp_path / "long.docx")[0][3][2] == "龘" * length
    assert load_workbook(tmp_path / "long.xlsx").active["C7"].value == "龘" * length
    if shutil.which("pdftotext"):
        assert pdf_text(tmp_path / "long.pdf").count("龘") == length


def test_a_row_higher_than_excel_allows_is_set_smaller(plan):
    page = load_workbook(BytesIO(xlsx_bytes(longest(plan, "龘" * 1500)))).active
    ordinary, long = page["C6"].font.size, page["C7"].font.size
    assert long < ordinary
    assert page.row_dimensions[7].height <= 409
    width, height = page.column_dimensions["C"].width, page.row_dimensions[7].height
    per_line = width * 0.5 * ordinary / long
    assert -(-1500 // per_line) * 15 * long / ordinary <= height


def test_characters_no_form_can_hold_are_left_out(plan):
    # PostgreSQL itself holds no NUL.
    nul = "" if connection.vendor == "postgresql" else "\x00"
    form = longest(plan, f"推动\x07知识{nul}产权\ufffe。")
    assert form.rows[2][2] == "推动知识产权。"
    assert all(make(form) for make in FORMATS.values())


def test_a_name_in_mongolian_script_still_makes_a_tagged_pdf(plan, tmp_path):
    path = tmp_path / "mongolian.pdf"
    path.write_bytes(FORMATS["pdf"](longest(plan, "推动知识产权质押融资。ᠣᠷᠳᠣᠰ")))
    assert b"/MarkInfo" in path.read_bytes() or b"StructTreeRoot" in path.read_bytes()


@pytest.mark.parametrize("kind", ["xlsx", "docx", "pdf"])
def test_a_file_has_to_be_named(plan, kind):
    with pytest.raises(CommandError, match=f"--output 台账.{kind}"):
        run("ledger", "2023Q1", "--format", kind)
