"""Files somebody means harm with, or that a broken machine sends: name → bytes. Built on demand, none is kept."""

import io
import struct
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl

from tests.codes import credit_code

HEADER = (
    "uscc,name,region,industry,established_on,employees,revenue_wan,total_assets_wan,debt_ratio_pct,rd_ratio_pct,"
    "invention_patents,utility_patents,software_copyrights,tags,tax_grade,has_prior_loan,leader_titles"
)
COLUMNS = HEADER.split(",")
SHEET = "xl/worksheets/sheet1.xml"
HEAD = b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
FOOT = b"</sheetData></worksheet>"
LAUGHS = b"".join(b'<!ENTITY l%d "%s">' % (n + 1, b"&l%d;" % n * 10) for n in range(9))
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

FILES: dict[str, Callable[[], bytes]] = {}


def file(name: str) -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
    def keep(make: Callable[[], bytes]) -> Callable[[], bytes]:
        FILES[name] = make
        return make

    return keep


def given(name: str, content: bytes) -> None:
    FILES[name] = lambda: content


def csv_of(*rows: dict[str, str], header: str = HEADER) -> bytes:
    lines = [header]
    for number, row in enumerate(rows):
        cells = {"uscc": credit_code(number), "name": f"企业{number}", **row}
        lines.append(",".join(cells.get(column, "") for column in COLUMNS))
    return "\n".join([*lines, ""]).encode()


def workbook(change: Callable[[Any], object] = lambda book: None) -> bytes:
    book: Any = openpyxl.Workbook()
    book.active.append(COLUMNS)
    book.active.append([credit_code(1), "企业1", *[None] * 15])
    change(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def repacked(*, drop: Any = (), **members: bytes) -> bytes:
    """A good workbook with members replaced or added (``__`` stands for ``/``, ``sheet`` for the first sheet)."""
    extra = {SHEET if name == "sheet" else name.replace("__", "/"): data for name, data in members.items()}
    result = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook())) as source,
        zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for item in source.namelist():
            if item not in drop and item not in extra:
                target.writestr(item, source.read(item))
        for name, data in extra.items():
            target.writestr(name, data)
    return result.getvalue()


def with_member(name: str, data: bytes = b"x") -> bytes:
    result = io.BytesIO(workbook())
    with zipfile.ZipFile(result, "a") as archive:
        archive.writestr(name, data)
    return result.getvalue()


# Bombs

file("解压炸弹：一个成员 200 MB 的零")(lambda: repacked(xl__media__a=bytes(200 << 20)))
file("解压炸弹：三百万个空行")(lambda: repacked(sheet=HEAD + b'<row r="1"></row>' * 3_000_000 + FOOT))


@file("解压炸弹：压缩包里套压缩包")
def _nested() -> bytes:
    inner = bytes(1 << 20)
    for _ in range(5):
        box = io.BytesIO()
        with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(10):
                archive.writestr(f"{number}.zip", inner)
        inner = box.getvalue()
    return inner


@file("解压炸弹：三千个成员")
def _many() -> bytes:
    box = io.BytesIO(workbook())
    with zipfile.ZipFile(box, "a") as archive:
        for number in range(3_000):
            archive.writestr(f"xl/media/{number}", b"")
    return box.getvalue()


@file("解压炸弹：目录谎报大小")
def _lying() -> bytes:
    content = bytearray(repacked(sheet=HEAD + b"<row/>" * 5_000_000 + FOOT))
    place = 0
    while (place := content.find(b"PK\x01\x02", place)) >= 0:
        content[place + 24 : place + 28] = struct.pack("<I", 1_000)
        place += 4
    return bytes(content)


# XML

LAUGH = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY l0 "ha">' + LAUGHS + b"]>"
file("实体炸弹：工作表")(lambda: repacked(sheet=LAUGH + HEAD[21:] + b"<row><c><v>&l9;</v></c></row>" + FOOT))
file("实体炸弹：内容类型")(lambda: repacked(**{"[Content_Types].xml": LAUGH + b"<Types>&l9;</Types>"}))
file("实体炸弹：UTF-16 写成，躲过查找")(
    lambda: repacked(
        sheet=(LAUGH + HEAD[21:] + b"<row><c><v>&l9;</v></c></row>" + FOOT)
        .decode()
        .replace("1.0", "1.0")
        .encode("utf-16")
    )
)
file("实体炸弹：一个长实体用十万次")(
    lambda: repacked(
        sheet=b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "'
        + b"a" * 50_000
        + b'">]>'
        + HEAD[21:]
        + b"&a;" * 100_000
        + FOOT
    )
)
file("外部实体：读本机文件")(
    lambda: repacked(
        xl__sharedStrings=b"",
        **{
            "xl/sharedStrings.xml": b'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
            b"<sst><si><t>&x;</t></si></sst>"
        },
    )
)
file("外部实体：连外网")(
    lambda: repacked(sheet=b'<?xml version="1.0"?><!DOCTYPE w SYSTEM "http://192.0.2.1/x.dtd">' + HEAD[21:] + FOOT)
)
file("XML 嵌套二十万层")(lambda: repacked(sheet=HEAD + b"<a>" * 200_000 + b"</a>" * 200_000 + FOOT))
file("XML 不完整")(lambda: repacked(sheet=HEAD + b"<row><c><v>1"))

