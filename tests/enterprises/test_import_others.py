"""The talents, facts and whitelist files."""

from datetime import date

import pytest

from accounts.models import Party
from accounts.services import party_register
from common import clock
from enterprises.models import Fact, TalentRole, WhitelistBatch
from enterprises.selectors import current_facts, subject_of, whitelist_on
from enterprises.services import enterprise_register
from journal.models import Posting
from talents.models import TalentTitle
from talents.services import talent_register
from tests.codes import credit_code
from tests.enterprises.files import FACTS, TALENTS, WHITELIST, counts, places_of_errors, run, write_csv, write_xlsx

pytestmark = pytest.mark.django_db

TALENT = {
    "talent_code": "RC001",
    "name": "孙人才",
    "kind": "person",
    "title": "草原英才",
    "level": "自治区级",
    "batch": "第十二批",
    "certificate": "NMG-001",
    "valid_to": "2028-12-31",
    "firm_uscc": credit_code(1),
    "role": "创办",
    "role_from": "2023-01-01",
    "role_to": "",
}
FACT = {
    "party_code": credit_code(1),
    "field": "revenue_wan",
    "value": "1200.5",
    "source": "verified",
    "as_of": "2025-12-31",
    "valid_to": "",
    "evidence": "审计报告",
}
ENTRY = {
    "batch": "2023年第一批",
    "department": "市科技局",
    "published_on": "2023-03-31",
    "party_code": credit_code(1),
    "basis_doc": "鄂科发〔2023〕1号",
    "exit_on": "",
    "exit_reason": "",
}


@pytest.fixture(autouse=True)
def frozen_clock(firm):
    with clock.at(date(2026, 11, 23)):
        yield


@pytest.fixture
def talents(tmp_path):
    return lambda *rows, options=(): run("import_talents", write_csv(tmp_path / "t.csv", TALENTS, rows), *options)


@pytest.fixture
def facts(tmp_path):
    return lambda *rows, options=(): run("import_facts", write_csv(tmp_path / "f.csv", FACTS, rows), *options)


@pytest.fixture
def whitelist(tmp_path):
    return lambda *rows, options=(): run("import_whitelist", write_csv(tmp_path / "w.csv", WHITELIST, rows), *options)


def test_a_talent_line_gives_title_and_role_and_makes_the_firm_a_talents_firm(firm, talents):
    assert counts(talents(TALENT)[0]) == [1, 0, 0, 0]
    assert subject_of(firm).values["leader_titles"].contains("自治区草原英才") is True
    assert counts(talents(TALENT)[0]) == [0, 0, 1, 0]
    role = TalentRole.objects.get()
    assert (role.role, role.since, role.until) == ("founder", date(2023, 1, 1), None)


def test_a_talent_may_take_several_lines(talents):
    report, _ = talents(TALENT, {**TALENT, "title": "天骄英才", "level": ""}, {**TALENT, "role": "任职"})
    assert counts(report) == [1, 2, 0, 0]
    assert (TalentTitle.objects.count(), TalentRole.objects.count()) == (2, 2)


def test_a_talent_without_title_or_firm_is_welcome_and_a_role_may_end_later(talents):
    bare = {"talent_code": "TD001", "name": "某团队", "kind": "团队"}
    assert counts(talents(bare, TALENT)[0]) == [2, 0, 0, 0]
    assert counts(talents({**TALENT, "role_to": "2025-01-01"})[0]) == [0, 1, 0, 0]
    assert counts(talents(TALENT)[0]) == [0, 0, 1, 0]
    assert TalentRole.objects.get().until == date(2025, 1, 1)


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"talent_code": "150602198001011234"}, "talent_code"),
        ({"talent_code": credit_code(5)}, "talent_code"),
        ({"talent_code": ""}, "talent_code"),
        ({"kind": "企业"}, "kind"),
        ({"title": "天骄英才;鄂尔多斯英才"}, "title"),
        ({"title": ""}, "level"),
        ({"valid_to": "2028-02-30"}, "valid_to"),
        ({"firm_uscc": "123"}, "firm_uscc"),
        ({"firm_uscc": credit_code(8)}, "firm_uscc"),
        ({"firm_uscc": ""}, "role"),
        ({"role": ""}, "role"),
        ({"role": "投资"}, "role"),
        ({"role_to": "2022-01-01"}, "role_to"),
    ],
)
def test_a_bad_talent_line_is_named_and_nothing_is_written(talents, changes, column):
    report, code = talents({**TALENT, "talent_code": "RC000"}, {**TALENT, **changes})
    assert (places_of_errors(report), code) == ([(3, column)], 1)
    assert not TalentTitle.objects.exists()


