"""台账填报 on the pages: from opening to the signature, by those who do it."""

import re

import pytest
from django.test import Client

from accounts.services import system_actor
from common import clock
from ledger.filing import mark_of
from ledger.models import QuarterlyReport, ReportRow
from ledger.quarters import parse
from ledger.services import carried_plans, plan_load
from tests.frontend.conftest import text_of
from tests.ledger.filing import NUMBER, QUARTER, make_staff, row_of

pytestmark = pytest.mark.django_db
BOARD, LEDGER = f"/ledger/{QUARTER}/filing/", f"/ledger/{QUARTER}/"
WORDS = {"progress": "放款 3 笔。\r\n共 500 万元。", "problems": "无", "next_steps": "继续推进。"}


@pytest.fixture(autouse=True)
def over():
    with clock.at(parse(QUARTER).end):
        yield


@pytest.fixture
def staff():
    actor = system_actor("测试")
    plan_load(actor=actor, path=carried_plans()[0])
    return make_staff(actor)


def at_desk(user):
    client = Client()
    client.force_login(user)
    return client


def act(user, path, action, **data):
    """The page that the act leads to, or the refusal; what the reader saw comes from the page as it is."""
    browser = at_desk(user)
    shown = re.search(
        rf'value="{action}"[^>]*>\s*<input type="hidden"\s+name="seen"\s+value="([^"]*)"', text_of(browser.get(path))
    )
    return browser.post(path, {"action": action, "seen": shown[1] if shown else "", **data}, follow=True)


def page(user, number=NUMBER):
    return at_desk(user).get(f"{BOARD}{number}/")


def seen(number=NUMBER):
    return row_of(QuarterlyReport.objects.latest("number"), number).filled_at.isoformat()


def test_from_opening_to_the_signature_and_a_correction(staff):
    assert "开启填报并通知" in text_of(at_desk(staff.clerk).get(BOARD))
    assert "金融办开启后会在消息里通知您" in text_of(at_desk(staff.lead).get(BOARD))
    assert "已开启" in text_of(act(staff.clerk, BOARD, "open"))
    assert "填报" in text_of(page(staff.lead))
    assert f"第 {NUMBER} 项已提交" in text_of(act(staff.lead, f"{BOARD}{NUMBER}/", "fill", **WORDS))
    assert "第 3 项已确认" in text_of(act(staff.support, f"{BOARD}{NUMBER}/", "agree"))
    report = QuarterlyReport.objects.get()
    for number in report.rows.exclude(measure__number=NUMBER).values_list("measure__number", flat=True):
        act(staff.clerk, f"{BOARD}{number}/", "fill", **WORDS)
    assert "审签第 1 版" not in text_of(at_desk(staff.signer).get(BOARD))
    for number in report.rows.values_list("measure__number", flat=True):
        act(staff.colleague, f"{BOARD}{number}/", "check")
    assert "共 500 万元" not in text_of(at_desk(staff.banker).get(LEDGER))
    assert "已审签" in text_of(act(staff.signer, BOARD, "sign"))
    assert "放款 3 笔。\n共 500 万元。" in row_of(report).progress
    assert "2024-09-30</span> 审签" in text_of(at_desk(staff.banker).get(LEDGER))
    assert "第 2 版" in text_of(act(staff.clerk, BOARD, "correct", reason="漏计一家"))
    # The version that holds is read by its number while the correction is on its way.
    first = at_desk(staff.clerk).get(f"{LEDGER}?version=1")
    assert "第 1 版" in text_of(first)
    assert f'{LEDGER}xlsx/?version=1"' in text_of(first)
    assert at_desk(staff.clerk).get(f"{LEDGER}?version=9").status_code == 404
    assert "已撤回" in text_of(act(staff.clerk, BOARD, "withdraw", reason="不用更正"))
    assert QuarterlyReport.objects.get().number == 1