# Sheets

file("行号九亿")(lambda: repacked(sheet=HEAD + b'<row r="999999999"><c r="A999999999"><v>1</v></c></row>' + FOOT))
file("列号越界")(lambda: repacked(sheet=HEAD + b'<row r="1"><c r="ZZZZZZ1"><v>1</v></c></row>' + FOOT))
file("自称十七亿格的空表")(
    lambda: repacked(sheet=HEAD.replace(b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>') + FOOT)
)
file("共享字符串序号越界")(
    lambda: repacked(sheet=HEAD + b'<row r="1"><c r="A1" t="s"><v>99999999</v></c></row>' + FOOT)
)
file("缺 workbook.xml")(lambda: repacked(drop=("xl/workbook.xml",)))
file("缺工作表")(lambda: repacked(drop=(SHEET,)))
file("合并单元格")(lambda: workbook(lambda book: book.active.merge_cells("B2:C2")))
file("公式单元格")(
    lambda: workbook(lambda book: book.active.append([credit_code(2), '=HYPERLINK("http://192.0.2.1")']))
)
file("错误值单元格")(lambda: workbook(lambda book: book.active.append([credit_code(2), "#REF!"])))
file("宏")(lambda: with_member("xl/vbaProject.bin"))
file("嵌入的程序")(lambda: with_member("xl/embeddings/oleObject1.bin", b"MZ"))
file("成员名越出目录")(lambda: with_member("../../../../etc/cron.d/x"))
file("成员名是绝对路径")(lambda: with_member("/etc/passwd"))
file("截去一半")(lambda: (whole := workbook())[: len(whole) // 2])
file("翻转一位")(lambda: (whole := workbook())[:300] + bytes([whole[300] ^ 1]) + whole[301:])

# What is no table

file("加密的表格")(lambda: OLE + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(2_000))
given("旧格式 .xls", OLE + bytes(4_000))
given("PDF", b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\nxref\n0 1\n\x00\x00trailer\n%%EOF")
file("既是 PDF 又是 .xlsx")(lambda: b"%PDF-1.7\n" + workbook())
file("既是 GIF 又是 .xlsx")(lambda: b"GIF89a\x01\x00\x01\x00\x00\x00\x00;" + workbook())
given("程序", b"\x7fELF\x02\x01\x01" + bytes(2_000))
given("图片", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(300))
given("网页装成表格", b"<html><script>alert(1)</script><table><tr><td>uscc</td></tr></table></html>")
given("只有 PK 头", b"PK\x03\x04" + bytes(5_000))
given("空文件", b"")
given("只有 BOM", b"\xef\xbb\xbf")

# Text

file("一行 100 MB")(lambda: b"a," * (50 << 20))
file("一格 19 MB")(lambda: HEADER.encode() + b"\n" + b"a" * (19 << 20))
file("一行九百万列")(lambda: HEADER.encode() + b"\n" + b"," * (9 << 20))
file("一千九百万个空行")(lambda: b"\n" * (19 << 20) + HEADER.encode())
file("六万行")(lambda: HEADER.encode() + b"\n" + b"\n".join(b"X%d,a" % n for n in range(60_000)))
file("零字节混在里面")(lambda: csv_of({"name": "甲\x00乙"}))
file("UTF-16 文本")(lambda: csv_of({}).decode().encode("utf-16"))
file("两种编码")(lambda: csv_of({}) + "东胜区公司,甲\n".encode("gbk"))
file("引号不成对")(lambda: csv_of({"name": '"甲'}))
file("公式：命令")(lambda: csv_of({"name": "=cmd|' /C calc'!A0"}))
file("公式：加号开头")(lambda: csv_of({"name": "+cmd|' /C calc'!A0"}))
file("公式：函数")(lambda: csv_of({"name": "@SUM(1+1)*cmd|' /C calc'!A0"}))
file("公式：在表头里")(lambda: csv_of({}, header=HEADER.replace("region", "=A1")))
file("方向控制符")(lambda: csv_of({"name": "甲\u202e乙"}))
file("数字大到没有尽头")(lambda: csv_of({"revenue_wan": "1e999999999"}))
file("全角数字")(lambda: csv_of({"employees": "１２٣"}))
