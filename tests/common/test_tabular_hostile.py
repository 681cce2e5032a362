"""Files that people and machines really send, through a small importer that keeps what it reads."""

import io
import json
import os
import re
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
from django.core.management import call_command
from openpyxl.chart import BarChart

from accounts.codes import credit_code, party_code
from common.management.importing import ImportCommand
from common.tabular import Outcome, cells, run_import
from tests import codes

pytestmark = pytest.mark.django_db

HEADER = ["name", "share_pct", "money_wan", "on"]


class Notes:
    """Keeps its rows and writes nothing."""

    columns = {
        "name": cells.required(cells.text(60)),
        "share_pct": cells.scaled(100, high=1_000, unit="%"),
        "money_wan": cells.scaled(10_000, high=10**8, unit="万元"),
        "on": cells.iso_date(),
        "code": party_code,
        "list": cells.many_of(),
    }
    optional = ("code", "list")
    key = ("name", "code")

    def __init__(self):
        self.rows = []

    def apply(self, row):
        self.rows.append(row)
        return Outcome.UNCHANGED


class Command(ImportCommand):
    importer_class = Notes


def load(tmp_path, content, **options):
    path = tmp_path / "file"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    importer = Notes()
    return run_import(path, importer, **options), importer.rows


def csv_of(*cells_, header="name,share_pct,money_wan,on"):
    return f"{header}\n{','.join(cells_)}\n"