def test_contradictions_about_a_talent_are_refused(talents):
    report, _ = talents(TALENT, {**TALENT, "title": "天骄英才", "name": "另一人"})
    assert places_of_errors(report) == [(3, "name")]
    talents(TALENT)
    assert places_of_errors(talents({**TALENT, "kind": "team"})[0]) == [(2, "kind")]
    assert places_of_errors(talents(TALENT, TALENT)[0]) == [(3, "talent_code")]


def test_facts_are_written_as_the_enterprises_file_writes_them(firm, facts):
    rows = [
        FACT,
        {**FACT, "field": "debt_ratio", "value": "45.25"},
        {**FACT, "field": "企业资质", "value": "高企；科小", "source": "部门核验"},
        {**FACT, "field": "region", "value": "准格尔旗", "source": ""},
        {**FACT, "field": "established_on", "value": "2020/5/1", "source": "declared"},
        {**FACT, "field": "leader_titles", "value": "无"},
    ]
    assert counts(facts(*rows)[0]) == [6, 0, 0, 0]
    held = current_facts(firm)
    assert {field: fact.value for field, fact in held.items()} == {
        "revenue": 12_005_000,
        "debt_ratio": 4525,
        "tags": ["高新技术企业", "科技型中小企业"],
        "region": "准格尔旗",
        "established_on": "2020-05-01",
        "leader_titles": [],
    }
    assert [held[field].source for field in ("tags", "region", "established_on")] == [
        "verified",
        "imported",
        "declared",
    ]
    assert held["revenue"].evidence == "审计报告"
    assert counts(facts(*rows)[0]) == [0, 0, 6, 0]
    assert counts(facts({**FACT, "value": "1300"})[0]) == [0, 1, 0, 0]


def test_facts_of_a_talent_are_found_by_its_code(actor, facts):
    talent = talent_register(actor=actor, talent_code="RC001", name="孙人才", kind="person")
    facts({**FACT, "party_code": "RC001", "field": "industry", "value": "新能源"})
    assert current_facts(talent)["industry"].value == "新能源"


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"party_code": credit_code(8)}, "party_code"),
        ({"field": "age_months"}, "field"),
        ({"field": "need_amount"}, "field"),
        ({"value": ""}, "value"),
        ({"value": "1e999"}, "value"),
        ({"field": "region", "value": "火星"}, "value"),
        ({"field": "established_on", "value": "2027-01-01"}, "value"),
        ({"source": "听说"}, "source"),
        ({"as_of": "2026-11-24"}, "as_of"),
        ({"as_of": ""}, "as_of"),
        ({"valid_to": "2025-01-01"}, "valid_to"),
    ],
)
def test_a_bad_fact_line_is_named_and_nothing_is_written(facts, changes, column):
    report, code = facts({**FACT, "field": "employees", "value": "3"}, {**FACT, **changes})
    assert (places_of_errors(report), code) == ([(3, column)], 1)
    assert not Fact.objects.exists()


def test_the_same_fact_under_two_names_is_a_repeat(facts):
    assert places_of_errors(facts(FACT, {**FACT, "field": "revenue"})[0]) == [(3, "party_code")]


