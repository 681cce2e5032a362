"""Where ``ledger --output`` may write: whole or not at all, and a sentence where it cannot."""

import os
import stat
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from common.errors import Invalid
from ledger.files import write_whole

pytestmark = pytest.mark.django_db


def refused(*arguments):
    with pytest.raises(CommandError) as caught:
        call_command("ledger", *map(str, arguments), stdout=StringIO(), stderr=StringIO())
    assert caught.value.returncode == 1
    said = str(caught.value)
    assert not any(english in said for english in ("Is a", "No such", "denied", "Errno", "error"))
    return said


def test_a_folder_is_no_file_and_nothing_is_left_in_it(plan, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    assert "这是文件夹" in refused("2023Q1", "--output", folder)
    assert "这是文件夹" in refused("2023Q1", "--format", "xlsx", "--output", "/")
    assert "这是文件夹" in refused("2023Q1", "--output", ".")
    assert list(tmp_path.iterdir()) == [folder]
    assert list(folder.iterdir()) == []


def test_missing_parents_and_odd_names_are_named(plan, tmp_path):
    assert "没有这个文件或文件夹" in refused("2023Q1", "--output", tmp_path / "no" / "ledger.json")
    (tmp_path / "plain").write_text("x")
    assert "不是文件夹" in refused("2023Q1", "--output", tmp_path / "plain" / "ledger.json")
    assert "文件名过长" in refused("2023Q1", "--output", tmp_path / ("长" * 100))
    assert [path.name for path in tmp_path.iterdir()] == ["plain"]


def test_an_existing_file_is_replaced_and_keeps_its_mode(plan, tmp_path):
    path = tmp_path / "ledger.json"
    path.write_text("旧")
    path.chmod(0o640)
    call_command("ledger", "2023Q1", "--output", str(path), stdout=StringIO(), stderr=StringIO())
    assert path.read_text("utf-8").startswith("{")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_a_link_and_a_device_a_device(tmp_path):
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("旧")
    link.symlink_to(target)
    write_whole(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    write_whole(type(tmp_path)("/dev/null"), b"gone")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_a_write_cut_off_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = tmp_path / "ledger.json"
    path.write_text("旧")
    with pytest.raises(TypeError):
        write_whole(path, "text is no bytes")
    assert path.read_text() == "旧"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_one_may_not_write_to_is_named(tmp_path, monkeypatch):
    # Root may write anywhere but into the kernel's own tree.
    with pytest.raises(Invalid) as caught:
        write_whole(type(tmp_path)("/proc/ledger.json"), b"x")
    assert "请" in caught.value.message


@pytest.mark.parametrize(
    "quarter", ["2023Q5", "2023Q0", "23Q1", "", " ", "２０２３Q1", "2023q1", "2023Q1\n", "1899Q1", "2100Q1", "Q1"]
)
def test_a_wrong_quarter_is_told_how_to_be_written(plan, quarter):
    assert "不是季度，请写成 2023Q1" in refused(quarter)


@pytest.mark.parametrize("quarter", ["1900Q1", "2099Q4"])
def test_the_furthest_quarters_are_given(plan, quarter):
    call_command("ledger", quarter, stdout=StringIO(), stderr=StringIO())
