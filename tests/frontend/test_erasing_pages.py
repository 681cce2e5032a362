"""注销账号 as its page does it: who asks proves it, reads first, may take it back, and is gone when it is time."""

from datetime import timedelta

import pytest

from accounts.models import AccountClaim, User
from common import clock
from common.models import AuditEvent
from matching.cases import erasing
from tests.frontend.conftest import text_of
from tests.frontend.test_account_claims import claim, code_in

PASSWORD = "quiet river stone"


@pytest.fixture
def newcomer(client, as_office, settings, tmp_path):
    """A firm that claimed its account, logged in."""
    settings.DATA_DIR = tmp_path
    browser = type(client)()
    code = code_in(claim(browser))
    as_office.post(f"/office/claims/{code}/decide/", {"action": "approve"})
    browser.post("/login/", {"username": code, "password": PASSWORD})
    return browser


def proved(browser):
    """Ask, and give the password again when told to: the request goes on from there."""
    asked = browser.post("/me/erase/", {"read": "yes"})
    assert asked["Location"].startswith("/me/reauthenticate/")
    wrong = browser.post(asked["Location"], {"password": "guess", "next": "/me/erase/"})
    assert "没有办成" in text_of(wrong)
    return browser.post(asked["Location"], {"password": PASSWORD, "next": "/me/erase/"}, follow=True)


def test_asked_for_taken_back_and_done(newcomer, django_capture_on_commit_callbacks, tmp_path):
    user = User.objects.get(claim__isnull=False)
    page = text_of(newcomer.get("/me/erase/"))
    assert "账号申领材料（姓名、电话、授权书）" in page
    refused = newcomer.post("/me/erase/")
    assert (refused.status_code, "请先看完下面的说明" in text_of(refused)) == (409, True)
    assert "可以取消" in text_of(proved(newcomer))
    assert "已取消注销" in text_of(newcomer.post("/me/erase/keep/", follow=True))
    assert newcomer.post("/me/erase/keep/").status_code == 409
    assert newcomer.post("/me/erase/", {"read": "yes"})["Location"] == "/me/erase/"
    with clock.at(clock.now() + timedelta(days=3, minutes=1)), django_capture_on_commit_callbacks(execute=True):
        assert erasing.erase_due() == 1
    assert newcomer.get("/me/").status_code == 302
    login = {"username": user.username, "password": PASSWORD}
    assert type(newcomer)().post("/login/", login).status_code == 200
    kept = AccountClaim.objects.get()
    assert (kept.applicant, kept.phone, kept.document, kept.document_hash) == ("已删除", "", "", "")
    assert [path for path in (tmp_path / "claims").iterdir() if path.is_file()] == []
    names = set(AuditEvent.objects.values_list("actor_name", flat=True))
    assert user.username in names
    assert "周经办" not in names


def test_staff_have_no_such_page(as_office):
    assert as_office.get("/me/erase/").status_code == 403