def test_a_batch_is_published_whole_and_once(actor, firm, whitelist):
    other = enterprise_register(actor=actor, uscc=credit_code(2), name="乙公司")
    rows = (ENTRY, {**ENTRY, "party_code": other.uscc, "exit_on": "2024-01-01", "exit_reason": "注销"})
    assert counts(whitelist(*rows)[0]) == [2, 0, 0, 0]
    assert counts(whitelist(*rows)[0]) == [0, 0, 2, 0]
    posting = Posting.objects.get(kind="whitelist_published")
    assert (posting.quantity, posting.organisation.name) == (2, "市科技局")
    assert set(whitelist_on(date(2023, 3, 31))) == {firm, other}
    assert set(whitelist_on(date(2024, 1, 1))) == {firm}


def test_a_later_file_adds_exits_but_never_members(actor, firm, whitelist):
    other = enterprise_register(actor=actor, uscc=credit_code(2), name="乙公司")
    whitelist(ENTRY)
    left = {**ENTRY, "exit_on": "2024-01-01", "exit_reason": "迁出"}
    assert counts(whitelist(left)[0]) == [0, 1, 0, 0]
    assert counts(whitelist(ENTRY)[0]) == [0, 0, 1, 0]
    report, _ = whitelist({**ENTRY, "party_code": other.uscc}, {**left, "exit_on": "2024-02-01"})
    assert places_of_errors(report) == [(2, "batch"), (3, "exit_on")]
    assert "另列一个批次" in report["rejected"][0]["error"]


@pytest.mark.parametrize("written", ["市科技局", "鄂尔多斯市科技局", "科技局"])
def test_a_department_is_found_under_its_usual_spellings(actor, whitelist, written):
    department = party_register(actor=actor, kind=Party.Kind.DEPARTMENT, name="市科技局")
    whitelist({**ENTRY, "department": written})
    assert WhitelistBatch.objects.get().department == department
    assert counts(whitelist({**ENTRY, "department": written})[0]) == [0, 0, 1, 0]


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"party_code": credit_code(8)}, "party_code"),
        ({"published_on": "2027-01-01"}, "published_on"),
        ({"published_on": ""}, "published_on"),
        ({"published_on": "2023-04-01"}, "published_on"),
        ({"department": "市工信局"}, "department"),
        ({"basis_doc": "另一份文件"}, "basis_doc"),
        ({"exit_on": "2023-01-01", "exit_reason": "注销"}, "exit_on"),
        ({"exit_on": "2024-01-01"}, "exit_reason"),
        ({"exit_reason": "注销"}, "exit_on"),
    ],
)
def test_a_bad_whitelist_line_is_named_and_stays_off_the_batch(actor, firm, whitelist, changes, column):
    other = enterprise_register(actor=actor, uscc=credit_code(2), name="乙公司")
    rows = (ENTRY, {**ENTRY, "party_code": other.uscc, **changes})
    report, code = whitelist(*rows)
    assert (places_of_errors(report), code) == ([(3, column)], 1)
    assert not WhitelistBatch.objects.exists()
    assert counts(whitelist(*rows, options=["--skip-invalid"])[0]) == [1, 0, 0, 1]
    assert list(whitelist_on(date(2023, 3, 31))) == [firm]
    assert Posting.objects.get().quantity == 1


def test_an_institution_cannot_be_listed_and_repeats_are_named(actor, whitelist):
    party_register(actor=actor, kind=Party.Kind.INSTITUTION, name="测试银行", uscc=credit_code(3))
    report, _ = whitelist({**ENTRY, "party_code": credit_code(3)}, ENTRY, ENTRY)
    assert places_of_errors(report) == [(2, "party_code"), (4, "batch")]


def test_workbooks_and_gbk_files_read_alike(tmp_path, whitelist):
    gbk = write_csv(tmp_path / "gbk.csv", WHITELIST, [ENTRY], "gb18030")
    assert counts(run("import_whitelist", gbk)[0]) == [1, 0, 0, 0]
    book = write_xlsx(tmp_path / "w.xlsx", WHITELIST, [{**ENTRY, "published_on": date(2023, 3, 31)}])
    assert counts(run("import_whitelist", book)[0]) == [0, 0, 1, 0]
