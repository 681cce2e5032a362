"""Every way a catalogue file can be wrong, through the real command: named, and nothing written."""

import zipfile

import openpyxl
import pytest

from accounts.models import Party
from products.models import Product
from products.selectors import listed_versions

NUMERIC = {
    "amount_min_wan",
    "amount_max_wan",
    "term_min_months",
    "term_max_months",
    "rate_min_pct",
    "rate_max_pct",
    "min_years",
    "min_revenue_wan",
    "max_debt_ratio_pct",
}


def nothing_written():
    return not Product.objects.exists() and not Party.objects.filter(kind="institution").exists()


def rejected(report):
    return [(item["row"], item["column"]) for item in report["rejected"]]


def workbook(catalogue):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(catalogue.columns)
    for row in catalogue.rows:
        sheet.append(
            [float(row[name]) if name in NUMERIC and row[name] else row[name] or None for name in catalogue.columns]
        )
    path = catalogue.path.with_suffix(".xlsx")
    book.save(path)
    return path


def test_five_bad_rows_are_named_and_nothing_is_written(catalogue, load):
    catalogue.row("D005")["category"] = "存"
    catalogue.row("D020")["amount_max_wan"] = "-3"
    catalogue.row("B004")["guarantee_methods"] = "担保公司;口头承诺"
    catalogue.row("X010")["as_of"] = "2023-02-30"
    catalogue.row("T020")["source_url"] = "javascript:alert(1)"
    report, code = load(catalogue.write())
    assert code == 1
    assert rejected(report) == [
        (catalogue.line("D005"), "category"),
        (catalogue.line("D020"), "amount_max_wan"),
        (catalogue.line("B004"), "guarantee_methods"),
        (catalogue.line("X010"), "as_of"),
        (catalogue.line("T020"), "source_url"),
    ]
    assert {key: report[key] for key in ("created", "updated", "unchanged")} == {
        "created": 0,
        "updated": 0,
        "unchanged": 0,
    }
    assert "贷、保、险、投、租" in report["rejected"][0]["error"]
    assert "信用、抵押、质押" in report["rejected"][2]["error"]
    assert nothing_written()


def test_the_good_rows_come_in_when_bad_ones_may_be_skipped(catalogue, load):
    catalogue.row("D005")["category"] = "存"
    report, code = load(catalogue.write(), "--skip-invalid")
    assert (report["created"], len(report["rejected"]), code) == (171, 1, 0)
    assert listed_versions().count() == 171


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("id", ""),
        ("id", "D 001/.."),
        ("category", ""),
        ("name", ""),
        ("name", "长" * 121),
        ("institution_kind", "券商"),
        ("institution_kind", ""),
        ("amount_min_wan", "1e999"),
        ("amount_max_wan", "NaN"),
        ("amount_max_wan", "0"),
        ("amount_max_wan", "99999999999"),
        ("amount_max_wan", "0.00001"),
        ("amount_min_wan", "2000"),
        ("term_min_months", "13"),
        ("term_max_months", "12.5"),
        ("term_max_months", "0"),
        ("term_max_months", "五年"),
        ("rate_min_pct", "4.36"),
        ("rate_max_pct", "4.355"),
        ("rate_max_pct", "101"),
        ("rate_max_pct", "-0.1"),
        ("guarantee_methods", "信用;抵质押"),
        ("min_years", "-1"),
        ("min_years", "∞"),
        ("min_revenue_wan", "5百"),
        ("tax_grades", "A;E"),
        ("max_debt_ratio_pct", "700"),
        ("source_url", "ftp://example.cn/a"),
        ("source_url", "example.cn"),
        ("as_of", "2025-13"),
        ("as_of", "2025-1-1"),
        ("as_of", "去年"),
        ("verified", "maybe"),
    ],
)
def test_a_bad_cell_is_refused_with_its_column(catalogue, load, column, value):
    catalogue.rows = [catalogue.row("D001")]
    catalogue.rows[0][column] = value
    report, code = load(catalogue.write())
    assert (code, rejected(report)) == (1, [(2, column)])
    assert report["rejected"][0]["error"]
    assert nothing_written()


def test_two_rows_with_one_id_are_named(catalogue, load):
    catalogue.row("D002")["id"] = "D001"
    report, code = load(catalogue.write())
    assert (code, rejected(report)) == (1, [(3, "id")])
    assert "第 2 行" in report["rejected"][0]["error"]
    assert nothing_written()


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8-sig"])
def test_encodings_of_office_software_are_read_alike(catalogue, load, encoding):
    catalogue.rows = catalogue.rows[:10]
    load(catalogue.write())
    assert load(catalogue.write(encoding))[0]["unchanged"] == 10


def test_a_workbook_says_the_same_as_the_csv(catalogue, load):
    load(catalogue.write())
    assert load(workbook(catalogue))[0] == {"created": 0, "updated": 0, "unchanged": 172, "rejected": []}


def test_a_formula_cell_is_refused(catalogue, load):
    catalogue.rows = catalogue.rows[:2]
    catalogue.rows[1]["features"] = "=HYPERLINK(1)"
    for path in (catalogue.write(), workbook(catalogue)):
        report, code = load(path)
        assert (code, report["rejected"][0]["row"]) == (1, 3)
        assert "公式" in report["rejected"][0]["error"]
    assert nothing_written()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "空"),
        (b"\n\n", "没有内容"),
        (b"id,name\nD001,x\n", "缺少列"),
        (b"id,id\nD001,x\n", "两次"),
        (b"id,colour\nD001,x\n", "不认识的列"),
        (b"\x00\x01\x02", "不是文本"),
        (b"\xff\xff\xff\xff,\n", "编码"),
        (b"PK\x03\x04 broken", "损坏"),
    ],
)
def test_an_unreadable_file_is_refused_with_a_remedy(tmp_path, load, content, words):
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    report, code = load(path)
    assert (code, len(report["rejected"])) == (1, 1)
    assert words in report["rejected"][0]["error"]
    assert nothing_written()


def test_a_file_with_a_header_alone_or_none_at_all_is_refused(catalogue, load):
    catalogue.rows = []
    for path in (catalogue.write(), catalogue.path.with_name("missing.csv")):
        report, code = load(path)
        assert (code, len(report["rejected"])) == (1, 1)
    assert nothing_written()


def test_a_file_of_100_mb_is_refused_unread(tmp_path, load):
    path = tmp_path / "large.csv"
    with path.open("wb") as handle:
        handle.truncate(100 * 1024 * 1024)
    report, code = load(path)
    assert code == 1
    assert "100 MB" in report["rejected"][0]["error"]


def test_a_workbook_that_unpacks_without_end_is_refused(tmp_path, load):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60 * 1024 * 1024)
    assert path.stat().st_size < 200_000
    report, code = load(path)
    assert code == 1
    assert "异常巨大" in report["rejected"][0]["error"]
    assert nothing_written()
