"""白名单 by hand: checked before it is written, pushed, answered; who may not is told why."""

import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Party, Role
from accounts.services import party_register, user_create
from common import clock
from enterprises.models import WhitelistBatch, WhitelistEntry, WhitelistFeedback, WhitelistPush
from enterprises.services import enterprise_register, whitelist_exit, whitelist_publish
from products.services import institution_register
from tests.codes import credit_code
from tests.enterprises.files import WHITELIST, csv_text
from tests.frontend.conftest import text_of

pytestmark = pytest.mark.django_db

PUBLISH = "/office/whitelist/new/"


@pytest.fixture
def people(actor):
    def make(name, kind, role):
        if kind == Party.Kind.INSTITUTION:
            party = institution_register(actor=actor, name=name, kind="银行", local=True)
        else:
            party = party_register(actor=actor, kind=kind, name=name)
        return user_create(
            actor=actor, username=name, password="correct horse", display_name=name, party=party, roles=[role]
        )

    return make


@pytest.fixture
def clerk(people):
    return people("市科技局", Party.Kind.DEPARTMENT, Role.LEAD_UNIT)


@pytest.fixture
def office(people):
    return people("市金融办", Party.Kind.DEPARTMENT, Role.OFFICE)


@pytest.fixture
def banker(people):
    return people("测试银行", Party.Kind.INSTITUTION, Role.BANK_MAKER)


@pytest.fixture
def batch(actor, clerk, firm):
    return whitelist_publish(
        actor=actor,
        code="第一批",
        department=clerk.party,
        published_on=date(2023, 3, 31),
        basis_doc="1号",
        parties=[firm],
    )


def upload(client, *rows):
    given = [
        {"batch": "新批", "department": "市科技局", "published_on": "2024-03-31", "basis_doc": "2号"} | row
        for row in rows
    ]
    file = SimpleUploadedFile("名单.csv", csv_text(WHITELIST, given).encode())
    return client.post(PUBLISH, {"file": file})


def token_of(page):
    return re.search(r'name="token" value="([^"]+)"', page).group(1)


def test_a_file_is_shown_first_and_written_on_confirmation_once(client, clerk, firm):
    client.force_login(clerk)
    page = text_of(upload(client, {"party_code": firm.uscc}))
    assert "检查通过，还没有写入" in page
    assert not WhitelistBatch.objects.exists()
    token = {"token": token_of(page)}
    assert client.post("/office/whitelist/confirm/", token).status_code == 302
    assert WhitelistBatch.objects.get().published_by == clerk
    again = client.post("/office/whitelist/confirm/", token)
    assert (again.status_code, WhitelistEntry.objects.count()) == (409, 1)
    assert "已经办过" in text_of(again)


def test_mistakes_name_row_column_and_remedy_and_nothing_is_kept(client, clerk, firm, settings):
    client.force_login(clerk)
    response = upload(client, {"party_code": firm.uscc}, {"party_code": credit_code(55)})
    page = text_of(response)
    assert response.status_code == 422
    assert all(word in page for word in ("第 3 行", "party_code", "请先导入企业", "还没有写入"))
    assert not WhitelistBatch.objects.exists()
    assert list((settings.DATA_DIR / "uploads").iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"\x00\x01", b"a,b\n1,2\n", b"PK\x03\x04junk"])
def test_what_is_no_list_is_refused_in_words(client, clerk, content):
    client.force_login(clerk)
    response = client.post(PUBLISH, {"file": SimpleUploadedFile("x.csv", content)})
    assert response.status_code == 422
    assert "Traceback" not in text_of(response)
    assert client.post(PUBLISH, {}).status_code == 422


def test_a_file_for_another_department_is_refused_by_row(client, clerk, people, firm):
    people("市工信局", Party.Kind.DEPARTMENT, Role.LEAD_UNIT)
    client.force_login(clerk)
    response = upload(client, {"party_code": firm.uscc, "department": "市工信局"})
    assert response.status_code == 422
    assert "只能为本单位发布" in text_of(response)
    assert "没有名为" in text_of(upload(client, {"party_code": firm.uscc, "department": "市科局"}))


def test_what_changed_between_check_and_confirmation_is_a_conflict(client, actor, clerk, firm):
    client.force_login(clerk)
    token = token_of(text_of(upload(client, {"party_code": firm.uscc})))
    whitelist_publish(
        actor=actor,
        code="新批",
        department=clerk.party,
        published_on=date(2024, 3, 30),
        basis_doc="3号",
        parties=[enterprise_register(actor=actor, uscc=credit_code(2), name="另一家")],
    )
    response = client.post("/office/whitelist/confirm/", {"token": token})
    assert response.status_code == 409
    assert "检查之后名单有变化" in text_of(response)
    assert WhitelistBatch.objects.count() == 1


def test_another_users_file_is_not_confirmed(client, clerk, office, firm):
    client.force_login(clerk)
    token = token_of(text_of(upload(client, {"party_code": firm.uscc})))
    client.force_login(office)
    assert client.post("/office/whitelist/confirm/", {"token": token}).status_code == 409
    assert client.post("/office/whitelist/confirm/", {"token": "x"}).status_code == 409


