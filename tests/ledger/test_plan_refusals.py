"""Plan files that declare the absurd, or are no files at all: a Chinese sentence, and nothing written."""

import os
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from common.errors import Invalid
from ledger.models import Plan
from ledger.plan_file import load
from ledger.selectors import ledger_table
from ledger.services import plan_load

pytestmark = pytest.mark.django_db
TARGET = "    target: 2\n"


def refused(path):
    """The command's message; every refusal is exit 1, in Chinese only, and leaves no row behind."""
    with pytest.raises(CommandError) as caught:
        call_command("load_plan", str(path), stdout=StringIO())
    assert caught.value.returncode == 1
    assert not Plan.objects.exists()
    assert not User.objects.exists()
    said = str(caught.value)
    for english in ("must", "should", "error", "Is a", "No such", "range", "recursion", "Input", "denied"):
        assert english not in said
    return said


@pytest.mark.parametrize(
    "written",
    ["1e999", ".inf", "-.inf", ".nan", "NaN", "-1", "true", "2023-06-30", "[1]", "'三十'", "9" * 5000, "0x1F.8"],
)
def test_a_target_is_a_plain_number_that_people_could_mean(spoil, written):
    said = refused(spoil(TARGET, f"    target: {written}\n"))
    assert "small.yaml" in said


@pytest.mark.parametrize("written", ["2", "2.5", "'2'", "0.0001"])
def test_plain_targets_are_taken(actor, spoil, written):
    plan = plan_load(actor=actor, path=spoil(TARGET, f"    target: {written}\n")).plan
    assert str(ledger_table("2026Q1", plan).indicators[0].target) == written.strip("'")


@pytest.mark.parametrize(
    ("old", "new", "place", "says"),
    [
        ("count: 2, what", "count: -2, what", "count", "应大于 0"),
        ("count: 2, what", "count: true, what", "count", "应为整数"),
        ("count: 2, what", "count: 2.0, what", "count", "应为整数"),
        ("count: 2, what", "count: 100000000000, what", "count", "应不大于"),
        ("number: 2\n", "number: true\n", "number", "应为整数"),
        ("measure: 1\n", "measure: true\n", "measure", "应为整数"),
        (TARGET, f"{TARGET}    per_unit: true\n", "per_unit", "应为整数"),
        (TARGET, f"{TARGET}    per_unit: 1{'0' * 400}\n", "per_unit", "应不大于"),
        ("starts_on: 2026-01-01", "starts_on: 0", "starts_on", "应为日期"),
        ("starts_on: 2026-01-01", "starts_on: 1767225600", "starts_on", "应为日期"),
        ("starts_on: 2026-01-01", "starts_on: true", "starts_on", "应为日期"),
        ("starts_on: 2026-01-01", "starts_on: 0001-01-01", "starts_on", "应为日期"),
        ("day: 2026-06-30", "day: 2026-06-30 10:00:00", "day", "应为日期"),
        ("unit: 次", "unit: 5", "unit", "应为文字"),
        ("unit: 次", "unit: true", "unit", "应为文字"),
        ("mode: [线下]", "mode: [1.5]", "mode", "应为"),
        ("kinds: [matching_event]", "kinds: []", "kinds", "至少要有 1 项"),
    ],
)
def test_numbers_and_dates_are_what_they_say(spoil, old, new, place, says):
    said = refused(spoil(old, new))
    assert place in said
    assert says in said
    assert "第" in said


def test_growth_over_everything_so_far_has_no_year_before(spoil):
    path = spoil(
        "{op: count, kinds: [matching_event]}", "{op: growth, of: {op: count, kinds: [matching_event], window: ever}}"
    )
    path.write_text(path.read_text("utf-8").replace("unit: 次", "unit: '%'"), "utf-8")
    assert "window 不能为 ever" in refused(path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("number: 2\n", "number: 1\n"),
        (
            "indicators:\n  - code: events",
            "indicators:\n  - {code: events, name: 甲, period: yearly, unit: 次, "
            "definition: 甲, formula: {op: count, kinds: [matching_event]}}\n  - code: events",
        ),
        ("wording: 各苏木", "wording: 市牧业局"),
    ],
)
def test_what_is_written_twice_is_named(spoil, old, new):
    said = refused(spoil(old, new))
    assert "重复" in said or "已属于" in said


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("op: count, kinds", "op: median, kinds"),
        ("kinds: [matching_event]", "kinds: [moon_landing]"),
        ("kind: fund_raised", "kind: moon_landing"),
        ("members: [{", "query: everyone, members: [{"),
    ],
)
def test_what_the_system_does_not_know_is_named(spoil, old, new):
    assert "small.yaml 第" in refused(spoil(old, new))


@pytest.mark.parametrize("escape", [r"\0", r"\x07", r"\uD800", r"\uFFFF"])
def test_characters_no_database_keeps_are_refused(spoil, escape):
    assert "不能显示的字符" in refused(spoil("title: 设立基金\n", f'title: "设立基金{escape}"\n'))


BOMB = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n".encode()
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"# nothing\n",
        b"just words\n",
        b"\x00\x01\x02\xff\xfe" * 50,
        b"\x89PNG\r\n\x1a\n",
        "标题: 方案".encode("gbk"),
        "标题: 方案".encode("utf-16"),
        BOMB,
        b"a: 1\na: 2\n",
        b"a:\n\t- 1\n",
        b"a: 1\n--- \nb: 2\n",
        b"a: !!python/object:os.system x\n",
        b"? [1, 2]\n: 3\n",
        b"1: 2\n",
        b"a: 2023-02-30\n",
        b"[" * 20000,
        b"{a: " * 5000,
        b"a: *nowhere\n",
        b"%YAML 9.9\n---\na: 1\n",
        b"<<: 5\n",
        b"a: " + b"9" * 9000,
    ],
)
def test_files_that_are_no_plan_get_one_sentence(tmp_path, content):
    path = tmp_path / "plan.yaml"
    path.write_bytes(content)
    said = refused(path)
    assert "plan.yaml" in said
    assert len(said) < 400 * 20


def test_fifty_megabytes_are_not_read(tmp_path):
    path = tmp_path / "plan.yaml"
    with path.open("wb") as handle:
        handle.truncate(50 * 1024 * 1024)
    assert "超过 2 MB" in refused(path)


def test_places_that_hold_no_file(tmp_path):
    assert "没有这个文件" in refused(tmp_path / "nothing.yaml")
    assert "文件夹" in refused(tmp_path)
    assert "文件名过长" in refused(tmp_path / ("长" * 200))
    os.mkfifo(tmp_path / "pipe")
    assert "不是普通文件" in refused(tmp_path / "pipe")


def test_a_loaded_plan_reads_back_as_it_was_declared(actor, small_plan_file):
    plan_load(actor=actor, path=small_plan_file)
    assert load(small_plan_file).measures[1].deadlines[0].day == date(2026, 6, 30)
    with pytest.raises(Invalid):
        load(small_plan_file.with_name("other.yaml"))