def test_signing_what_has_changed_since_is_refused(staff):
    act(staff.clerk, BOARD, "open")
    report = QuarterlyReport.objects.get()
    for number in report.rows.values_list("measure__number", flat=True):
        act(staff.clerk, f"{BOARD}{number}/", "fill", **WORDS)
        act(staff.colleague, f"{BOARD}{number}/", "check")
    assert "台账：可以审签" in text_of(at_desk(staff.signer).get("/office/"))
    old = mark_of(report)
    act(staff.colleague, f"{BOARD}{NUMBER}/", "return", reason="请核对")
    with clock.at(parse(QUARTER).end.replace(month=10, day=1)):
        act(staff.lead, f"{BOARD}{NUMBER}/", "fill", **{**WORDS, "problems": "有"})
    act(staff.colleague, f"{BOARD}{NUMBER}/", "check")
    refused = act(staff.signer, BOARD, "sign", seen=old)
    assert (refused.status_code, "请看过新的内容再审签" in text_of(refused)) == (409, True)
    assert "已审签" in text_of(act(staff.signer, BOARD, "sign"))


def test_what_cannot_be_seen_in_pasted_text_is_left_out(staff):
    act(staff.clerk, BOARD, "open")
    pasted = {**WORDS, "progress": "\ufeff放款\u200b 3 笔", "problems": "ᠮᠣᠩᠭᠣᠯ\u180eᠠ"}
    act(staff.lead, f"{BOARD}{NUMBER}/", "fill", **pasted)
    row = row_of(QuarterlyReport.objects.get())
    assert (row.progress, row.problems) == ("放款 3 笔", "ᠮᠣᠩᠭᠣᠯ\u180eᠠ")


def test_refusals_say_what_to_do(staff):
    assert act(staff.clerk, BOARD, "sign").status_code == 409
    act(staff.clerk, BOARD, "open")
    path = f"{BOARD}{NUMBER}/"
    empty = act(staff.lead, path, "fill", progress="放款", problems="", next_steps="x")
    assert (empty.status_code, "请填写存在问题，没有就写“无”。" in text_of(empty)) == (422, True)
    assert "放款" in empty.content.decode()
    act(staff.lead, path, "fill", **WORDS)
    old = seen()
    with clock.at(parse(QUARTER).end.replace(month=10, day=1)):
        act(staff.lead, path, "fill", **{**WORDS, "problems": "有"})
        changed = act(staff.colleague, path, "check", seen=old)
    assert (changed.status_code, "请看过新的内容再办理" in text_of(changed)) == (409, True)
    assert act(staff.colleague, path, "return", reason="").status_code == 422
    assert act(staff.support, path, "disagree", comment="").status_code == 422
    assert "意见已告知" in text_of(act(staff.support, path, "disagree", comment="应为 3 次"))
    assert "1 家有意见" in text_of(at_desk(staff.clerk).get(BOARD))
    assert act(staff.other, path, "fill", **WORDS).status_code == 409
    assert "已退回牵头单位" in text_of(act(staff.colleague, path, "return", reason="请核对"))
    assert "已退回：请核对" in text_of(page(staff.lead))
    assert act(staff.clerk, BOARD, "dance").status_code == 409
    assert row_of(QuarterlyReport.objects.get()).state == ReportRow.State.RETURNED


def test_each_is_shown_what_waits_for_her(staff):
    act(staff.clerk, BOARD, "open")
    assert "台账：填报" in text_of(at_desk(staff.lead).get("/office/"))
    act(staff.lead, f"{BOARD}{NUMBER}/", "fill", **WORDS)
    assert "台账：确认 1 项" in text_of(at_desk(staff.support).get("/office/"))
    assert "审核 1 项" in text_of(at_desk(staff.colleague).get("/office/"))
    assert at_desk(staff.banker).get(BOARD).status_code == 403
    assert page(staff.lead, 99).status_code == 404
    assert "本季度在方案期外" in text_of(at_desk(staff.clerk).get("/ledger/2026Q3/filing/"))
    assert "季度还没有结束" in text_of(at_desk(staff.clerk).get("/ledger/2025Q4/filing/"))
