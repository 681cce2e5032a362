"""Every way a file can be wrong, through a small importer of accounts parties."""

import io
import re
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from accounts.codes import credit_code
from accounts.models import Party
from common.errors import Invalid
from common.tabular import Outcome, cells, run_import

pytestmark = pytest.mark.django_db


class Departments:
    columns = {
        "name": cells.required(cells.text(20)),
        "money_wan": cells.scaled(10_000, high=1_000_000, unit="万元"),
        "since": cells.iso_date(),
        "kind": cells.one_of(("甲", "乙")),
        "list": cells.many_of(("A", "B")),
        "code": credit_code,
    }
    optional = ("list", "code")
    key = ("name",)

    def __init__(self):
        self.rows = []

    def apply(self, row):
        if row["name"] == "拒绝":
            raise Invalid("这个名称不能用。", field="name")
        self.rows.append(row)
        _, created = Party.objects.get_or_create(kind="department", name=row["name"])
        return Outcome.CREATED if created else Outcome.UNCHANGED


HEADER = "name,money_wan,since,kind"


def load(tmp_path, content, **options):
    path = tmp_path / "file.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    importer = Departments()
    return run_import(path, importer, **options), importer


def test_a_good_file_is_written_and_typed(tmp_path):
    report, importer = load(tmp_path, f"{HEADER},list\n科技局,12.5,2023/4/1,甲,A；B\n财政局,,2023-04-01,,无\n")
    assert report.as_json() == {"created": 2, "updated": 0, "unchanged": 0, "rejected": []}
    assert importer.rows[0]["money_wan"] == 125_000
    assert importer.rows[0]["since"] == date(2023, 4, 1)
    assert [row["list"] for row in importer.rows] == [["A", "B"], []]
    assert importer.rows[1]["money_wan"] is None


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk", "gb18030"])
def test_encodings_of_office_software_are_read(tmp_path, encoding):
    report, _ = load(tmp_path, f"{HEADER}\n科技局,1,2023-04-01,甲\n".encode(encoding))
    assert report.created == 1
    assert Party.objects.get().name == "科技局"


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("1e999", "不是数字"),
        ("NaN", "不是数字"),
        ("inf", "不是数字"),
        ("-5", "不能小于"),
        ("99999999", "不能大于"),
        ("1.23456", "小数位过多"),
        ("五百", "不是数字"),
        ("１２", "不是数字"),
    ],
)
def test_absurd_numbers_are_named(tmp_path, cell, message):
    report, _ = load(tmp_path, f"{HEADER}\n科技局,{cell},2023-04-01,甲\n")
    (problem,) = report.rejected
    assert (problem["row"], problem["column"]) == (2, "money_wan")
    assert message in problem["error"]
    assert not Party.objects.exists()


@pytest.mark.parametrize("cell", ["2023-02-30", "2023-13-01", "昨天", "20230401", "0000-01-01", "2023-4"])
def test_impossible_dates_are_named(tmp_path, cell):
    report, _ = load(tmp_path, f"{HEADER}\n科技局,1,{cell},甲\n")
    assert report.rejected[0]["column"] == "since"
    assert "日期" in report.rejected[0]["error"]


def test_other_bad_cells_are_all_named_and_nothing_is_written(tmp_path):
    text = (
        f"{HEADER},list,code\n,1,2023-04-01,丙,C,123\n科技局,1,2023-04-01,甲,A,\n拒绝,1,2023-04-01,甲,,\n科技局,,,,,\n"
    )
    report, _ = load(tmp_path, text)
    places = [(item["row"], item["column"]) for item in report.as_json()["rejected"]]
    assert sorted(places) == sorted([(2, "name"), (2, "kind"), (2, "list"), (2, "code"), (4, "name"), (5, "name")])
    assert (report.created, report.written) == (0, False)
    assert not Party.objects.exists()


def test_skip_invalid_keeps_the_good_rows(tmp_path):
    report, _ = load(tmp_path, f"{HEADER}\n科技局,1,2023-04-01,甲\n拒绝,1,,\n财政局,x,,\n", skip_invalid=True)
    assert (report.created, len(report.rejected)) == (1, 2)
    assert [party.name for party in Party.objects.all()] == ["科技局"]


