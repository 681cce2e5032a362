"""A firm claims its account: checked under limits, decided by the office, telling nobody who is registered."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import AccountClaim, User
from tests.codes import credit_code
from tests.frontend.conftest import text_of

PDF = b"%PDF-1.7 authorisation"


def claim(client, number=7, document=PDF, **changed):
    values = {
        "uscc": credit_code(number),
        "firm_name": "新来科技有限公司",
        "capacity": "agent",
        "applicant": "周经办",
        "phone": "13800000000",
        "password": "quiet river stone",
        "again": "quiet river stone",
        "document": SimpleUploadedFile("授权书.pdf", document) if document else "",
        **changed,
    }
    return client.post("/signup/claim/", values)


def code_in(response):
    return re.search(r"Z\d{8}-\w{6}", text_of(response))[0]


@pytest.fixture
def office(as_office):
    return as_office


def test_an_approved_claim_logs_in_under_its_number(client, office):
    visitor = type(client)()
    sent = claim(visitor)
    assert sent.status_code == 201
    code = code_in(sent)
    status = {"code": code, "password": "quiet river stone"}
    assert "待审核" in text_of(visitor.post("/signup/claim/status/", status))
    login = {"username": code, "password": "quiet river stone"}
    assert visitor.post("/login/", login).status_code == 200
    assert "新来科技有限公司" in text_of(office.get("/office/claims/"))
    document = office.get(f"/office/claims/{code}/document/")
    assert b"".join(document.streaming_content) == PDF
    assert document["Content-Disposition"].startswith("attachment")
    office.post(f"/office/claims/{code}/decide/", {"action": "approve"})
    assert office.post(f"/office/claims/{code}/decide/", {"action": "approve"}).status_code == 409
    assert "已开通" in text_of(visitor.post("/signup/claim/status/", status))
    assert visitor.post("/login/", login)["Location"] == "/me/"
    assert User.objects.get(username=code).party.uscc == credit_code(7)
    assert AccountClaim.objects.get().password == ""


def test_a_refused_claim_says_why_and_its_document_is_gone(
    client, office, django_capture_on_commit_callbacks, tmp_path
):
    code = code_in(claim(type(client)()))
    assert office.post(f"/office/claims/{code}/decide/", {"action": "refuse", "reason": ""}).status_code == 409
    with django_capture_on_commit_callbacks(execute=True):
        office.post(f"/office/claims/{code}/decide/", {"action": "refuse", "reason": "授权书没有盖章"})
    assert list((tmp_path / "claims").iterdir()) == []
    page = type(client)().post("/signup/claim/status/", {"code": code, "password": "quiet river stone"})
    assert "授权书没有盖章" in text_of(page)


def test_nobody_learns_whether_a_firm_is_registered(client, firm, firm_user):
    hidden = re.compile(r"Z\d{8}-\w{6}|csrfmiddlewaretoken[^>]*")
    known, unknown = claim(client, 1), claim(client, 8)
    assert known.status_code == unknown.status_code == 201
    assert hidden.sub("", text_of(known)) == hidden.sub("", text_of(unknown))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"uscc": credit_code(7)[:-1] + "I"}, "不是有效的统一社会信用代码"),
        ({"password": "short", "again": "short"}, "密码至少 12 个字符"),
        ({"again": "something else 1"}, "两次填的密码不一样"),
        ({"document": ""}, "请上传材料"),
        ({"document": b"MZ executable"}, "PDF、JPG 或 PNG"),
        ({"document": b"%PDF-" + b"x" * 5_300_000}, "材料超过 5 MB"),
        ({"phone": "call me"}, "请填写手机号"),
        ({"capacity": "owner"}, "请选择身份"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(client, db, changed, words):
    response = claim(client, **changed)
    assert response.status_code == 422
    assert words in text_of(response)
    assert AccountClaim.objects.count() == 0


def test_three_open_claims_a_day_and_firm(client, db):
    assert [claim(client).status_code for _ in range(4)] == [201, 201, 201, 422]


def test_only_the_office_decides(as_firm):
    code = code_in(claim(type(as_firm)()))
    assert as_firm.get("/office/claims/").status_code == 403
    assert as_firm.post(f"/office/claims/{code}/decide/", {"action": "approve"}).status_code == 403
    assert as_firm.get(f"/office/claims/{code}/document/").status_code == 403


def test_asking_too_often_is_refused_with_words(client, db, settings):
    settings.RATE_LIMITED = True
    answers = [claim(client, document=b"MZ").status_code for _ in range(12)]
    assert answers == [422] * 10 + [429] * 2
