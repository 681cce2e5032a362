"""记账 by hand: the form its kind declares, the sentence before saving, once, struck when reversed."""

import re
from datetime import date

import pytest

from accounts.models import Role
from accounts.selectors import organisation_by_name
from accounts.services import user_create
from common import clock
from journal.models import Posting
from tests.frontend.conftest import text_of

pytestmark = pytest.mark.django_db

DAY = date(2024, 9, 27)
NEW = "/office/postings/new/"


@pytest.fixture(autouse=True)
def frozen_clock():
    with clock.at(DAY):
        yield


@pytest.fixture
def person(actor, plan):
    def make(unit, role):
        party = organisation_by_name(unit)
        return user_create(
            actor=actor, username=unit, password="correct horse", display_name=unit, party=party, roles=[role]
        )

    return make


@pytest.fixture
def office(client, person):
    user = person("市政府金融办", Role.OFFICE)
    client.force_login(user)
    return client


def event(unit, **changes):
    return {
        "kind": "matching_event",
        "organisation": unit.pk,
        "occurred_on": "2024-09-27",
        "name": "银企对接会",
        "mode": "线下",
        "place": "",
        "participants": "60",
        "evidence": "通知;签到表",
    } | changes


def key_of(page):
    return re.search(r'name="client_key" value="([^"]+)"', page).group(1)


def test_every_kind_has_its_form(office):
    page = text_of(office.get(NEW))
    for code in re.findall(r"\?kind=(\w+)", page):
        response = office.get(f"{NEW}?kind={code}")
        assert response.status_code == 200
        assert "发生日期" in text_of(response)


def test_looked_at_first_then_saved_once(office):
    unit = organisation_by_name("市政府金融办")
    page = text_of(office.post(NEW, event(unit, client_key=key_of(text_of(office.get(f"{NEW}?kind=matching_event"))))))
    assert all(word in page for word in ("2024年第三季度", "第 14 项", "“线上线下融资对接活动”", "还没有保存"))
    assert not Posting.objects.exists()
    saved = event(unit, client_key=key_of(page), action="save")
    assert office.post(NEW, saved).status_code == office.post(NEW, saved).status_code == 302
    posting = Posting.objects.get()
    assert (posting.fields, posting.evidence) == (
        {"name": "银企对接会", "mode": "线下", "participants": 60},
        ["通知", "签到表"],
    )
    changed = office.post(NEW, {**saved, "name": "另一场"})
    assert (changed.status_code, "请先冲正" in text_of(changed)) == (409, True)
    assert Posting.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"name": ""}, "活动名称：必填"),
        ({"mode": ""}, "请选择形式"),
        ({"occurred_on": "2024-13-01"}, "不是有效日期"),
        ({"occurred_on": "2025-01-01"}, "不能晚于今天"),
        ({"participants": "许多"}, "不是数字"),
        ({"organisation": "1x"}, "请选择单位"),
    ],
)
def test_a_mistake_stands_beside_its_field(office, changes, word):
    response = office.post(NEW, event(organisation_by_name("市政府金融办"), **changes))
    assert (response.status_code, word in text_of(response)) == (422, True)
    assert not Posting.objects.exists()


def test_the_list_filters_and_strikes_what_was_reversed(office):
    unit = organisation_by_name("市政府金融办")
    office.post(NEW, event(unit, client_key="填报-1", action="save"))
    posting = Posting.objects.get()
    address = f"/office/postings/{posting.pk}/reverse/"
    assert office.post(address, {"reason": ""}).status_code == 422
    assert 'class="struck"' not in text_of(office.get("/office/postings/"))
    assert office.post(address, {"reason": "重复记账"}).status_code == 302
    page = text_of(office.get("/office/postings/"))
    assert all(word in page for word in ('class="struck"', "重复记账", "已冲正"))
    again = office.post(address, {"reason": "再来"})
    assert (again.status_code, "已经冲正过" in text_of(again)) == (409, True)
    for query, found in (
        ("kind=matching_event", 2),
        ("kind=fund_raised", 0),
        ("quarter=2024Q3", 2),
        ("quarter=2023Q1", 0),
        (f"unit={unit.pk}", 2),
        ("unit=x", 0),
    ):
        assert f"{found} 笔" in text_of(office.get(f"/office/postings/?{query}"))
    assert office.get("/office/postings/?quarter=2024Q9").status_code == 422


def test_a_lead_unit_sees_its_kinds_and_its_own_name_only(client, person):
    unit = person("市市场监管局", Role.LEAD_UNIT)
    client.force_login(unit)
    page = text_of(client.get(NEW))
    assert "入园惠企" in page
    assert "融资对接活动" not in page
    assert client.get(f"{NEW}?kind=matching_event").status_code == 403
    form = text_of(client.get(f"{NEW}?kind=ip_park_event"))
    other = organisation_by_name("市政府金融办")
    assert f'value="{other.pk}"' not in form
    saved = {"kind": "ip_park_event", "occurred_on": "2024-09-27", "name": "第1场", "action": "save", "client_key": "k"}
    assert client.post(NEW, saved | {"organisation": other.pk}).status_code == 422
    assert client.post(NEW, saved | {"organisation": unit.party_id}).status_code == 302


def test_a_unit_that_leads_nothing_is_told_so_and_others_are_refused(client, person, firm_user):
    client.force_login(person("市科技局", Role.LEAD_UNIT))
    assert "没有可以由本单位记账的类别" in text_of(client.get(NEW))
    assert client.get("/office/postings/").status_code == 200
    client.force_login(firm_user)
    for place in ("", "new/", "1/reverse/"):
        assert client.get(f"/office/postings/{place}").status_code == 403


def test_unknown_postings_are_not_found(office):
    for number in ("0", "x", "9" * 30):
        assert office.get(f"/office/postings/{number}/reverse/").status_code == 404