def workbook(*rows, formats=None, change=None):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for place, style in (formats or {}).items():
        book.active[place].number_format = style
    if change:
        change(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def rewritten(content, member, pattern, replacement):
    """The workbook with one member's XML changed."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(result, "w") as target:
        for item in source.infolist():
            data = source.read(item)
            if item.filename == member:
                data, count = re.subn(pattern, replacement, data, count=1)
                assert count == 1
            target.writestr(item, data)
    return result.getvalue()


def only(report):
    (problem,) = report.rejected
    return problem["row"], problem["column"], problem["error"]


# Formulas


@pytest.mark.parametrize(
    "text",
    ["-随借随还", "+86 477 1234567", "@金融办", "-", "- 利率下浮(最多20%)", "+50bp", "-5℃", "@", "-A类(备案)企业"],
)
def test_text_behind_a_sign_is_text(tmp_path, text):
    report, rows = load(tmp_path, csv_of(text, "", "", ""))
    assert report.rejected == []
    assert rows[0]["name"] == text


@pytest.mark.parametrize(
    "text",
    ["=1+1", "=cmd|'/c calc'!A0", "+cmd|' /C calc'!A0", "@SUM(A1:A9)", "-2+3+cmd|' /C calc'!A0", "+HYPERLINK (A1)"],
)
def test_a_formula_in_a_csv_is_one_rejected_row_with_the_column_of_the_header(tmp_path, text):
    content = csv_of(text, "", "", "") + "好行,1,1,\n"
    assert only(load(tmp_path, content)[0])[:2] == (2, "name")
    report, rows = load(tmp_path, content, skip_invalid=True)
    assert "公式" in only(report)[2]
    assert [row["name"] for row in rows] == ["好行"]
    assert report.written


def test_a_formula_cell_in_a_workbook_is_one_rejected_row(tmp_path):
    content = workbook(HEADER, ["甲", "=A1*2", 1, None], ["乙", 1, 1, None])
    report, rows = load(tmp_path, content, skip_invalid=True)
    assert only(report)[:2] == (2, "share_pct")
    assert [row["name"] for row in rows] == ["乙"]


@pytest.mark.parametrize(
    "content", [workbook(["name", "=A1", "money_wan", "on"], ["甲"]), "name,=A1,money_wan,on\n甲\n"]
)
def test_a_formula_in_the_header_refuses_the_file(tmp_path, content):
    row, _, error = only(load(tmp_path, content, skip_invalid=True)[0])
    assert row == 1
    assert "表头第 2 列" in error
    assert "公式" in error


def test_text_that_looks_like_a_formula_stays_text_in_a_workbook(tmp_path):
    def as_text(book):
        book.active["A2"].data_type = "s"

    report, rows = load(tmp_path, workbook(HEADER, ["=待定", 1, 1, None], change=as_text))
    assert (report.rejected, rows[0]["name"]) == ([], "=待定")


# Cells of a workbook


@pytest.mark.parametrize("fault", ["#N/A", "#DIV/0!", "#REF!", "#VALUE!"])
def test_an_error_cell_is_a_rejected_row(tmp_path, fault):
    report, rows = load(tmp_path, workbook(HEADER, [fault, 1, 1, None], ["乙", 1, 1, None]), skip_invalid=True)
    row, column, error = only(report)
    assert (row, column) == (2, "name")
    assert fault in error
    assert "请改成" in error
    assert [row["name"] for row in rows] == ["乙"]


@pytest.mark.parametrize(
    ("value", "style", "stored"),
    [
        (0.7, "0%", 7_000),
        (0.7, "0.00%", 7_000),
        (0.0395, "0.00%", 395),
        (1, "0%", 10_000),
        (0.29, "0%", 2_900),
        (0.07, "0.0#%", 700),
        (70, "General", 7_000),
        (3.95, "0.00", 395),
        (3.95, '0.00"%"', 395),
        ("3.95%", "General", 395),
    ],
)
def test_a_percentage_is_what_the_sheet_shows(tmp_path, value, style, stored):
    report, rows = load(tmp_path, workbook(HEADER, ["甲", value, 1, None], formats={"B2": style}))
    assert (report.rejected, rows[0]["share_pct"]) == ([], stored)


def test_a_percentage_where_none_is_expected_is_refused(tmp_path):
    content = workbook(HEADER, ["甲", 1, 0.7, None], formats={"C2": "0%"})
    assert only(load(tmp_path, content)[0])[:2] == (2, "money_wan")


@pytest.mark.parametrize(
    ("value", "stored"),
    [(1234.3999999999999, 12_344_000), (0.1 + 0.2, 3_000), (1e-4, 1), (-0.0, 0), (99999999.9999, None)],
)
def test_binary_noise_is_no_digit(tmp_path, value, stored):
    content = rewritten(
        workbook(HEADER, ["甲", 1, 7, None]),
        "xl/worksheets/sheet1.xml",
        rb'(<c r="C2"[^>]*>)<v>7</v>',
        rb"\g<1><v>" + repr(value).encode() + b"</v>",
    )
    report, rows = load(tmp_path, content)
    assert (report.rejected, rows[0]["money_wan"]) == ([], 999_999_999_999 if stored is None else stored)


@pytest.mark.parametrize(
    ("value", "style", "text"), [(42, "000000", "000042"), (42, "General", "42"), (True, None, "是")]
)
def test_a_number_in_a_text_column_is_read_as_shown(tmp_path, value, style, text):
    _, rows = load(tmp_path, workbook(HEADER, [value, 1, 1, None], formats={"A2": style} if style else {}))
    assert rows[0]["name"] == text


@pytest.mark.parametrize(
    ("value", "style", "message"),
    [(12345678901234567890, "0", "15 位"), (5_000_000, "0,", "千倍"), (5_000_000, '0\\.0,"万"', "千倍")],
)
def test_a_number_that_is_not_what_the_sheet_shows_is_refused(tmp_path, value, style, message):
    report, _ = load(tmp_path, workbook(HEADER, ["甲", 1, value, None], formats={"C2": style}))
    assert only(report)[:2] == (2, "money_wan")
    assert message in only(report)[2]


@pytest.mark.parametrize("style", ["#,##0", "#,##0.00", "_ * #,##0.00_ ", "¥#,##0;[Red]-¥#,##0", '0"万元"', "0.00E+00"])
def test_ordinary_number_formats_change_nothing(tmp_path, style):
    _, rows = load(tmp_path, workbook(HEADER, ["甲", 1, 12500, None], formats={"C2": style}))
    assert rows[0]["money_wan"] == 125_000_000


def test_dates_in_a_workbook(tmp_path):
    content = workbook(
        HEADER,
        ["甲", 1, 1, datetime(2026, 1, 31)],
        ["乙", 1, 1, 45000],
        ["丙", 1, 1, datetime(2026, 1, 31, 8, 30)],
        ["丁", 1, 1, -5],
        formats={"D5": "yyyy-mm-dd"},
    )
    report, rows = load(tmp_path, content, skip_invalid=True)
    assert [row["on"] for row in rows] == [date(2026, 1, 31)]
    assert [(item["row"], item["column"]) for item in report.rejected] == [(3, "on"), (4, "on"), (5, "on")]


def test_merged_cells_are_refused(tmp_path):
    content = workbook(HEADER, ["甲", 1, 1, None], ["乙", 1, 1, None], change=lambda b: b.active.merge_cells("C2:C3"))
    assert "合并" in only(load(tmp_path, content)[0])[2]


def test_a_hidden_sheet_is_not_read_though_it_is_the_active_one(tmp_path):
    def hide(book):
        book.active.sheet_state = "hidden"
        for row in (HEADER, ["看得见", 1, 1, None]):
            book["另一张"].append(row)

    def two(book):
        book.create_sheet("另一张")
        hide(book)

    _, rows = load(tmp_path, workbook(HEADER, ["藏起来", 1, 1, None], change=two))
    assert [row["name"] for row in rows] == ["看得见"]


def test_two_sheets_of_data_are_ambiguous_and_a_sheet_of_notes_is_not(tmp_path):
    def second(*rows):
        def add(book):
            sheet = book.create_sheet("第二张")
            for row in rows:
                sheet.append(row)

        return add

    row = ["甲", 1, 1, None]
    report, _ = load(tmp_path, workbook(HEADER, row, change=second(HEADER, row)))
    assert "一次只导入一张" in only(report)[2]
    assert load(tmp_path, workbook(HEADER, row, change=second(["填表说明"])))[0].rejected == []


def test_a_chart_sheet_in_front_is_passed_over(tmp_path):
    def chart(book):
        book.create_chartsheet("图", 0).add_chart(BarChart())
        book.active = 0

    assert load(tmp_path, workbook(HEADER, ["甲", 1, 1, None], change=chart))[0].rejected == []


def test_a_stated_size_that_is_wrong_hides_no_row_and_costs_no_time(tmp_path):
    good = workbook(HEADER, ["甲", 1, 1, None], ["乙", 1, 1, None])
    for size in (b"A1:A1", b"A1:XFD1048576"):
        content = rewritten(
            good, "xl/worksheets/sheet1.xml", rb'<dimension ref="[^"]*"', b'<dimension ref="' + size + b'"'
        )
        assert [row["name"] for row in load(tmp_path, content)[1]] == ["甲", "乙"]
    content = rewritten(good, "xl/worksheets/sheet1.xml", rb'<row r="3"', b'<row r="999999999"')
    assert "行" in only(load(tmp_path, content)[0])[2]


def test_a_hundred_thousand_empty_rows_behind_the_data_are_nothing(tmp_path):
    def style(book):
        for number in (60_000, 100_000):
            book.active.cell(number, 1).number_format = "0.00"

    assert load(tmp_path, workbook(HEADER, ["甲", 1, 1, None], change=style))[0].rejected == []
    assert load(tmp_path, csv_of("甲", "", "", "") + ",,,\n" * 100_000)[0].rejected == []


# Text


@pytest.mark.parametrize("encode", [lambda t: t.replace("\n", "\r"), lambda t: t.replace("\n", "\r\n"), str])
def test_every_line_end_is_one(tmp_path, encode):
    assert load(tmp_path, encode(csv_of("甲", "1", "1", "") + "乙,,,\n"))[0].unchanged == 2


@pytest.mark.parametrize(
    "header", ["\ufeffname,share_pct,money_wan,on", " Name ,share_pct,ｍｏｎｅｙ＿ｗａｎ, on\u200b"]
)
def test_a_header_is_known_however_it_is_typed(tmp_path, header):
    report, rows = load(tmp_path, csv_of("甲", "1", "1", "", header=header))
    assert (report.rejected, rows[0]["money_wan"]) == ([], 10_000)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("name;share_pct;money_wan;on\n甲;1;1;\n", "“;”"),
        ("name\tshare_pct\tmoney_wan\ton\n甲\t1\t1\t\n", "制表符"),
        (csv_of("甲", "1", "1", "").encode("utf-16"), "CSV UTF-8"),
        (csv_of("甲", "1", "1", "").encode("utf-32"), "CSV UTF-8"),
        (csv_of("鄂尔多斯", "1", "1", "").encode() + "东胜区,1,1,\n".encode("gbk"), "两种编码"),
        (csv_of("甲" * 10_000_000, "1", "1", "").encode("gbk"), "13 万字"),
        (csv_of('"甲', "1", "1", ""), "引号"),
        (b"PK\x03\x04" + bytes(40), "打不开"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "加了密码"),
        (b"\xef\xbb\xbf", "没有内容"),
    ],
)
def test_a_file_of_the_wrong_kind_is_refused_in_chinese(tmp_path, content, message):
    error = only(load(tmp_path, content)[0])[2]
    assert message in error
    assert not re.search("[a-z]{6,}", error)


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("name", "#N/A"),
        ("money_wan", "#DIV/0!"),
        ("list", ";;；"),
        ("list", "无;高企"),
        ("money_wan", "1e999"),
        ("money_wan", "NaN"),
        ("money_wan", "-1"),
        ("money_wan", "１２３"),
        ("money_wan", '"1,234"'),
        ("money_wan", "70%"),
        ("money_wan", "0x10"),
        ("money_wan", "1_000"),
        ("money_wan", "٣"),
        ("share_pct", "%"),
        ("share_pct", "7%%"),
        ("on", "0000-00-00"),
        ("on", "45000"),
        ("on", "2026-02-30"),
        ("on", "31/01/2026"),
        ("name", "甲\u202e乙"),
        ("name", "甲\x07"),
    ],
)
def test_a_hostile_cell_is_named(tmp_path, column, cell):
    cells_ = {"name": "甲", "share_pct": "", "money_wan": "", "on": "", column: cell}
    report, _ = load(tmp_path, csv_of(*cells_.values(), header=",".join(cells_)))
    assert only(report)[:2] == (2, column)


def test_marks_without_width_make_no_second_name(tmp_path):
    report, _ = load(tmp_path, csv_of("甲\u200b", "", "", "") + "\ufeff甲,,,\n")
    assert "重复" in only(report)[2]


# Codes


@pytest.mark.parametrize(
    "spell", [str.lower, lambda c: f"{c[:8]} {c[8:]}", lambda c: c.replace("9", "９"), "\u3000{}\u200b".format]
)
def test_a_code_has_one_spelling(tmp_path, spell):
    code = codes.credit_code(1)
    assert credit_code(spell(code)) == party_code(spell(code)) == code
    header = "name,share_pct,money_wan,on,code"
    report, _ = load(tmp_path, csv_of("甲", "", "", "", code, header=header) + f"甲,,,,{spell(code)}\n")
    assert "重复" in only(report)[2]


# Files that are none


def outcome(path, *options):
    out, code = io.StringIO(), 0
    try:
        call_command(Command(), str(path), "--json", *options, stdout=out, stderr=io.StringIO())
    except SystemExit as stop:
        code = stop.code
    return json.loads(out.getvalue())["rejected"], code


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo, lambda p: os.symlink("nowhere", p), lambda p: None])
@pytest.mark.parametrize("options", [[], ["--skip-invalid"], ["--skip-invalid", "--dry-run"]])
def test_what_is_no_file_is_refused_at_once(tmp_path, make, options):
    make(tmp_path / "x.csv")
    (problem,), code = outcome(tmp_path / "x.csv", *options)
    assert code == 1
    assert "路径" in problem["error"]


@pytest.mark.parametrize("path", ["/dev/zero", "/proc/self/mem", "x" * 300, "a\x00b"])
def test_strange_paths_are_refused_at_once(path):
    (problem,), code = outcome(path)
    assert code == 1
    assert re.search("路径|空的", problem["error"])


def test_a_file_that_may_not_be_read_is_refused(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(csv_of("甲", "", "", ""))
    path.chmod(0)
    root = os.geteuid() == 0  # who may read anything
    if root:
        os.seteuid(65534)
    try:
        (problem,), code = outcome(path)
    finally:
        if root:
            os.seteuid(0)
    assert code == 1
    assert "读取权限" in problem["error"]