def test_dry_run_counts_and_writes_nothing(tmp_path):
    report, _ = load(tmp_path, f"{HEADER}\n科技局,1,2023-04-01,甲\n", dry_run=True)
    assert (report.created, report.written) == (1, False)
    assert not Party.objects.exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "空的"),
        (b"\xef\xbb\xbf\n\n", "没有内容"),
        (HEADER.encode() + b"\n", "没有数据行"),
        (b"name,money_wan\nx,1\n", "缺少列：since、kind"),
        (b"name,money_wan,since,kind,extra\nx,1,,,\n", "不认识的列“extra”"),
        (b"name,name,since,kind\nx,1,,\n", "出现了两次"),
        (b"\x00\x01\x02binary", "不是文本"),
        (b"\xff\xff\xff\xff", "编码"),
        (b'name,money_wan,since,kind\n"x,1,,\n', "引号"),
        (b"name,money_wan,since,kind\n=1+1,1,,\n", "公式"),
        (b"name,money_wan,since,kind\n@SUM(A1),1,,\n", "公式"),
        (b"name,money_wan,since,kind\nx,1,,,,,,\n", "比表头多"),
        (b"PK\x03\x04broken", "损坏"),
    ],
)
def test_bad_files_are_refused_with_a_remedy(tmp_path, content, message):
    report, _ = load(tmp_path, content)
    assert message in report.rejected[0]["error"]
    assert not Party.objects.exists()


def test_a_hundred_megabytes_are_refused_unread(tmp_path):
    path = tmp_path / "big.csv"
    with path.open("wb") as handle:
        handle.seek(100 * 1024 * 1024)
        handle.write(b"x")
    report = run_import(path, Departments())
    assert "100 MB" in report.rejected[0]["error"]


def workbook(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_xlsx_is_read_with_numbers_and_dates(tmp_path):
    content = workbook(
        HEADER.split(","), ["科技局", 500.0, datetime(2023, 4, 1), "甲"], [None], ["财政局", 1.5, None, None]
    )
    report, importer = load(tmp_path, content)
    assert report.created == 2
    assert [row["money_wan"] for row in importer.rows] == [5_000_000, 15_000]
    assert importer.rows[0]["since"] == date(2023, 4, 1)


def test_xlsx_formula_names_its_cell(tmp_path):
    report, _ = load(tmp_path, workbook(HEADER.split(","), ["科技局", "=1+1", None, None]))
    assert (report.rejected[0]["row"], report.rejected[0]["column"]) == (2, "money_wan")
    assert "公式" in report.rejected[0]["error"]


def test_xlsx_bomb_is_refused_by_its_directory(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"<row/>" * 10_000_000)
    report, _ = load(tmp_path, buffer.getvalue())
    assert "异常巨大" in report.rejected[0]["error"]


def test_entity_expansion_in_xlsx_is_refused(tmp_path):
    good = io.BytesIO(workbook(HEADER.split(","), ["科技局", 1, None, None]))
    evil = io.BytesIO()
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(evil, "w") as target:
        for item in source.infolist():
            data = source.read(item)
            if item.filename == "xl/workbook.xml":
                data = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>' + data.split(b"?>")[-1]
            target.writestr(item, data)
    report, _ = load(tmp_path, evil.getvalue())
    assert "打不开" in report.rejected[0]["error"]


def test_a_damaged_cell_is_refused_like_a_damaged_file(tmp_path):
    good = io.BytesIO(workbook(HEADER.split(","), ["科技局", 1, None, None]))
    damaged = io.BytesIO()
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(damaged, "w") as target:
        for item in source.infolist():
            data = source.read(item)
            if item.filename == "xl/worksheets/sheet1.xml":
                # The name's cell points to a shared text that does not exist.
                data, replaced = re.subn(rb'(<c r="A2")[^>]*>.*?</c>', rb'\1 t="s"><v>99999</v></c>', data)
                assert replaced == 1
            target.writestr(item, data)
    report, _ = load(tmp_path, damaged.getvalue())
    assert "损坏" in report.rejected[0]["error"]
    assert not Party.objects.exists()
