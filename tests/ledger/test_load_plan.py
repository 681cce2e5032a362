"""load_plan: once, twice, a second plan, and files that are wrong."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Party, PartyName
from accounts.selectors import name_on, organisation_by_name
from accounts.services import party_register, party_rename
from common.errors import Invalid
from common.models import AuditEvent
from ledger.models import Indicator, Measure, MeasureUnit, Plan
from ledger.plan_file import load
from ledger.selectors import current_plan, ledger_table, members_of, plan_on
from ledger.services import Loaded, plan_load

pytestmark = pytest.mark.django_db


def run(*arguments):
    out, err = StringIO(), StringIO()
    call_command(*arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def state():
    return [
        list(model.objects.order_by("pk").values_list())
        for model in (Plan, Measure, MeasureUnit, Indicator, Party, PartyName, AuditEvent)
    ]


def test_loading_twice_changes_nothing():
    first = json.loads(run("load_plan", "--json")[0])
    assert (first["created"], first["updated"], first["unchanged"]) == (1, 0, 0)
    assert first["plans"][0]["measures"] == 14
    before = state()
    second = json.loads(run("load_plan", "--json")[0])
    assert (second["created"], second["updated"], second["unchanged"]) == (0, 0, 1)
    assert state() == before
    assert "未变化" in run("load_plan")[0]


def test_units_become_departments_found_by_every_spelling(plan):
    office = organisation_by_name("市政府金融办")
    assert office.name == "鄂尔多斯市人民政府金融工作办公室"
    assert office.kind == Party.Kind.DEPARTMENT
    assert organisation_by_name("市金融办") == office
    assert organisation_by_name("人民多斯鄂尔中心支行") == organisation_by_name("人民银行鄂尔多斯市中心支行")
    assert organisation_by_name("投资公司") is None  # too general to mean one unit
    assert not MeasureUnit.objects.filter(party=None).exclude(wording__in=["各金融机构", "各旗区人民政府"]).exists()


def test_agencies_renamed_in_2023_bear_each_name_in_its_time(plan):
    bank = organisation_by_name("人民银行鄂尔多斯市中心支行")
    assert name_on(bank, date(2023, 8, 17)) == "中国人民银行鄂尔多斯市中心支行"
    assert name_on(bank, date(2023, 8, 18)) == "中国人民银行鄂尔多斯市分行"
    regulator = organisation_by_name("鄂尔多斯银保监分局")
    assert name_on(regulator, date(2023, 7, 19)) == "鄂尔多斯银保监分局"
    assert name_on(regulator, date(2023, 7, 20)) == "国家金融监督管理总局鄂尔多斯监管分局"


def test_a_department_registered_before_is_reused_and_keeps_its_confirmed_name(actor, small_plan_file):
    known = party_register(actor=actor, kind=Party.Kind.DEPARTMENT, name="虚构市牧业局")
    plan_load(actor=actor, path=small_plan_file)
    known.refresh_from_db()
    assert known.name == "虚构市农牧局"
    party_rename(actor=actor, party=known, name="虚构市农业农村局", since=date(2028, 1, 1))
    small_plan_file.write_text(small_plan_file.read_text().replace("每年2次。", "每年两次。"))
    assert plan_load(actor=actor, path=small_plan_file).outcome == Loaded.UPDATED
    known.refresh_from_db()
    assert known.name == "虚构市农业农村局"
    assert Party.objects.filter(names__name="市牧业局").count() == 1


def test_groups_expand_to_their_members_of_the_day(actor, plan, small_plan_file):
    banners = members_of(plan, "各旗区人民政府", date(2023, 3, 31))
    assert len(banners) == 9
    assert len(members_of(plan, "各旗区人民政府", date(2015, 1, 1))) == 8  # 康巴什区 came in 2016
    small = plan_load(actor=actor, path=small_plan_file).plan
    assert {party.name for party in members_of(small, "各苏木", date(2026, 12, 31))} == {"甲苏木", "丙苏木"}
    assert {party.name for party in members_of(small, "各苏木", date(2027, 1, 1))} == {"乙苏木", "丙苏木"}
    assert [party.name for party in members_of(small, "市金融办公室", date(2026, 1, 1))] == ["虚构市金融办公室"]


def test_a_second_plan_loads_beside_the_first_and_leaves_it_as_it_was(plan, small_plan_file):
    before = ledger_table("2023Q1").as_json()
    run("load_plan", str(small_plan_file))
    assert ledger_table("2023Q1").as_json() == before
    second = ledger_table("2026Q2")
    assert second.plan.code == "small-2026-2028"
    assert [row.number for row in second.rows] == [1, 2]
    assert [item.code for item in second.indicators] == ["events"]
    assert plan_on(date(2023, 1, 1)) == plan
    assert plan_on(date(2030, 1, 1)).code == "small-2026-2028"
    assert plan_on(date(2000, 1, 1)) == plan
    assert current_plan().code == "small-2026-2028"


def test_of_two_plans_in_force_the_one_loaded_first_is_reported(plan, actor, spoil):
    plan_load(actor=actor, path=spoil("starts_on: 2026-01-01", "starts_on: 2023-01-01"))
    assert ledger_table("2023Q1").plan == plan


def test_an_edited_file_updates_and_drops_what_is_gone(actor, small_plan_file):
    plan_load(actor=actor, path=small_plan_file)
    text = small_plan_file.read_text()
    start, end = text.index("  - number: 2"), text.index("indicators:\n  - code")
    small_plan_file.write_text(text[:start] + text[end:])
    result = plan_load(actor=actor, path=small_plan_file)
    assert result.outcome == Loaded.UPDATED
    assert [measure.number for measure in result.plan.measures.order_by("number")] == [1]
    assert [row.number for row in ledger_table("2026Q1").rows] == [1]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("kinds: [matching_event]", "kinds: [no_such_kind]", "没有“no_such_kind”这种记账类别"),
        ("op: count, kinds", "op: average, kinds", "op 应为"),
        ("kinds: [matching_event]", "among: nobody, kinds: [matching_event]", "没有“nobody”这个范围"),
        ("op: count, kinds", "op: sum, column: height, kinds", "column 应为 amount、quantity"),
        ("mode: [线下]", "colour: [红]", "没有字段“colour”"),
        ("    target: 2\n", "    targt: 2\n", "不认识的项"),
        ("day: 2026-06-30", "day: 明年", "应为日期"),
        ("number: 2\n", "number: 1\n", "“1”重复"),
        ("lead: [市牧业局]", "lead: [市渔业局]", "单位“市渔业局”没有写在 units 或 groups 里"),
        ("{count}次", "{total}次", "不认识的占位符：total"),
        ("measure: 1\n", "measure: 9\n", "没有第 9 项措施"),
        ("indicators: [events]", "indicators: [nothing]", "没有指标“nothing”"),
        ("text: 设立基金。到", "text: 到", "应以 title 加句号开头"),
        ("ends_on: 2028-12-31", "ends_on: 2020-12-31", "不能早于 starts_on"),
        ("wordings: [市牧业局]", "wordings: [市金融办公室]", "已属于另一个单位"),
        ("day: 2026-06-30, ", "", "须写 day"),
        ("count: 2, what", "on: 2, what", "on、yes、no"),
        ("    unit: 次", "\tunit: 次", "不是有效的 YAML"),
        ("period: yearly", "name: 对接活动", "写了两次"),
        ("unit: 次", "unit: ''", "不能为空"),
        ("lead: [市牧业局]", f"lead: [{'市' * 61}]", "过长，最多 60 个字"),
        ("lead: [市牧业局]", "lead: [市牧业局, 市牧业局]", "“市牧业局”写了两次"),
        ("period: yearly", "period: weekly", "应为 'yearly', 'cumulative'、'by_date' 之一"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(actor, spoil, small_plan_file, old, new, says):
    text = small_plan_file.read_text(encoding="utf-8")
    line = text[: text.index(old)].count("\n") + 1
    with pytest.raises(Invalid) as caught:
        plan_load(actor=actor, path=spoil(old, new))
    assert says in caught.value.message
    assert f"第 {line} 行" in caught.value.message
    assert not Plan.objects.exists()
    assert not Party.objects.exists()


def test_a_missing_item_is_named_at_the_place_it_belongs_to(actor, spoil, small_plan_file):
    lines = small_plan_file.read_text(encoding="utf-8").splitlines()
    with pytest.raises(Invalid) as caught:
        plan_load(actor=actor, path=spoil("    unit: 次\n", ""))
    line = lines.index("  - code: events") + 1
    assert caught.value.message == f"small.yaml 第 {line} 行（indicators › 第1项 › unit）：缺少这一项。"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "文件是空的"),
        ("code: 方案".encode("gbk"), "不是 UTF-8"),
        (b"a: &x [1]\nb: [*x, *x]\n", "不支持 YAML 引用"),
        (b"issued_on: 2022-13-45\n", "不是有效的 YAML"),
        (b"- 1\n- 2\n", "应为若干"),
        (b"[" * 5000, "不是有效的 YAML"),
        (b"x" * (2 * 1024 * 1024 + 1), "超过 2 MB"),
    ],
)
def test_files_that_are_no_plan_at_all(tmp_path, content, says):
    path = tmp_path / "plan.yaml"
    path.write_bytes(content)
    with pytest.raises(Invalid, match=says):
        load(path)


def test_the_command_names_a_missing_file(tmp_path):
    with pytest.raises(CommandError, match="读不到文件"):
        run("load_plan", str(tmp_path / "nothing.yaml"))
