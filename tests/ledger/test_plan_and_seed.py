"""The plan file against the government document itself (annex 1 and annex 2, without the contact line)."""

import re
from datetime import date
from pathlib import Path

import pytest

from ledger.plan_file import load
from ledger.services import carried_plans

HERE = Path(__file__).parent


def squeezed(text):
    return re.sub(r"\s+", "", text)


def same_marks(text):
    """Half-width and full-width marks are the same mark in a scan."""
    return squeezed(text).translate(str.maketrans(",()", "，（）"))


@pytest.fixture(scope="module")
def declared():
    (path,) = carried_plans()
    return load(path)


@pytest.fixture(scope="module")
def body():
    return squeezed((HERE / "seed_body.txt").read_text(encoding="utf-8")).replace("**", "")


@pytest.fixture(scope="module")
def annex_rows():
    rows = {}
    for line in (HERE / "seed_annex.txt").read_text(encoding="utf-8").splitlines():
        cells = re.sub(r"</?p>", "", line).split("\t")
        if cells[0].isdigit():
            rows[int(cells[0])] = dict(
                zip(("重点任务", "工作措施", "牵头单位", "配合单位", "完成时限"), cells[1:6], strict=True)
            )
    return rows


def test_there_are_fourteen_measures_in_three_sections(declared):
    assert [measure.number for measure in declared.measures] == list(range(1, 15))
    sections = [measure.section for measure in declared.measures]
    assert sections == (
        ["全力提升人才和科创金融服务水平"] * 6
        + ["全面推动人才和科创企业直接融资"] * 3
        + ["健全完善人才和科创金融配套服务体系"] * 5
    )


def test_every_text_stands_in_the_body_under_its_number(declared, body):
    for measure in declared.measures:
        assert f"{measure.number}.{squeezed(measure.text)}" in body, measure.number
        assert squeezed(measure.section) in body


def test_every_measure_names_exactly_the_units_of_the_body_in_its_order(declared, body):
    for measure in declared.measures:
        start = body.index(squeezed(measure.text)) + len(squeezed(measure.text))
        found = re.match(r"[（(]牵头单位：(.+?)，配合单位：(.+?)[)）]", body[start:])
        assert found is not None, measure.number
        assert measure.lead == found[1].split("、"), measure.number
        assert measure.support == re.split("[、，]", found[2]), measure.number


def test_deadlines_and_the_annex_columns_are_the_scan_word_for_word(declared, annex_rows):
    for measure in declared.measures:
        row = annex_rows[measure.number]
        assert measure.deadline == row["完成时限"]
        annex = measure.annex
        assert (annex.section, annex.text, annex.lead, annex.support) == tuple(row.values())[:4]


def test_every_note_quotes_both_sides_truly(declared, annex_rows):
    for measure in declared.measures:
        body_columns = {
            "重点任务": measure.section,
            "工作措施": measure.text,
            "牵头单位": "、".join(measure.lead),
            "配合单位": "、".join(measure.support),
            "完成时限": measure.text,
        }
        for note in measure.annex.notes:
            assert note.annex in annex_rows[measure.number][note.column], (measure.number, note)
            assert note.body in body_columns[note.column], (measure.number, note)
            assert note.annex != note.body


def test_no_difference_goes_unnoted(declared, annex_rows):
    """With every note applied, the annex says what the body says; unapplied rows would still differ."""
    for measure in declared.measures:
        text = annex_rows[measure.number]["工作措施"]
        for note in measure.annex.notes:
            if note.column == "工作措施":
                text = text.replace(note.annex, note.body, 1)
        assert same_marks(text) == same_marks(measure.text), measure.number


def test_unit_differences_are_all_noted(declared, annex_rows):
    for measure in declared.measures:
        for column, units in (("牵头单位", measure.lead), ("配合单位", measure.support)):
            if annex_rows[measure.number][column].split("、") != units:
                assert any(note.column == column for note in measure.annex.notes), (measure.number, column)


def test_the_finance_bureau_is_pending_in_rows_2_3_4_6_9_only(declared):
    pending = {m.number: m.annex.pending_support for m in declared.measures if m.annex.pending_support}
    assert pending == {number: ["市财政局"] for number in (2, 3, 4, 6, 9)}
    for measure in declared.measures:
        noted = any(note.annex == "市财政局" and note.pending for note in measure.annex.notes)
        assert noted == (measure.number in pending)


def test_parsed_deadlines(declared):
    parsed = {
        measure.number: [(point.kind, point.day, point.count) for point in measure.deadlines]
        for measure in declared.measures
    }
    june, ongoing = ("by", date(2023, 6, 30), None), ("ongoing", None, None)
    assert parsed == {
        1: [june, ongoing],
        2: [("by", date(2023, 3, 31), None), ongoing],
        3: [("yearly", None, 2)],
        4: [june],
        5: [june, ("by", date(2023, 12, 31), None)],
        6: [june],
        7: [june],
        8: [ongoing],
        9: [ongoing],
        10: [("by", date(2025, 12, 31), None)],
        11: [june],
        12: [("by", date(2023, 12, 31), None)],
        13: [ongoing],
        14: [("yearly", None, 4)],
    }


def test_goals_stand_in_the_body_and_targets_are_those_of_the_document(declared, body):
    for goal in declared.goals:
        assert squeezed(goal.text) in body
    assert {item.name: item.target for item in declared.indicators} == {
        "人才和科创贷款增速": 30,
        "人才和科创企业首贷户增长": 20,
        "科创企业上市挂牌": 2,
        "新设私募基金管理机构或投资基金": 3,
        "每年新金融服务项目": 3,
        "知识产权质押融资“入园惠企”活动": 2,
        "线上线下融资对接活动": 4,
        "引进金融高端人才": 20,
        "科技创新基金募集": 30,
        "获贷率": None,
        "首贷获得率": None,
    }


def test_the_contact_person_of_the_notice_is_nowhere(declared):
    carried = [*HERE.glob("*"), *carried_plans()]
    for path in carried:
        if path.suffix in {".txt", ".yaml"}:
            text = path.read_text(encoding="utf-8")
            assert "联系人" not in text
            assert "@" not in text
            assert re.search(r"\d{7,}", text.replace("100000000", "")) is None