def test_codes_typed_in_go_the_same_way(client, clerk, firm):
    client.force_login(clerk)
    typed = {
        "typed": "1",
        "batch": "手录批",
        "department": "市科技局",
        "published_on": clock.today().isoformat(),
        "basis_doc": "",
        "codes": f"{firm.uscc}\n{credit_code(55)}",
    }
    response = client.post(PUBLISH, typed)
    assert "第 2 行" in text_of(response)
    page = text_of(client.post(PUBLISH, {**typed, "codes": firm.uscc}))
    client.post("/office/whitelist/confirm/", {"token": token_of(page)})
    assert WhitelistBatch.objects.get().code == "手录批"
    empty = client.post(PUBLISH, {**typed, "codes": " "})
    assert (empty.status_code, "至少填一个编码" in text_of(empty)) == (422, True)


def test_the_list_of_a_past_day(client, actor, office, batch, firm):
    whitelist_exit(actor=actor, party=firm, batch=batch, exit_on=date(2024, 1, 1), reason="注销")
    client.force_login(office)
    assert "在册 <b>1</b> 户" in text_of(client.get("/office/whitelist/?on=2023-06-30"))
    assert "在册 <b>0</b> 户" in text_of(client.get("/office/whitelist/?on=2024-01-01"))
    wrong = client.get("/office/whitelist/?on=2023-02-30")
    assert (wrong.status_code, "不是有效日期" in text_of(wrong)) == (422, True)


def test_leaving_needs_a_reason_and_happens_once(client, clerk, batch):
    entry = batch.entries.get()
    address = f"/office/whitelist/members/{entry.pk}/exit/"
    client.force_login(clerk)
    assert client.post(address, {"exit_on": "2024-01-01", "reason": ""}).status_code == 422
    assert client.post(address, {"exit_on": "2020-01-01", "reason": "注销"}).status_code == 422
    assert client.post(address, {"exit_on": "2024-01-01", "reason": "注销"}).status_code == 302
    assert client.post(address, {"exit_on": "2024-02-01", "reason": "迁出"}).status_code == 409
    assert "已于 2024-01-01 退出" in text_of(client.get(address))


def test_other_departments_read_and_do_not_act(client, people, batch):
    client.force_login(people("市工信局", Party.Kind.DEPARTMENT, Role.LEAD_UNIT))
    page = text_of(client.get(f"/office/whitelist/{batch.pk}/"))
    assert "您可以查看" in page
    assert "登记退出" not in page
    for address in (f"{batch.pk}/push", f"members/{batch.entries.get().pk}/exit"):
        assert client.get(f"/office/whitelist/{address}/").status_code == 403


def test_pushed_and_answered(client, clerk, office, banker, people, batch, firm):
    client.force_login(clerk)
    address = f"/office/whitelist/{batch.pk}/push/"
    assert client.post(address, {"basis_doc": "1号"}).status_code == 422
    chosen = {"institutions": [banker.party_id], "basis_doc": "1号"}
    assert client.post(address, chosen).status_code == 302
    assert client.post(address, chosen).status_code == 409
    push = WhitelistPush.objects.get()
    client.force_login(people("第二银行", Party.Kind.INSTITUTION, Role.BANK_MAKER))
    assert client.get(f"/desk/whitelist/{push.pk}/").status_code == 404
    client.force_login(banker)
    assert "还有 1 户没答复" in text_of(client.get("/desk/whitelist/"))
    desk, day = f"/desk/whitelist/{push.pk}/", clock.today().isoformat()
    wrong = client.post(desk, {"party": firm.pk, "answer": "", "answered_on": day})
    assert (wrong.status_code, f'href="#id_answer_{firm.pk}"' in text_of(wrong)) == (422, True)
    assert client.post(desk, {"party": "1x", "answer": "contacted", "answered_on": day}).status_code == 404
    said = {"party": firm.pk, "answer": "contacted", "answered_on": day, "note": "周三上门"}
    assert client.post(desk, said).status_code == client.post(desk, said).status_code == 302
    assert WhitelistFeedback.objects.get().note == "周三上门"
    assert "周三上门" in text_of(client.get(f"{desk}?tab=answered"))
    client.force_login(office)
    assert "周三上门" in text_of(client.get(f"/office/whitelist/pushes/{push.pk}/"))


@pytest.mark.parametrize("address", ["", "new/", "1/", "pushes/1/"])
def test_others_are_refused_with_words(client, firm_user, banker, address):
    for user in (firm_user, banker):
        client.force_login(user)
        response = client.get(f"/office/whitelist/{address}")
        assert (response.status_code, "白名单由推荐单位和金融办使用" in text_of(response)) == (403, True)


def test_unknown_numbers_are_not_found(client, office, banker):
    client.force_login(office)
    for number in ("0", "x", "9" * 30, "１２"):
        for place in (f"{number}", f"{number}/push", f"pushes/{number}", f"members/{number}/exit"):
            assert client.get(f"/office/whitelist/{place}/").status_code == 404
    client.force_login(banker)
    assert client.get("/desk/whitelist/9/").status_code == 404
