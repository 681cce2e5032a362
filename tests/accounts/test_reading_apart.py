"""An uploaded file is read by a child with limits: what hangs or swells ends there, in words."""

import time
import zipfile
from pathlib import Path

import openpyxl
import pytest

from accounts.uploads import apart, child
from accounts.uploads.apart import read_apart
from common.tabular import BadFile
from common.tabular.reading import Refused, read_lines


def sheet(path, rows):
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet()
    for row in rows:
        page.append(row)
    book.save(path)
    return path


def test_it_reads_what_the_reader_reads(tmp_path):
    path = sheet(tmp_path / "a.xlsx", [["a", "b"], ["满", "=1+1"], [None, None], [3, "#N/A"]])
    direct, apart_ = list(read_lines(path)), list(read_apart(path))
    assert apart_ == direct
    assert [type(cell) for _, cells in apart_ for cell in cells] == [type(c) for _, cells in direct for c in cells]
    assert isinstance(apart_[1][1][1], Refused)


def test_what_the_reader_refuses_is_refused_in_its_words(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b'a,b\n"open')
    with pytest.raises(BadFile, match="引号没有成对") as caught:
        list(read_apart(path))
    assert caught.value.row == 2
    with pytest.raises(BadFile, match="找不到"):
        list(read_apart(tmp_path / "none.csv"))


def test_a_reader_that_works_for_ever_is_ended(tmp_path, monkeypatch):
    """The limit of the kernel, shown with a limit of one second and a reader that never ends."""
    endless = tmp_path / "reading.py"
    endless.write_text("class BadFile(Exception): pass\ndef read_lines(path):\n    while True: pass\n")
    script = tmp_path / "child.py"
    script.write_text(Path(child.__file__).read_text("utf-8").replace("CPU_SECONDS = 20", "CPU_SECONDS = 1"))
    monkeypatch.setattr(apart.child, "__file__", str(script))
    monkeypatch.setattr(apart.reading, "__file__", str(endless))
    with pytest.raises(BadFile, match="时间或内存上限"):
        list(read_apart(tmp_path))


def test_a_reader_that_only_waits_is_ended_too(tmp_path, monkeypatch):
    sleeper = tmp_path / "reading.py"
    sleeper.write_text("import time\nclass BadFile(Exception): pass\ndef read_lines(path):\n    time.sleep(60)\n")
    monkeypatch.setattr(apart.reading, "__file__", str(sleeper))
    monkeypatch.setattr(apart, "WALL_SECONDS", 1.0)
    begun = time.monotonic()
    with pytest.raises(BadFile, match="时间或内存上限"):
        list(read_apart(tmp_path))
    assert time.monotonic() - begun < 20


def test_a_reader_that_swells_is_ended(tmp_path, monkeypatch):
    swelling = tmp_path / "reading.py"
    swelling.write_text("class BadFile(Exception): pass\ndef read_lines(path):\n    yield 1, ['x' * (2 << 30)]\n")
    monkeypatch.setattr(apart.reading, "__file__", str(swelling))
    with pytest.raises(BadFile, match="时间或内存上限"):
        list(read_apart(tmp_path))


def test_a_bomb_is_refused_at_once(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", "<row/>" * 20_000_000)
    with pytest.raises(BadFile, match="异常巨大"):
        list(read_apart(path))
